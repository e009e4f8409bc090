"""Invitations of members: sent, sent again, cancelled and answered (S11)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.domain import member_invitations as rules
from server.domain import people
from server.domain.errors import N_, ErrorCode, Mistakes, NotSignedIn, Refusal, Refused
from server.domain.invitations import check_in_time, digest, new_secret
from server.domain.member_invitations import MemberInvitationStatus
from server.domain.memberships import MembershipStatus, check_billing, check_may_change
from server.domain.rights import Right, Role
from server.domain.text import line
from server.models import MemberInvitation, Membership, Organisation, User
from server.models.database import transaction
from server.models.lookups import locked
from server.models.standings import standings_of
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.holds import check_binds, held, role_now
from server.resolvers.ids import MemberInvitationId, OrganisationId
from server.resolvers.listings import Listing
from server.resolvers.people import checked_person
from server.resolvers.permissions import NotByToken, RightOn, allowed
from server.resolvers.sessions import start_session


class MemberInvitationOrderField(StrEnum):
    """What invitations can be ordered by."""

    INVITED_AT = "INVITED_AT"


@dataclass(frozen=True)
class NewPerson:
    """Somebody who has no account yet."""

    password: str
    first_name: str
    last_name: str
    locale: str | None


MEMBER_INVITATIONS = Listing(
    name="member invitations",
    model=MemberInvitation,
    parent="organisation_id",
    orders={MemberInvitationOrderField.INVITED_AT: "invited_at"},
    moments=frozenset({"invited_at"}),
)


def status_now(context: Context, row: MemberInvitation) -> MemberInvitationStatus:
    """Where the invitation is in its life at this moment."""
    return rules.status_at(row.status, row.expires_at, context.now)


@allowed(RightOn(Right.MANAGE_MEMBERS, Organisation, "organisation_id"))
async def invite_member(
    context: Context,
    organisation_id: OrganisationId,
    email: str,
    first_name: str,
    last_name: str,
    locale: str | None,
    role: Role,
    can_manage_billing: bool | None,
    notify_billing: bool | None,
    notify_products: bool | None,
) -> dict[str, object]:
    """Invite somebody to become a member, by e-mail. The answer is the same whether or not they have an account.

    Legal representatives are invited by one of them alone, in person, with a password typed recently.
    """
    async with transaction():
        actor = await held(context, organisation_id, Right.MANAGE_MEMBERS)
        check_may_change(actor, role, field=("role",))
        await check_binds(context, role)
        mistakes = Mistakes()
        address = mistakes.noted(people.email_address, email, ("email",)) or ""
        columns = {
            "first_name": mistakes.noted(line, first_name, people.MOST_NAME_CHARACTERS, ("first_name",)),
            "last_name": mistakes.noted(line, last_name, people.MOST_NAME_CHARACTERS, ("last_name",)),
            "locale": mistakes.noted(people.locale, locale, ("locale",)),
            "role": role,
            "can_manage_billing": can_manage_billing is True,
            "notify_billing": notify_billing is not False,
            "notify_products": notify_products is not False,
        }
        mistakes.noted(check_billing, role, can_manage_billing)
        mistakes.noted(rules.check_not_invited, *await _known(context, organisation_id, address))
        mistakes.refuse()
        invitation = MemberInvitation(
            organisation_id=organisation_id,
            email=address,
            invited_by_id=context.signed_in.user_id,
            invited_at=context.now,
            **columns,
        )
        await _send(context, invitation, "member.invited", before=None)
    return {"member_invitation": invitation}


@allowed(RightOn(Right.MANAGE_MEMBERS, Organisation, "member_invitation_id", through=MemberInvitation))
async def resend_member_invitation(context: Context, member_invitation_id: MemberInvitationId) -> dict[str, object]:
    """Send an open invitation again, with a new link and all of its time; the old link is dead."""
    async with transaction():
        invitation = await _held_by_inviter(context, member_invitation_id)
        rules.check_open(status_now(context, invitation))
        before = _terms(invitation)
        earlier = [datetime.fromisoformat(moment) for moment in invitation.sent_again]
        lately = rules.sent_again(earlier, context.now, context.settings.member_invitation_resends)
        invitation.sent_again = [moment.isoformat() for moment in lately]
        invitation.version += 1
        await _send(context, invitation, "member.invitation_sent_again", before)
    return {"member_invitation": invitation}


@allowed(RightOn(Right.MANAGE_MEMBERS, Organisation, "member_invitation_id", through=MemberInvitation))
async def cancel_member_invitation(context: Context, member_invitation_id: MemberInvitationId) -> dict[str, object]:
    """Withdraw an open invitation: its link is dead."""
    async with transaction():
        invitation = await _held_by_inviter(context, member_invitation_id)
        rules.check_open(status_now(context, invitation))
        await _close(context, invitation, MemberInvitationStatus.CANCELLED, "member.invitation_cancelled")
    return {"member_invitation": invitation}


@allowed(NotByToken())
async def accept_member_invitation(context: Context, token: str, new_person: NewPerson | None) -> dict[str, object]:
    """Become a member with the link of an invitation: signed in with the invited address, or as a new person.

    A new person gets an account with the invited address and is signed in; the answer sets the session cookie.
    """
    _check_credentials(context, new_person)
    invited = await _open(context, token)
    account = await _new_account(context, invited, new_person) if new_person else None
    async with transaction():
        invitation = await _held_by_invitee(context, token)
        member = await _join(context, invitation, account)
        secret = await _arrive(context, account)
        await _close(context, invitation, MemberInvitationStatus.ACCEPTED, "member.invitation_accepted")
        after = journal.state(member, "user_id", "role", "status")
        await journal.record(context, "member.joined", member, acting=member.organisation_id, after=after)
        await journal.announce(context, "member.joined", member)
    if secret is not None:
        context.session_secret = secret
    return {"membership": member, "viewer": context.viewer}


@allowed(NotByToken())
async def decline_member_invitation(context: Context, token: str) -> dict[str, object]:
    """Decline an invitation with its link; nobody needs to be signed in for it."""
    async with transaction():
        invitation = await _held_by_invitee(context, token)
        await _close(context, invitation, MemberInvitationStatus.DECLINED, "member.invitation_declined")
    return {}


async def _known(context: Context, organisation_id: UUID, email: str) -> tuple[bool, bool]:
    """Whether this is the address of a member, and of an open invitation. One that is over is written down as such."""
    pending = MemberInvitation.filter(
        organisation_id=organisation_id, email=email, status=MemberInvitationStatus.PENDING
    )
    await pending.filter(expires_at__lte=context.now).update(status=MemberInvitationStatus.EXPIRED)
    members = Membership.filter(organisation_id=organisation_id, status=MembershipStatus.ACTIVE, user__email=email)
    return await members.exists(), await pending.exists()


async def _send(context: Context, invitation: MemberInvitation, action: str, before: journal.State | None) -> None:
    """Put a new link into the outbox: there alone is its secret, and only until it is sent."""
    secret = new_secret()
    invitation.secret_digest = digest(secret)
    invitation.expires_at = context.now + timedelta(days=context.settings.member_invitation_days)
    await invitation.save()
    organisation = await Organisation.get(id=invitation.organisation_id)
    await journal.record(context, action, invitation, acting=organisation.id, before=before, after=_terms(invitation))
    await journal.announce(
        context,
        "member.invited",
        invitation,
        invitation.version,
        secret=secret,
        email=invitation.email,
        first_name=invitation.first_name,
        locale=invitation.locale,
        organisation=ids.encode(organisation),
        role=invitation.role,
    )


async def _held_by_inviter(context: Context, member_invitation_id: UUID) -> MemberInvitation:
    found = await MemberInvitation.get(id=member_invitation_id)
    actor = await held(context, found.organisation_id, Right.MANAGE_MEMBERS)
    invitation = await locked(MemberInvitation, member_invitation_id)
    check_may_change(actor, invitation.role)
    return invitation


async def _open(context: Context, token: str) -> MemberInvitation:
    """The invitation behind a link, if it can still be answered: looked at before a password is hashed for it."""
    invitation = await MemberInvitation.get_or_none(secret_digest=digest(token))
    if invitation is None:
        raise rules.closed()
    rules.check_open(invitation.status)
    check_in_time(invitation.expires_at, context.now)
    return invitation


async def _held_by_invitee(context: Context, token: str) -> MemberInvitation:
    """The same, locked with its organisation: answered once, and not after its inviter lost the right."""
    found = await _open(context, token)
    await locked(Organisation, found.organisation_id)
    await locked(MemberInvitation, found.id)
    invitation = await _open(context, token)
    rules.check_inviter(await role_now(invitation.invited_by_id, invitation.organisation_id), invitation.role)
    return invitation


def _check_credentials(context: Context, new_person: NewPerson | None) -> None:
    if context.viewer is None and new_person is None:
        raise NotSignedIn("Sign in with the invited address, or say in `newPerson` who you are.")
    if context.viewer is not None and new_person is not None:
        raise Refused(
            Refusal(ErrorCode.VALIDATION_FAILED, N_("You are signed in: leave out the new person."), ("new_person",))
        )


async def _new_account(context: Context, invitation: MemberInvitation, person: NewPerson) -> User:
    """The account of a new person, not stored yet. Only who holds the link learns that there is one already (E25)."""
    if await User.exists(email=invitation.email):
        raise Refused(
            Refusal(
                ErrorCode.ACCOUNT_EXISTS, N_("There is an account with this address: sign in first."), ("new_person",)
            )
        )
    account = await checked_person(
        context,
        password=person.password,
        first_name=person.first_name,
        last_name=person.last_name,
        locale=person.locale or invitation.locale,
        under=("new_person",),
    )
    account.email = invitation.email
    return account


async def _join(context: Context, invitation: MemberInvitation, account: User | None) -> Membership:
    """The membership, which only now comes into being, of the new account or of who is signed in."""
    if account is not None:
        await account.save()
    user = account or await User.get(id=context.signed_in.user_id)
    rules.check_invited_person(user.email, invitation.email)
    is_member, _ = await _known(context, invitation.organisation_id, user.email)
    rules.check_not_invited(is_member, is_invited=False, field=())
    return await Membership.create(
        user_id=user.id,
        organisation_id=invitation.organisation_id,
        role=invitation.role,
        status=MembershipStatus.ACTIVE,
        joined_at=context.now,
        can_manage_billing=invitation.can_manage_billing,
        notify_billing=invitation.notify_billing,
        notify_products=invitation.notify_products,
    )


async def _arrive(context: Context, account: User | None) -> str | None:
    """The viewer with their new membership; the secret of the session where one begins."""
    if account is not None:
        return await start_session(context, account)
    viewer = context.signed_in
    context.viewer = replace(viewer, standings=await standings_of(viewer.user_id))
    return None


async def _close(context: Context, invitation: MemberInvitation, status: MemberInvitationStatus, action: str) -> None:
    before = _terms(invitation)
    invitation.status, invitation.answered_at = status, context.now
    invitation.version += 1
    await invitation.save(update_fields=["status", "answered_at", "version", "updated_at"])
    acting = invitation.organisation_id
    await journal.record(context, action, invitation, acting=acting, before=before, after=_terms(invitation))
    await journal.announce(context, action, invitation)


def _terms(invitation: MemberInvitation) -> journal.State:
    return journal.state(
        invitation,
        *("email", "role", "status", "expires_at", "can_manage_billing", "notify_billing", "notify_products"),
    )
