"""Signing up: a new person and their organisation, by the link in a partner's request (S1.2, M7)."""

from dataclasses import dataclass

from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction
from server.domain.partnerships import proposals
from server.domain.people import organisations as organisation_rules
from server.domain.people.email_links import link_digest
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import LegalEntityType
from server.domain.people.registration_numbers import registration_number
from server.domain.rights import Role
from server.domain.text import single_line
from server.models import CustomerInvitation, Membership, Organisation, User
from server.models.database import transaction
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.people.sessions import start_session
from server.resolvers.people.users import NewPerson, check_signed_out, new_account
from server.resolvers.permissions import NotByToken, allow


@dataclass(frozen=True)
class NewOrganisation:
    """A new organisation that someone signs up."""

    name: str
    legal_name: str
    legal_entity_type: LegalEntityType
    street: str
    postcode: str
    city: str
    country: str
    region: str | None = None
    registration_number: str | None = None


@allow(NotByToken())
async def sign_up(
    context: Context, token: str, new_person: NewPerson, organisation: NewOrganisation
) -> dict[str, object]:
    """Sign up with the link in a partner's request: create your account and the organisation you represent.

    The request itself is not answered yet. The response sets the session cookie.
    """
    check_signed_out(context)
    invited = await _find_open(context, token)
    row = _new_organisation(organisation)
    account = await new_account(context, invited.email, new_person, invited.locale)
    async with transaction():
        await _find_open(context, token)
        await account.save()
        await row.save()
        await _represent(context, account, row)
        secret = await start_session(context, account)
    context.session_secret = secret
    return {"organisation": row, "viewer": context.viewer}


async def _find_open(context: Context, token: str) -> CustomerInvitation:
    """The request behind a link, if it can still be answered."""
    invited = await CustomerInvitation.get_or_none(secret_digest=link_digest(token))
    if invited is None:
        raise NotFound(("input", "token"))
    proposals.check_proposal_open(invited, context.now)
    return invited


async def _represent(context: Context, account: User, row: Organisation) -> None:
    """A person who signs up on their own becomes the legal representative (P:2821)."""
    context.viewers_changed()
    membership = await Membership.create(
        user_id=account.id,
        organisation_id=row.id,
        role=Role.LEGAL_REPRESENTATIVE,
        status=MembershipStatus.ACTIVE,
        joined_at=context.now,
    )
    await journal.record(
        context,
        AuditAction.ORGANISATION_SIGNED_UP,
        row,
        acting=row.id,
        after=journal.column_values(row, "name", "country"),
    )
    after = journal.column_values(membership, "user_id", "role", "status")
    await journal.record(context, AuditAction.MEMBER_JOINED, membership, acting=row.id, after=after)


def _new_organisation(given: NewOrganisation) -> Organisation:
    """The organisation, not stored yet. Refuses with all errors at once."""
    problems = Problems()
    texts = {
        name: problems.check(single_line, getattr(given, name), most, ("organisation", name))
        for name, most in (("name", 120), ("legal_name", 120), ("street", 120), ("postcode", 20), ("city", 80))
    }
    region = problems.check(single_line, given.region, 80, ("organisation", "region")) if given.region else None
    country = problems.check(organisation_rules.existing_country, given.country, ("organisation", "country"))
    scheme = organisation_rules.registration_scheme(given.country)
    number = (
        problems.check(
            registration_number,
            given.country,
            given.registration_number,
            ("organisation", "registration_number"),
        )
        if given.registration_number
        else None
    )
    problems.raise_if_any()
    return Organisation.build(
        **texts,
        region=region,
        legal_entity_type=given.legal_entity_type,
        country=country,
        currency=organisation_rules.currency_of(given.country),
        registration_scheme=scheme if number else None,
        registration_number=number,
    )
