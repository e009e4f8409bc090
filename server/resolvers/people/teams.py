"""Teams: members of an organisation who share product grants (M12)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction
from server.domain.folding import fold
from server.domain.people import teams as rules
from server.domain.people.memberships import check_member_active
from server.domain.rights import Right
from server.domain.text import single_line
from server.domain.versions import check_version
from server.engine.declarations import JoinTable
from server.models import (
    MemberInvitation,
    MemberInvitationTeam,
    Membership,
    Organisation,
    OwnProductGrant,
    Team,
    TeamMember,
)
from server.models.base import store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row, visible_rows
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import MembershipId, OrganisationId, TeamId
from server.resolvers.listings import Listing
from server.resolvers.locking import lock_organisation, member_of
from server.resolvers.people.offboarding import end_rows
from server.resolvers.permissions import RightOn, VisibleRows, allow


class TeamOrderField(StrEnum):
    """Fields by which teams can be sorted."""

    NAME = "NAME"


class TeamMemberOrderField(StrEnum):
    """Fields by which a team's members can be sorted."""

    JOINED_AT = "JOINED_AT"


TEAMS = Listing(name="teams", model=Team, parent="organisation_id", orders={TeamOrderField.NAME: "name_key"})
TEAM_MEMBERS = Listing(
    name="team members",
    model=TeamMember,
    parent="team_id",
    orders={TeamMemberOrderField.JOINED_AT: "joined_at"},
    moments=frozenset({"joined_at"}),
)
TEAMS_OF_MEMBER = Listing(
    name="teams of a member",
    model=TeamMember,
    parent="membership_id",
    orders={TeamMemberOrderField.JOINED_AT: "joined_at"},
    moments=frozenset({"joined_at"}),
)

MAY_VIEW_OF_TEAM = (VisibleRows(),)

OF_INVITATION: Final = JoinTable(MemberInvitationTeam, "member_invitation_id", "team_id")


@allow(RightOn(Right.MANAGE_TEAMS, Organisation, "organisation_id"))
async def create_team(
    context: Context, organisation_id: OrganisationId, name: str, leader_id: MembershipId | None
) -> dict[str, object]:
    """Create a team. The leader, if there is one, is a member of the team and has no extra rights."""
    async with transaction():
        await lock_organisation(context, organisation_id, Right.MANAGE_TEAMS)
        team = Team(organisation_id=organisation_id)
        await _settle(context, team, name, leader_id)
        await _journal(context, AuditAction.TEAM_CREATED, team, before=None)
    return {"team": team}


@allow(RightOn(Right.MANAGE_TEAMS, Organisation, "team_id", by="organisation_id"))
async def update_team(
    context: Context, team_id: TeamId, name: str, leader_id: MembershipId | None, expected_version: int | None
) -> dict[str, object]:
    """Change a team's name and leader. A new leader becomes a member of the team; the previous one stays a member."""
    async with transaction():
        team = await _lock_team(context, team_id, expected_version)
        before = _terms(team)
        if (team.name, team.leader_id) != (name, leader_id):
            team.version += 1
            await _settle(context, team, name, leader_id)
            await _journal(context, AuditAction.TEAM_UPDATED, team, before)
    return {"team": team}


@allow(RightOn(Right.MANAGE_TEAMS, Organisation, "team_id", by="organisation_id"))
async def delete_team(context: Context, team_id: TeamId, expected_version: int | None) -> dict[str, object]:
    """Delete a team and everything granted to it. Its members stay in the organisation."""
    async with transaction():
        team = await _lock_team(context, team_id, expected_version)
        before = _terms(team)
        await store_changes(team, deleted_at=context.now)
        grants = OwnProductGrant.filter(team_id=team_id, revoked_at__isnull=True)
        lost = {
            "members": [place.membership_id.hex for place in await TeamMember.filter(team_id=team_id).order_by("id")],
            "product_grants": await end_rows(context, grants, revoked_at=context.now),
        }
        await TeamMember.filter(team_id=team_id).delete()
        await _journal(context, AuditAction.TEAM_DELETED, team, before, lost)
    return {"organisation": await Organisation.get(id=team.organisation_id)}


@allow(RightOn(Right.MANAGE_TEAMS, Organisation, "team_id", by="organisation_id"))
async def add_team_member(context: Context, team_id: TeamId, membership_id: MembershipId) -> dict[str, object]:
    """Add a member of the organisation, external or not, to a team. They have the team's grants immediately."""
    async with transaction():
        team = await _lock_team(context, team_id, None)
        member = await _member(context, team.organisation_id, membership_id, "membership_id")
        place, is_new = await _add(context, team, member)
        if is_new:
            await _journal_place(context, AuditAction.TEAM_MEMBER_ADDED, team, place)
    return {"team": team}


@allow(RightOn(Right.MANAGE_TEAMS, Organisation, "team_id", by="organisation_id"))
async def remove_team_member(context: Context, team_id: TeamId, membership_id: MembershipId) -> dict[str, object]:
    """Remove a member from a team. They lose immediately what they had only through the team."""
    async with transaction():
        team = await _lock_team(context, team_id, None)
        await member_of(context, team.organisation_id, membership_id, ("membership_id",))
        place = await TeamMember.get_or_none(team_id=team_id, membership_id=membership_id)
        if place is not None:
            await place.delete()
            if team.leader_id == membership_id:
                await store_changes(team, leader_id=None)
            await _journal_place(context, AuditAction.TEAM_MEMBER_REMOVED, team, place)
    return {"team": team}


async def teams_to_join(context: Context, organisation_id: UUID, team_ids: Sequence[UUID]) -> list[UUID]:
    """The teams that someone is invited to join, each once. Requires the right to manage teams."""
    if team_ids:
        await lock_organisation(context, organisation_id, Right.MANAGE_TEAMS)
    seen = await visible_rows(Team, context.viewer, team_ids)
    own = {team.id for team in seen if team.organisation_id == organisation_id}
    for place, id in enumerate(team_ids):
        if id not in own:
            raise NotFound(("input", "team_ids", str(place)))
    return list(dict.fromkeys(team_ids))


async def name_teams(invitation: MemberInvitation, team_ids: Sequence[UUID]) -> None:
    """Store the teams of an invitation."""
    named = [MemberInvitationTeam(member_invitation_id=invitation.id, team_id=id) for id in team_ids]
    await MemberInvitationTeam.bulk_create(named)


async def join_teams(context: Context, member: Membership, invitation: MemberInvitation) -> list[str]:
    """Add a new member to the teams of their invitation that still exist (S11.2)."""
    teams = await Team.filter(invitation_teams__member_invitation_id=invitation.id, deleted_at__isnull=True)
    keys = sorted(team.id for team in teams)
    places = [TeamMember(team_id=key, membership_id=member.id, joined_at=context.now) for key in keys]
    await TeamMember.bulk_create(places)
    return [key.hex for key in keys]


async def _lock_team(context: Context, team_id: UUID, expected_version: int | None) -> Team:
    found = await Team.get(id=team_id)
    await lock_organisation(context, found.organisation_id, Right.MANAGE_TEAMS)
    team = await lock_row(Team, team_id)
    if team.deleted_at is not None:
        raise NotFound(("input", "team_id"))
    check_version(team.version, expected_version)
    return team


async def _settle(context: Context, team: Team, name: str, leader_id: UUID | None) -> None:
    """The new name and leader. Refuses with all errors of the two at once."""
    problems = Problems()
    member = leader_id and await member_of(context, team.organisation_id, leader_id, ("leader_id",))
    called = problems.check(single_line, name, rules.MAX_TEAM_NAME_CHARACTERS, ("name",)) or ""
    same = Team.filter(organisation_id=team.organisation_id, name_key=fold(called), deleted_at__isnull=True)
    problems.check(rules.check_name_is_free, await same.exclude(id=team.id).exists())
    if member:
        problems.check(check_member_active, member.status, ("leader_id",))
    problems.raise_if_any()
    team.name, team.name_key, team.leader_id = called, fold(called), leader_id
    await team.save()
    if member:
        await _add(context, team, member)


async def _member(context: Context, organisation_id: UUID, membership_id: UUID, field: str) -> Membership:
    """An active member of the organisation, which is locked, so that nobody leaves in the meantime."""
    member = await member_of(context, organisation_id, membership_id, (field,))
    check_member_active(member.status, (field,))
    return member


async def _add(context: Context, team: Team, member: Membership) -> tuple[TeamMember, bool]:
    """The member's place in the team, and whether it is new."""
    return await TeamMember.get_or_create(team_id=team.id, membership_id=member.id, defaults={"joined_at": context.now})


async def _journal(
    context: Context, action: AuditAction, team: Team, before: journal.State | None, lost: journal.State | None = None
) -> None:
    after = _terms(team) | (lost or {})
    await journal.record(context, action, team, acting=team.organisation_id, before=before, after=after)
    await journal.announce(context, action.topic, team, team.version)


async def _journal_place(context: Context, action: AuditAction, team: Team, place: TeamMember) -> None:
    after = _terms(team) | journal.column_values(place, "membership_id")
    await journal.record(context, action, team, acting=team.organisation_id, after=after)
    await journal.announce(context, action.topic, team, place.id.hex)


def _terms(team: Team) -> journal.State:
    return journal.column_values(team, "name", "leader_id", "deleted_at")
