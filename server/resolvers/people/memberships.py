"""Memberships: changing roles and e-mail preferences, removing and leaving (M10, M11)."""

from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Q

from server.domain.errors import Problems
from server.domain.people import memberships as rules
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Right, Role
from server.domain.versions import check_version
from server.domain.viewer import Viewer
from server.models import Membership, Organisation
from server.models.conditions import Among, equals
from server.models.database import transaction
from server.models.visibility.clauses import NO_ROW
from server.models.visibility.lookups import lock_row
from server.resolvers.context import Context
from server.resolvers.ids import MembershipId, OrganisationId
from server.resolvers.listings import Listing
from server.resolvers.locking import check_binds, lock_organisation, member_of
from server.resolvers.people.membership_changes import (
    check_notified,
    count_other_legal_representatives,
    give_role,
    refresh_viewer,
    remove,
    update_switches,
)
from server.resolvers.permissions import RightOn, Sudo, VisibleRows, allow


class MembershipOrderField(StrEnum):
    """Fields by which members can be sorted."""

    SINCE = "SINCE"


def _own(viewer: Viewer | None) -> Q:
    """The viewer's own active memberships; with a token, the one in its organisation."""
    if viewer is None:
        return NO_ROW
    own = equals("user_id", viewer.user_id) & Q(status=MembershipStatus.ACTIVE)
    return own & Among("organisation_id", viewer.organisation_ids)


MEMBERS = Listing(
    name="members",
    model=Membership,
    parent="organisation_id",
    orders={MembershipOrderField.SINCE: "created_at"},
    moments=frozenset({"created_at"}),
)

OWN_MEMBERSHIPS = replace(MEMBERS, name="own memberships", parent=None, always=_own)

MAY_VIEW_MEMBERS = (RightOn(Right.VIEW_MEMBERS, Organisation),)
MAY_LIST_OWN_MEMBERSHIPS = (VisibleRows(),)


@allow(RightOn(Right.MANAGE_MEMBERS, Organisation, "membership_id", by="organisation_id"))
async def change_member_role(
    context: Context, membership_id: MembershipId, role: Role, expected_version: int | None
) -> dict[str, object]:
    """Change a member's role. Anything that only the old role allowed ends immediately.

    Only a legal representative who has entered their password recently can appoint or demote another one.
    """
    async with transaction():
        member, actor = await _lock_member(context, membership_id, Right.MANAGE_MEMBERS, expected_version)
        rules.check_member_active(member.status)
        rules.check_may_change(actor, member.role, role, field=("role",))
        if role is not member.role:
            await check_binds(context, member.role, role)
            rules.check_keeps_a_legal_representative(member.role, await count_other_legal_representatives(member))
            await give_role(context, member, role)
            await refresh_viewer(context, member)
    return {"membership": member}


@allow(RightOn(Right.MANAGE_MEMBERS, Organisation, "membership_id", by="organisation_id"))
async def update_member(
    context: Context,
    membership_id: MembershipId,
    can_manage_billing: bool | None,
    notify_billing: bool | None,
    notify_products: bool | None,
    expected_version: int | None,
) -> dict[str, object]:
    """Change a member's billing permission and e-mail preferences. Fields left out keep their values."""
    async with transaction():
        member, actor = await _lock_member(context, membership_id, Right.MANAGE_MEMBERS, expected_version)
        rules.check_member_active(member.status)
        rules.check_may_change(actor, member.role, field=("membership_id",))
        problems = Problems()
        problems.check(rules.check_billing, member.role, can_manage_billing)
        await check_notified(problems, member, notify_billing)
        problems.raise_if_any()
        await update_switches(
            context,
            member,
            can_manage_billing=can_manage_billing if member.role is Role.EMPLOYEE else None,
            notify_billing=notify_billing,
            notify_products=notify_products,
        )
    return {"membership": member}


@allow(RightOn(Right.SET_EMAIL_WISHES, Organisation, "organisation_id"))
async def set_email_wishes(
    context: Context,
    organisation_id: OrganisationId,
    notify_billing: bool | None,
    notify_products: bool | None,
    expected_version: int | None,
) -> dict[str, object]:
    """Choose which of an organisation's e-mails you receive as a member. Fields left out keep their values."""
    problems = Problems()
    async with transaction():
        await lock_organisation(context, organisation_id, Right.SET_EMAIL_WISHES)
        member = await _own_membership(context, organisation_id)
        check_version(member.version, expected_version)
        await check_notified(problems, member, notify_billing)
        problems.raise_if_any()
        await update_switches(context, member, notify_billing=notify_billing, notify_products=notify_products)
    return {"membership": member}


@allow(RightOn(Right.REMOVE_MEMBERS, Organisation, "membership_id", by="organisation_id"), Sudo())
async def remove_member(
    context: Context, membership_id: MembershipId, expected_version: int | None
) -> dict[str, object]:
    """Remove a member. They, their API tokens and their assignments lose all access to the organisation.

    Only a legal representative can remove another one.
    """
    async with transaction():
        member, actor = await _lock_member(context, membership_id, Right.REMOVE_MEMBERS, expected_version)
        if member.status is MembershipStatus.ACTIVE:
            rules.check_may_change(actor, member.role, field=("membership_id",))
            rules.check_keeps_a_legal_representative(member.role, await count_other_legal_representatives(member))
            await remove(context, member)
            await refresh_viewer(context, member)
    return {"membership": member}


@allow(RightOn(Right.LEAVE_ORGANISATION, Organisation, "organisation_id"), Sudo())
async def leave_organisation(context: Context, organisation_id: OrganisationId) -> dict[str, object]:
    """Leave an organisation. The only legal representative must first be replaced."""
    async with transaction():
        await lock_organisation(context, organisation_id, Right.LEAVE_ORGANISATION)
        member = await _own_membership(context, organisation_id)
        rules.check_keeps_a_legal_representative(member.role, await count_other_legal_representatives(member))
        await remove(context, member)
        await refresh_viewer(context, member)
    return {}


@allow(
    RightOn(Right.MANAGE_LEGAL_REPRESENTATIVES, Organisation, "outgoing_membership_id", by="organisation_id"), Sudo()
)
async def replace_legal_representative(
    context: Context,
    outgoing_membership_id: MembershipId,
    incoming_membership_id: MembershipId,
    outgoing_role: Role | None,
) -> dict[str, object]:
    """Replace a legal representative with another member, in one step. The first gets a lower role or is removed."""
    rules.check_lower_role(outgoing_role)
    async with transaction():
        outgoing, _ = await _lock_member(context, outgoing_membership_id, Right.MANAGE_LEGAL_REPRESENTATIVES, None)
        incoming = await _lock_colleague(context, outgoing, incoming_membership_id)
        rules.check_member_active(outgoing.status, ("outgoing_membership_id",))
        rules.check_member_active(incoming.status, ("incoming_membership_id",))
        rules.check_successor(outgoing.role, incoming.role)
        await give_role(context, incoming, Role.LEGAL_REPRESENTATIVE)
        if outgoing_role is None:
            await remove(context, outgoing)
        else:
            await give_role(context, outgoing, outgoing_role)
        await refresh_viewer(context, outgoing)
    return {"incoming": incoming, "outgoing": outgoing}


async def _lock_member(
    context: Context, membership_id: UUID, right: Right, expected_version: int | None
) -> tuple[Membership, Role]:
    """The member and the viewer's role, with the organisation locked, so that R14 is decided one change at a time."""
    found = await Membership.get(id=membership_id)
    actor = await lock_organisation(context, found.organisation_id, right)
    member = await lock_row(Membership, membership_id)
    check_version(member.version, expected_version)
    return member, actor


async def _own_membership(context: Context, organisation_id: UUID) -> Membership:
    """The viewer's own membership, in an organisation that is locked."""
    return await Membership.get(
        user_id=context.signed_in.user_id, organisation_id=organisation_id, status=MembershipStatus.ACTIVE
    )


async def _lock_colleague(context: Context, member: Membership, membership_id: UUID) -> Membership:
    """Another member of the same organisation, locked."""
    await member_of(context, member.organisation_id, membership_id, ("incoming_membership_id",))
    return await lock_row(Membership, membership_id)
