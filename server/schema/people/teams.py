"""What is promised of teams."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.resolvers.people import teams
from server.resolvers.products import own_product_grants
from server.schema.connections import Connection
from server.schema.fields import connection, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload, VersionedInput
from server.schema.people.memberships import Membership
from server.schema.products.own_product_grants import OwnProductGrant

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]
TeamType = Annotated["Team", strawberry.lazy("server.schema.people.teams")]


@strawberry.type(description="A member's place in a team.")
class TeamMember(Node):
    model = models.TeamMember

    team: TeamType | None = relation(models.Team, "team_id", "The team.")
    member: Membership | None = relation(models.Membership, "membership_id", "The member.")
    joined_at: datetime = strawberry.field(description="Since when.")


@strawberry.type(description="Members of an organisation, external ones too, who share what is granted to the team.")
class Team(Node):
    model = models.Team

    organisation: OrganisationType | None = relation(
        models.Organisation, "organisation_id", "Whose team it is; null where a token may not read organisations."
    )
    name: str = strawberry.field(description="What it is called.")
    leader: Membership | None = relation(
        models.Membership, "leader_id", "Who leads it, without any further right; null where nobody does."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    version: int = strawberry.field(description="Counts the changes of name and leader.")
    members: Connection[TeamMember] | None = connection(teams.TEAM_MEMBERS, "Who is in it.", teams.MAY_VIEW_OF_TEAM)
    product_grants: Connection[OwnProductGrant] | None = connection(
        own_product_grants.GRANTS_OF_TEAM,
        "The products of the organisation opened to it, what was taken back since among it.",
        own_product_grants.MAY_VIEW_GRANTS,
    )


@strawberry.input(description="What the team is to be.")
class CreateTeamInput:
    organisation_id: strawberry.ID = strawberry.field(description="Whose team it is.")
    name: str = strawberry.field(description="What to call it, at most 120 characters; no other team is called so.")
    leader_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The membership of who leads it, and so is in it; nobody unless given."
    )


@strawberry.type(description="The answer of `createTeam`.")
class CreateTeamPayload(Payload):
    team: Team | None = strawberry.field(description="The new team.")


@strawberry.input(description="What the team is to be from now on, in full.")
class UpdateTeamInput(VersionedInput):
    team_id: strawberry.ID = strawberry.field(description="The team.")
    name: str = strawberry.field(description="What to call it, at most 120 characters; no other team is called so.")
    leader_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The membership of who leads it, and so is in it; nobody unless given."
    )


@strawberry.type(description="The answer of `updateTeam`.")
class UpdateTeamPayload(Payload):
    team: Team | None = strawberry.field(description="The team.")


@strawberry.input(description="Which team to delete.")
class DeleteTeamInput(VersionedInput):
    team_id: strawberry.ID = strawberry.field(description="The team.")


@strawberry.type(description="The answer of `deleteTeam`.")
class DeleteTeamPayload(Payload):
    organisation: OrganisationType | None = strawberry.field(description="Whose team it was.")


@strawberry.input(description="Who is to be in which team.")
class AddTeamMemberInput:
    team_id: strawberry.ID = strawberry.field(description="The team.")
    membership_id: strawberry.ID = strawberry.field(
        description="An active member of the organisation; one who is in the team already stays in it."
    )


@strawberry.type(description="The answer of `addTeamMember`.")
class AddTeamMemberPayload(Payload):
    team: Team | None = strawberry.field(description="The team.")


@strawberry.input(description="Who is to be in which team no longer.")
class RemoveTeamMemberInput:
    team_id: strawberry.ID = strawberry.field(description="The team.")
    membership_id: strawberry.ID = strawberry.field(
        description="A member of the organisation; one who is not in the team stays out of it."
    )


@strawberry.type(description="The answer of `removeTeamMember`.")
class RemoveTeamMemberPayload(Payload):
    team: Team | None = strawberry.field(description="The team; without its leader where that one went.")


@strawberry.type
class TeamMutations:
    """Teams."""

    create_team: CreateTeamPayload = mutation(teams.create_team, CreateTeamInput)
    update_team: UpdateTeamPayload = mutation(teams.update_team, UpdateTeamInput)
    delete_team: DeleteTeamPayload = mutation(teams.delete_team, DeleteTeamInput)
    add_team_member: AddTeamMemberPayload = mutation(teams.add_team_member, AddTeamMemberInput)
    remove_team_member: RemoveTeamMemberPayload = mutation(teams.remove_team_member, RemoveTeamMemberInput)
