"""Changes to a membership: what each stores, ends, writes down and announces (M10, M11)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from tortoise.queryset import QuerySet

from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.people import memberships as rules
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import Membership
from server.models.base import store_changes
from server.models.visibility.viewers import memberships_of
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.people.offboarding import end_membership, end_role

MEMBER: Final = "MEMBER"
"""The actor if a member left: their organisation is then notified as well."""

NO_SWITCHES: Final[Mapping[str, object]] = {"can_manage_billing": False, "future_customer_rights": None}
"""The columns of a membership that depend on the role, reset for a new role."""


async def count_other_legal_representatives(member: Membership) -> int:
    return await _legal_representatives(member.organisation_id).exclude(id=member.id).count()


async def check_notified(problems: Problems, member: Membership, notify_billing: bool | None) -> None:
    others = _legal_representatives(member.organisation_id).exclude(id=member.id)
    told = await others.filter(notify_billing=True).count()
    problems.check(rules.check_notified, member.role, notify_billing, told)


def _legal_representatives(organisation_id: UUID) -> QuerySet[Membership]:
    return Membership.filter(
        organisation_id=organisation_id, role=Role.LEGAL_REPRESENTATIVE, status=MembershipStatus.ACTIVE
    )


async def give_role(context: Context, member: Membership, role: Role) -> None:
    """The switches belong to the role they were set for."""
    before, old = _terms(member), member.role
    await change_member(context, member, role=role, **NO_SWITCHES)
    ended = await end_role(context, member, old)
    await _keep_billing_notified(context, member)
    await _record(context, AuditAction.MEMBER_ROLE_CHANGED, member, before, ended)
    await journal.announce(context, Topic.MEMBER_ROLE_CHANGED, member, member.version, before=old, after=role)


async def remove(context: Context, member: Membership) -> None:
    before = _terms(member)
    await change_member(context, member, status=MembershipStatus.REMOVED, future_customer_rights=None)
    ended = await end_membership(context, member)
    await _keep_billing_notified(context, member)
    await _record(context, AuditAction.MEMBER_REMOVED, member, before, ended)
    by = MEMBER if member.user_id == context.signed_in.user_id else None
    await journal.announce(context, Topic.MEMBER_REMOVED, member, by=by)


async def update_switches(context: Context, member: Membership, **given: bool | None) -> None:
    """Store the values that were set, if they differ from the stored ones."""
    before, wanted = _terms(member), {name: value for name, value in given.items() if value is not None}
    if all(before[name] == value for name, value in wanted.items()):
        return
    await change_member(context, member, **wanted)
    await _record(context, AuditAction.MEMBER_UPDATED, member, before, {})
    await journal.announce(context, Topic.MEMBER_UPDATED, member, member.version)


async def _record(
    context: Context, action: AuditAction, member: Membership, before: journal.State, ended: journal.State
) -> None:
    """Log a change of a member, with what ended with it."""
    after = _terms(member) | ended
    await journal.record(context, action, member, acting=member.organisation_id, before=before, after=after)


async def change_member(context: Context, member: Membership, **columns: object) -> None:
    """Store these columns and increment the version."""
    context.viewers_changed()
    await store_changes(member, **columns)


async def _keep_billing_notified(context: Context, member: Membership) -> None:
    """If none of the remaining legal representatives receives billing e-mails, all of them do from now on."""
    left = await _legal_representatives(member.organisation_id)
    if not any(one.notify_billing for one in left):
        for one in left:
            await change_member(context, one, notify_billing=True)


async def refresh_viewer(context: Context, member: Membership) -> None:
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
    return journal.column_values(member, *known, *switch)
