"""Invitations of members: sending, resending and withdrawing (S11.1, S11.3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Q

from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.people import member_invitations as rules
from server.domain.people import users
from server.domain.people.email_links import link_digest, new_secret
from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus, check_billing, check_may_change
from server.domain.rights import Right, Role
from server.domain.text import single_line
from server.models import MemberInvitation, Membership, Organisation
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import ids, journal
from server.resolvers.context import Context
from server.resolvers.expiry import expire_due, expire_rows, organisations_in
from server.resolvers.ids import MemberInvitationId, OrganisationId, TeamId
from server.resolvers.listings import Listing
from server.resolvers.locking import check_binds, lock_organisation
from server.resolvers.people.teams import name_teams, teams_to_join
from server.resolvers.permissions import RightOn, allow


class MemberInvitationOrderField(StrEnum):
    """Fields by which invitations can be sorted."""

    INVITED_AT = "INVITED_AT"


MEMBER_INVITATIONS = Listing(
    name="member invitations",
    model=MemberInvitation,
    parent="organisation_id",
    orders={MemberInvitationOrderField.INVITED_AT: "invited_at"},
    moments=frozenset({"invited_at"}),
)


def member_invitation_status(context: Context, row: MemberInvitation) -> MemberInvitationStatus:
    """The invitation's current status."""
    return rules.MEMBER_INVITATION_EXPIRY.at(context.now, row.status, row.expires_at)


@allow(RightOn(Right.MANAGE_MEMBERS, Organisation, "organisation_id"))
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
    team_ids: list[TeamId] | None,
) -> dict[str, object]:
    """Invite someone by e-mail to become a member. The response does not reveal whether they have an account.

    When they accept, they join the teams that still exist.
    Only a legal representative who has entered their password recently can invite another one.
    """
    async with transaction():
        actor = await lock_organisation(context, organisation_id, Right.MANAGE_MEMBERS)
        check_may_change(actor, role, field=("role",))
        await check_binds(context, role)
        teams = await teams_to_join(context, organisation_id, team_ids or ())
        problems, most = Problems(), context.settings.member_invitations_per_day
        whom = _invitee_columns(email, first_name, last_name, locale, problems)
        problems.check(check_billing, role, can_manage_billing)
        await _check_not_invited(context, organisation_id, whom["email"] or "", problems)
        problems.check(rules.check_number_of_invitations, await _count_sent_lately(context, organisation_id), most)
        problems.raise_if_any()
        invitation = MemberInvitation(
            organisation_id=organisation_id,
            role=role,
            can_manage_billing=can_manage_billing is True,
            notify_billing=notify_billing is not False,
            notify_products=notify_products is not False,
            invited_by_id=context.signed_in.user_id,
            invited_at=context.now,
            **whom,
        )
        await _send(context, invitation, AuditAction.MEMBER_INVITED, before=None, teams=teams)
        await name_teams(invitation, teams)
    return {"member_invitation": invitation}


@allow(RightOn(Right.MANAGE_MEMBERS, Organisation, "member_invitation_id", by="organisation_id"))
async def resend_member_invitation(context: Context, member_invitation_id: MemberInvitationId) -> dict[str, object]:
    """Send an open invitation again, with a new link and a new deadline. The old link stops working."""
    async with transaction():
        invitation = await _lock_for_inviter(context, member_invitation_id)
        rules.check_invitation_open(member_invitation_status(context, invitation))
        before = _terms(invitation)
        earlier = [datetime.fromisoformat(moment) for moment in invitation.sent_again]
        lately = rules.resending_times(earlier, context.now, context.settings.member_invitation_resends)
        invitation.sent_again = [moment.isoformat() for moment in lately]
        invitation.version += 1
        await _send(context, invitation, AuditAction.MEMBER_INVITATION_SENT_AGAIN, before)
    return {"member_invitation": invitation}


@allow(RightOn(Right.MANAGE_MEMBERS, Organisation, "member_invitation_id", by="organisation_id"))
async def cancel_member_invitation(context: Context, member_invitation_id: MemberInvitationId) -> dict[str, object]:
    """Withdraw an open invitation. Its link stops working."""
    async with transaction():
        invitation = await _lock_for_inviter(context, member_invitation_id)
        rules.check_invitation_open(member_invitation_status(context, invitation))
        await close_member_invitation(
            context, invitation, MemberInvitationStatus.CANCELLED, AuditAction.MEMBER_INVITATION_CANCELLED
        )
    return {"member_invitation": invitation}


async def is_member(organisation_id: UUID, email: str) -> bool:
    """Whether this is the address of an active member."""
    members = Membership.filter(organisation_id=organisation_id, status=MembershipStatus.ACTIVE)
    return await members.filter(user__email=email).exists()


async def close_member_invitation(
    context: Context, invitation: MemberInvitation, status: MemberInvitationStatus, action: AuditAction
) -> None:
    """End an open invitation."""
    before = _terms(invitation)
    await store_changes(invitation, status=status, answered_at=context.now)
    acting = invitation.organisation_id
    await journal.record(context, action, invitation, acting=acting, before=before, after=_terms(invitation))
    await journal.announce(context, action.topic, invitation)


def _invitee_columns(
    email: str, first_name: str, last_name: str, locale: str | None, problems: Problems
) -> dict[str, str | None]:
    """The invitation's columns as they are stored. Collects each invalid value in the errors."""
    return {
        "email": problems.check(users.email_address, email, ("email",)) or "",
        "first_name": problems.check(single_line, first_name, users.MAX_NAME_CHARACTERS, ("first_name",)),
        "last_name": problems.check(single_line, last_name, users.MAX_NAME_CHARACTERS, ("last_name",)),
        "locale": problems.check(users.supported_locale, locale, ("locale",)),
    }


async def expire_locked_invitations(context: Context, invitations: Sequence[MemberInvitation]) -> None:
    """Expire these invitations, which are locked, and notify their senders (S11.4)."""
    expired: dict[str, object] = {"status": MemberInvitationStatus.EXPIRED}
    concerned = [invitation.organisation_id for invitation in invitations]
    await expire_rows(
        context, invitations, expired, AuditAction.MEMBER_INVITATION_EXPIRED, Topic.MEMBER_INVITATION_EXPIRED, concerned
    )


async def _check_not_invited(context: Context, organisation_id: UUID, email: str, problems: Problems) -> None:
    """Collects an error for the address of a member or of an open invitation. One past its deadline expires first."""
    pending = MemberInvitation.filter(
        organisation_id=organisation_id, email=email, status=MemberInvitationStatus.PENDING
    )
    await expire_locked_invitations(
        context, await pending.filter(expires_at__lte=context.now).select_for_update(no_key=True)
    )
    problems.check(rules.check_not_invited, await is_member(organisation_id, email), is_invited=await pending.exists())


async def _count_sent_lately(context: Context, organisation_id: UUID) -> int:
    sent = MemberInvitation.filter(organisation_id=organisation_id, invited_at__gt=context.now - timedelta(days=1))
    return await sent.count()


async def _send(
    context: Context,
    invitation: MemberInvitation,
    action: AuditAction,
    before: journal.State | None,
    teams: Sequence[UUID] = (),
) -> None:
    """Put a new link into the outbox. Its secret is only there, until it is sent."""
    secret = new_secret()
    invitation.secret_digest, invitation.undeliverable_at = link_digest(secret), None
    invitation.expires_at = context.now + timedelta(days=context.settings.member_invitation_days)
    await invitation.save()
    organisation = await Organisation.get(id=invitation.organisation_id)
    after = _terms(invitation) | ({"teams": [team.hex for team in teams]} if teams else {})
    await journal.record(context, action, invitation, acting=organisation.id, before=before, after=after)
    await journal.announce(
        context,
        Topic.MEMBER_INVITED,
        invitation,
        invitation.version,
        secret=secret,
        answer_by=invitation.expires_at,
        email=invitation.email,
        first_name=invitation.first_name,
        locale=invitation.locale,
        organisation=ids.encode(organisation),
        role=invitation.role,
    )


async def _lock_for_inviter(context: Context, member_invitation_id: UUID) -> MemberInvitation:
    found = await MemberInvitation.get(id=member_invitation_id)
    actor = await lock_organisation(context, found.organisation_id, Right.MANAGE_MEMBERS)
    invitation = await lock_row(MemberInvitation, member_invitation_id)
    check_may_change(actor, invitation.role)
    return invitation


def _terms(invitation: MemberInvitation) -> journal.State:
    return journal.column_values(
        invitation,
        *("email", "role", "status", "expires_at", "can_manage_billing", "notify_billing", "notify_products"),
    )


async def expire_member_invitations(context: Context) -> int:
    """Expire invitations of members that were not answered in time, and notify their senders (S11.4)."""
    late = Q(status=MemberInvitationStatus.PENDING, expires_at__lte=context.now)
    return await expire_due(
        context, MemberInvitation, late, organisations_in("organisation_id"), expire_locked_invitations
    )
