"""Memberships: changing roles and e-mail preferences, removing and leaving (M10, M11)."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction, Topic
from server.domain.people import memberships as rules
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Right, Role
from server.domain.versions import check_version
from server.domain.viewer import Viewer
from server.models import Membership, Organisation
from server.models.base import store_changes
from server.models.conditions import Among, equals
from server.models.database import transaction
from server.models.visibility.clauses import NO_ROW
from server.models.visibility.lookups import lock_row, visible_row
from server.models.visibility.viewers import memberships_of
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import MembershipId, OrganisationId
from server.resolvers.listings import Listing
from server.resolvers.locking import check_binds, lock_organisation
from server.resolvers.people.offboarding import end_membership, end_role
from server.resolvers.permissions import RightOn, Sudo, VisibleRows, allowed


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

MEMBER: Final = "MEMBER"
"""The actor if a member left: their organisation is then notified as well."""

NO_SWITCHES: Final[Mapping[str, object]] = {"can_manage_billing": False, "future_customer_rights": None}
"""The columns of a membership that depend on the role, reset for a new role."""


@allowed(RightOn(Right.MANAGE_MEMBERS, Organisation, "membership_id", by="organisation_id"))
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
            rules.check_keeps_a_legal_representative(member.role, await _other_legal_representatives(member))
            await _give_role(context, member, role)
            await _look_again(context, member)
    return {"membership": member}


@allowed(RightOn(Right.MANAGE_MEMBERS, Organisation, "membership_id", by="organisation_id"))
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
        await _check_notified(problems, member, notify_billing)
        problems.raise_if_any()
        await _update(
            context,
            member,
            can_manage_billing=can_manage_billing if member.role is Role.EMPLOYEE else None,
            notify_billing=notify_billing,
            notify_products=notify_products,
        )
    return {"membership": member}


@allowed(RightOn(Right.SET_EMAIL_WISHES, Organisation, "organisation_id"))
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
        await _check_notified(problems, member, notify_billing)
        problems.raise_if_any()
        await _update(context, member, notify_billing=notify_billing, notify_products=notify_products)
    return {"membership": member}


@allowed(RightOn(Right.REMOVE_MEMBERS, Organisation, "membership_id", by="organisation_id"), Sudo())
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
            rules.check_keeps_a_legal_representative(member.role, await _other_legal_representatives(member))
            await _remove(context, member)
            await _look_again(context, member)
    return {"membership": member}


@allowed(RightOn(Right.LEAVE_ORGANISATION, Organisation, "organisation_id"), Sudo())
async def leave_organisation(context: Context, organisation_id: OrganisationId) -> dict[str, object]:
    """Leave an organisation. The only legal representative must first be replaced."""
    async with transaction():
        await lock_organisation(context, organisation_id, Right.LEAVE_ORGANISATION)
        member = await _own_membership(context, organisation_id)
        rules.check_keeps_a_legal_representative(member.role, await _other_legal_representatives(member))
        await _remove(context, member)
        await _look_again(context, member)
    return {}


@allowed(
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
        incoming = await _colleague(context, outgoing, incoming_membership_id)
        rules.check_member_active(outgoing.status, ("outgoing_membership_id",))
        rules.check_member_active(incoming.status, ("incoming_membership_id",))
        rules.check_successor(outgoing.role, incoming.role)
        await _give_role(context, incoming, Role.LEGAL_REPRESENTATIVE)
        if outgoing_role is None:
            await _remove(context, outgoing)
        else:
            await _give_role(context, outgoing, outgoing_role)
        await _look_again(context, outgoing)
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


async def _colleague(context: Context, member: Membership, membership_id: UUID) -> Membership:
    """Another member of the same organisation, locked."""
    seen = await visible_row(Membership, context.viewer, membership_id)
    if seen is None or seen.organisation_id != member.organisation_id:
        raise NotFound(("input", "incoming_membership_id"))
    return await lock_row(Membership, membership_id)


async def _other_legal_representatives(member: Membership) -> int:
    return await _legal_representatives(member.organisation_id).exclude(id=member.id).count()


async def _check_notified(problems: Problems, member: Membership, notify_billing: bool | None) -> None:
    others = _legal_representatives(member.organisation_id).exclude(id=member.id)
    told = await others.filter(notify_billing=True).count()
    problems.check(rules.check_notified, member.role, notify_billing, told)


def _legal_representatives(organisation_id: UUID) -> QuerySet[Membership]:
    return Membership.filter(
        organisation_id=organisation_id, role=Role.LEGAL_REPRESENTATIVE, status=MembershipStatus.ACTIVE
    )


async def _give_role(context: Context, member: Membership, role: Role) -> None:
    """The switches belong to the role they were set for."""
    before, old = _terms(member), member.role
    await change_member(context, member, role=role, **NO_SWITCHES)
    ended = await end_role(context, member, old)
    await _keep_somebody_told(context, member)
    await journal.record(
        context,
        AuditAction.MEMBER_ROLE_CHANGED,
        member,
        acting=member.organisation_id,
        before=before,
        after=_terms(member) | ended,
    )
    await journal.announce(context, Topic.MEMBER_ROLE_CHANGED, member, member.version, before=old, after=role)


async def _remove(context: Context, member: Membership) -> None:
    before = _terms(member)
    await change_member(context, member, status=MembershipStatus.REMOVED, future_customer_rights=None)
    ended = await end_membership(context, member)
    await _keep_somebody_told(context, member)
    await journal.record(
        context,
        AuditAction.MEMBER_REMOVED,
        member,
        acting=member.organisation_id,
        before=before,
        after=_terms(member) | ended,
    )
    by = MEMBER if member.user_id == context.signed_in.user_id else None
    await journal.announce(context, Topic.MEMBER_REMOVED, member, by=by)


async def _update(context: Context, member: Membership, **given: bool | None) -> None:
    """Store the values that were set, if they differ from the stored ones."""
    before, wanted = _terms(member), {name: value for name, value in given.items() if value is not None}
    if all(before[name] == value for name, value in wanted.items()):
        return
    await change_member(context, member, **wanted)
    await journal.record(
        context, AuditAction.MEMBER_UPDATED, member, acting=member.organisation_id, before=before, after=_terms(member)
    )
    await journal.announce(context, Topic.MEMBER_UPDATED, member, member.version)


async def change_member(context: Context, member: Membership, **columns: object) -> None:
    """Store these columns and increment the version."""
    context.viewers_changed()
    await store_changes(member, **columns)


async def _keep_somebody_told(context: Context, member: Membership) -> None:
    """If none of the remaining legal representatives receives billing e-mails, all of them do from now on."""
    left = await _legal_representatives(member.organisation_id)
    if not any(one.notify_billing for one in left):
        for one in left:
            await change_member(context, one, notify_billing=True)


async def _look_again(context: Context, member: Membership) -> None:
    """The viewer after a change to themselves. None without a membership."""
    viewer = context.signed_in
    if member.user_id != viewer.user_id:
        return
    token = viewer.token
    context.viewer = replace(viewer, memberships=await memberships_of(viewer.user_id, token and token.organisation_id))
    if not context.viewer.memberships:
        context.viewer, context.session_secret = None, ""


def _terms(member: Membership) -> journal.State:
    known = ("user_id", "role", "status", "can_manage_billing", "notify_billing", "notify_products")
    switch = () if member.future_customer_rights is None else ("future_customer_rights",)
    return journal.state(member, *known, *switch)
