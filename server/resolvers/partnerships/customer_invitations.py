"""Requests that a partner sends by e-mail to someone of whom it knows only the address (S1.2, E24 to E26)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.domain.access import reach, usable_rights
from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import access_change_requests, proposals
from server.domain.partnerships import partnerships as rules
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people import email_links, users
from server.domain.rights import Right
from server.domain.text import paragraph
from server.domain.versions import check_version
from server.engine.declarations import ByKey
from server.models import CustomerInvitation, Organisation
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.ids import CustomerInvitationId, OrganisationId
from server.resolvers.listings import Listing
from server.resolvers.locking import check_reaches_everybody, lock_organisation, reauthorise
from server.resolvers.partnerships.offers import WantedAccess
from server.resolvers.partnerships.proposal_expiry import expire_by_email
from server.resolvers.partnerships.proposals import answer_by, check_partner_may_ask, resending_columns
from server.resolvers.permissions import RightOn, allow

# `Any` below: columns of several kinds.


class CustomerInvitationOrderField(StrEnum):
    """Fields by which requests by e-mail can be sorted."""

    INVITED_AT = "INVITED_AT"


CUSTOMER_INVITATIONS = Listing(
    name="customer invitations",
    model=CustomerInvitation,
    parent="partner_id",
    orders={CustomerInvitationOrderField.INVITED_AT: "invited_at"},
    moments=frozenset({"invited_at"}),
)

BY_TOKEN = ByKey(
    CustomerInvitation,
    lambda given: (None, {"key": email_links.link_digest(given["token"])}),
    lambda: NotFound(("token",)),
    column="secret_digest",
    kind="text",
)
"""The request whose link contains this secret."""

MAY_VIEW_CUSTOMER_INVITATIONS = (RightOn(Right.REQUEST_CUSTOMER, Organisation),)

_MAY_MANAGE = RightOn(Right.REQUEST_CUSTOMER, Organisation, "customer_invitation_id", by="partner_id")


def undeliverable_at(context: Context, row: CustomerInvitation) -> datetime | None:
    """When the e-mail proved undeliverable (E25, E41). Only the partner's side sees it, never the addressee."""
    viewer = context.viewer
    own = reach(viewer, row.partner_id, ()).rights_on_organisation() if viewer else frozenset[Right]()
    return row.undeliverable_at if viewer and Right.REQUEST_CUSTOMER in usable_rights(viewer, own) else None


@allow(RightOn(Right.REQUEST_CUSTOMER, Organisation, "partner_id"))
async def request_customer_by_email(
    context: Context,
    partner_id: OrganisationId,
    email: str,
    wanted: WantedAccess,
    message: str | None,
    locale: str | None,
) -> dict[str, object]:
    """Ask someone for access by e-mail. The result does not reveal whether the address has an account."""
    check_reaches_everybody(context, Right.REQUEST_CUSTOMER)
    problems = Problems()
    columns = _request_columns(email, wanted, message, locale, problems)
    async with transaction():
        await lock_organisation(context, partner_id, Right.REQUEST_CUSTOMER)
        partner = await Organisation.get(id=partner_id)
        await _note_limits(context, partner, columns["email"] or "", problems)
        problems.raise_if_any()
        row, secret = await _ask(context, partner_id, columns)
        after = journal.column_values(row, "email", "access_type", "payment_mode", "status")
        await journal.record(context, AuditAction.CUSTOMER_REQUESTED, row, acting=partner_id, after=after)
        await _announce_request(context, row, secret)
    return {"customer_invitation": row}


@allow(_MAY_MANAGE)
async def cancel_customer_invitation(
    context: Context, customer_invitation_id: CustomerInvitationId, expected_version: int | None
) -> dict[str, object]:
    """Withdraw a request that was sent by e-mail. Its link stops working, and the addressee is notified."""
    async with transaction():
        row = await _own(context, customer_invitation_id, expected_version)
        await store_answer(
            context, row, PartnershipStatus.CANCELLED, AuditAction.CUSTOMER_REQUEST_CANCELLED, row.partner_id
        )
        await journal.announce(context, Topic.PARTNERSHIP_CANCELLED, row, **partner_payload(row))
    return {"customer_invitation": row}


@allow(_MAY_MANAGE)
async def resend_customer_invitation(
    context: Context, customer_invitation_id: CustomerInvitationId, expected_version: int | None
) -> dict[str, object]:
    """Send a request by e-mail again, with a new link. The old link stops working."""
    secret = email_links.new_secret()
    async with transaction():
        row = await _own(context, customer_invitation_id, expected_version)
        check_partner_may_ask(await Organisation.get(id=row.partner_id))
        again = resending_columns(context, row.sent_at, row.sendings)
        await store_changes(row, **again, secret_digest=email_links.link_digest(secret))
        after = journal.column_values(row, "answer_by")
        await journal.record(context, AuditAction.CUSTOMER_REQUEST_RESENT, row, acting=row.partner_id, after=after)
        await _announce_request(context, row, secret)
    return {"customer_invitation": row}


def _request_columns(
    email: str, wanted: WantedAccess, message: str | None, locale: str | None, problems: Problems
) -> dict[str, Any]:
    """The request's columns as they are stored. Collects each invalid value in the errors."""
    address = problems.check(users.email_address, email, ("email",))
    problems.check(access_change_requests.check_wanted, wanted.access_type, wanted.payment_mode)
    words = problems.check(paragraph, message or "", rules.MAX_MESSAGE_CHARACTERS, ("message",))
    spoken = problems.check(users.supported_locale, locale, ("locale",))
    terms = {"access_type": wanted.access_type, "payment_mode": wanted.payment_mode}
    return {"email": address, "locale": spoken, "message": words or None, **terms}


async def _note_limits(context: Context, partner: Organisation, email: str, problems: Problems) -> None:
    """Collects the reasons why the partner, which is locked, may not ask.

    They are: not approved, at the daily limit, or with an open request.

    Requests past their deadline expire first, as the scheduled job would do it.
    """
    problems.check(proposals.check_may_ask, partner.partner_status)
    requests = CustomerInvitation.filter(partner_id=partner.id)
    lately = await requests.filter(invited_at__gt=context.now - timedelta(days=1)).count()
    problems.check(proposals.check_number_of_requests_by_email, lately, context.settings.requests_by_email_per_day)
    open_ = requests.filter(email=email, status=PartnershipStatus.INVITED)
    await expire_by_email(context, await open_.filter(answer_by__lte=context.now).select_for_update(no_key=True))
    is_asked = await open_.exists()
    problems.check(proposals.check_not_asked, is_asked=is_asked)


async def _ask(context: Context, partner_id: UUID, columns: dict[str, Any]) -> tuple[CustomerInvitation, str]:
    """The stored request, and the secret for its link."""
    secret = email_links.new_secret()
    columns |= {"partner_id": partner_id, "status": PartnershipStatus.INVITED}
    columns |= {"invited_at": context.now, "sent_at": context.now, "answer_by": answer_by(context)}
    row = await CustomerInvitation.create(secret_digest=email_links.link_digest(secret), **columns)
    return row, secret


async def _own(context: Context, id: CustomerInvitationId, expected_version: int | None) -> CustomerInvitation:
    """An open request of the viewer's side, locked."""
    row = await lock_open_request(context, id, expected_version)
    await reauthorise(context, Right.REQUEST_CUSTOMER, row.partner_id)
    return row


async def lock_open_request(context: Context, id: UUID, expected_version: int | None) -> CustomerInvitation:
    """A request that can still be answered or withdrawn, locked."""
    row = await lock_row(CustomerInvitation, id)
    check_version(row.version, expected_version)
    proposals.check_proposal_open(row, context.now)
    return row


async def store_answer(
    context: Context,
    row: CustomerInvitation,
    status: PartnershipStatus,
    action: AuditAction,
    acting: UUID | None,
    **columns: object,
) -> None:
    """Store and log how an open request, which is locked, ended."""
    before = journal.column_values(row, "status")
    await store_changes(row, status=status, answered_at=context.now, **columns)
    await journal.record(context, action, row, acting=acting, before=before, after=journal.column_values(row, "status"))


async def _announce_request(context: Context, row: CustomerInvitation, secret: str) -> None:
    await journal.announce(
        context,
        Topic.PARTNERSHIP_REQUESTED,
        row,
        row.version,
        **partner_payload(row),
        secret=secret,
        answer_by=row.answer_by,
        email=row.email,
        locale=row.locale,
        access_type=row.access_type,
        payment_mode=row.payment_mode,
        message=row.message,
    )


def partner_payload(row: CustomerInvitation) -> dict[str, str]:
    """The partner that made the request, for the e-mails about it."""
    return {"partner": ids.encode_key(Organisation, row.partner_id)}
