"""Actions of the programme's staff (S1.8, S5, E8), each logged with a reason."""

from server.domain.errors import NotFound
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import partnerships as rules
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people import organisations as organisation_rules
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.people.users import normal_email
from server.domain.rights import Role
from server.domain.text import single_line
from server.domain.versions import check_version
from server.models import Membership, Organisation, Partnership, User
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import OrganisationId, PartnershipId
from server.resolvers.partnerships.partnerships import lock_live_partnerships, lock_partnership, record_on_partnership
from server.resolvers.people.membership_changes import NO_SWITCHES
from server.resolvers.people.offboarding import end_role
from server.resolvers.permissions import StaffOnly, Sudo, allow

_STAFF = StaffOnly()
_AS_STAFF = (_STAFF, Sudo())


@allow(*_AS_STAFF)
async def approve_partner(
    context: Context, organisation_id: OrganisationId, reason: str, expected_version: int | None
) -> dict[str, object]:
    """Admit a company to the programme, or reinstate a suspended partner."""
    return await _set_status(context, organisation_id, reason, expected_version, PartnerStatus.APPROVED)


@allow(*_AS_STAFF)
async def suspend_partner(
    context: Context, organisation_id: OrganisationId, reason: str, expected_version: int | None
) -> dict[str, object]:
    """Suspend a partner. It cannot take on new customers, but keeps its access to existing ones."""
    return await _set_status(context, organisation_id, reason, expected_version, PartnerStatus.SUSPENDED)


@allow(*_AS_STAFF)
async def suspend_partnership(
    context: Context, partnership_id: PartnershipId, reason: str, expected_version: int | None
) -> dict[str, object]:
    """Suspend a partnership. The partner has no access from the next request, and both sides are notified."""
    why = _reason(reason)
    async with transaction():
        row = await _lock_partnership(context, partnership_id, expected_version)
        rules.check_partnership_active(row)
        await _move(context, row, PartnershipStatus.SUSPENDED, AuditAction.PARTNERSHIP_SUSPENDED, why)
    return {"partnership": row}


@allow(*_AS_STAFF)
async def resume_partnership(
    context: Context, partnership_id: PartnershipId, reason: str, expected_version: int | None
) -> dict[str, object]:
    """Resume a suspended partnership. Both sides are notified."""
    why = _reason(reason)
    async with transaction():
        row = await _lock_partnership(context, partnership_id, expected_version)
        rules.check_resumption(row, await lock_live_partnerships(row.customer_id, but=row.id))
        await _move(context, row, PartnershipStatus.ACTIVE, AuditAction.PARTNERSHIP_RESUMED, why)
    return {"partnership": row}


@allow(*_AS_STAFF)
async def recover_organisation(
    context: Context, organisation_id: OrganisationId, email: str, reason: str
) -> dict[str, object]:
    """Appoint a person with an account as legal representative of an organisation that has none left."""
    why = _reason(reason)
    async with transaction():
        row = await _lock_organisation(context, organisation_id)
        user = await User.get_or_none(email=normal_email(email))
        if user is None:
            raise NotFound(("input", "email"))
        membership = await Membership.get_or_none(
            user_id=user.id, organisation_id=row.id, status__not=MembershipStatus.REMOVED
        )
        before = journal.column_values(membership, "role", "status") if membership else None
        old = membership.role if membership else None
        membership = membership or Membership(user_id=user.id, organisation_id=row.id, joined_at=context.now, version=0)
        ended = await _raise(context, membership, old)
        after = journal.column_values(membership, "role", "status") | ended | {"reason": why}
        await journal.record(
            context,
            AuditAction.ORGANISATION_RECOVERED,
            membership,
            acting=None,
            on_behalf_of=row.id,
            before=before,
            after=after,
        )
        await journal.announce(
            context, Topic.MEMBER_ROLE_CHANGED, membership, membership.version, before=old, after=membership.role
        )
    return {"organisation": row}


async def _raise(context: Context, membership: Membership, old: Role | None) -> journal.State:
    """Make an existing or new member the legal representative. What depended on the old role ends (E7)."""
    representing = {"role": Role.LEGAL_REPRESENTATIVE, "status": MembershipStatus.ACTIVE}
    membership.update_from_dict({**representing, **NO_SWITCHES, "version": membership.version + 1})
    context.viewers_changed()
    await membership.save()
    return {} if old is None else await end_role(context, membership, old)


async def _set_status(
    context: Context, organisation_id: OrganisationId, reason: str, expected_version: int | None, status: PartnerStatus
) -> dict[str, object]:
    why = _reason(reason)
    approves = status is PartnerStatus.APPROVED
    async with transaction():
        row = await _lock_organisation(context, organisation_id)
        check_version(row.version, expected_version)
        _check_status(row, approves=approves)
        before = journal.column_values(row, "partner_status")
        row.update_from_dict({"partner_status": status, "version": row.version + 1})
        if not approves:
            row.is_listed_partner = False
        await row.save(update_fields=["partner_status", "is_listed_partner", "version", "updated_at"])
        action = AuditAction.APPLICATION_APPROVED if approves else AuditAction.APPLICATION_SUSPENDED
        after = journal.column_values(row, "partner_status") | {"reason": why}
        await journal.record(context, action, row, acting=None, on_behalf_of=row.id, before=before, after=after)
        await journal.announce(context, action.topic, row, row.version, reason=why)
    return {"organisation": row}


def _check_status(row: Organisation, *, approves: bool) -> None:
    if not approves:
        organisation_rules.check_suspension(row.partner_status)
        return
    organisation_rules.check_approval(
        row.legal_entity_type,
        row.partner_status,
        is_registered=row.registration_scheme is not None,
        is_affiliate=row.is_affiliate,
    )


async def _move(
    context: Context, row: Partnership, status: PartnershipStatus, action: AuditAction, reason: str
) -> None:
    before = journal.column_values(row, "status")
    await store_changes(row, status=status)
    after = journal.column_values(row, "status") | {"reason": reason}
    await record_on_partnership(context, action, row, None, before=before, after=after)
    await journal.announce(context, action.topic, row, row.version, reason=reason)


async def _lock_partnership(
    context: Context, partnership_id: PartnershipId, expected_version: int | None
) -> Partnership:
    if not await Partnership.filter(id=partnership_id).exists():
        raise NotFound(("input", "partnership_id"))
    row = await lock_partnership(context, partnership_id, expected_version)
    await _STAFF.check(context, None, {})
    return row


async def _lock_organisation(context: Context, organisation_id: OrganisationId) -> Organisation:
    """The organisation, locked; staff see every one. Refused if the viewer has left the staff by then (E7)."""
    if not await Organisation.filter(id=organisation_id).exists():
        raise NotFound(("input", "organisation_id"))
    row = await lock_row(Organisation, organisation_id)
    await _STAFF.check(context, None, {})
    return row


def _reason(value: str) -> str:
    return single_line(value, rules.MAX_MESSAGE_CHARACTERS, ("reason",))
