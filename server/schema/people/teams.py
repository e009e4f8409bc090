"""Teams, in the schema."""

from datetime import datetime

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
from server.schema.references import OrganisationReference, OwnProductGrantReference, TeamReference


@strawberry.type(description="A member's place in a team.")
class TeamMember(Node):
    model = models.TeamMember

    team: TeamReference | None = relation(models.Team, "team_id", "The team.")
    member: Membership | None = relation(models.Membership, "membership_id", "The member.")
    joined_at: datetime = strawberry.field(description="When the member joined the team.")


@strawberry.type(
    description="A group of an organisation's members, including external members, who share what the team is granted."
)
class Team(Node):
    model = models.Team

    organisation: OrganisationReference | None = relation(
        models.Organisation, "organisation_id", "The organisation. Null if your API token may not read organisations."
    )
    name: str = strawberry.field(description="The team's name.")
    leader: Membership | None = relation(
        models.Membership, "leader_id", "The team's leader, who has no extra rights. Null if the team has none."
    )
    created_at: datetime = strawberry.field(description="When the team was created.")
    version: int = strawberry.field(
        description="Incremented when the name or leader changes; send it as `expectedVersion`."
    )
    members: Connection[TeamMember] | None = connection(
        teams.TEAM_MEMBERS, "The team's members.", teams.MAY_VIEW_OF_TEAM
    )
    product_grants: Connection[OwnProductGrantReference] | None = connection(
        own_product_grants.GRANTS_OF_TEAM,
        "The organisation's products this team may use, including access since withdrawn.",
        own_product_grants.MAY_VIEW_GRANTS,
    )


@strawberry.input(description="Input for `createTeam`.")
class CreateTeamInput:
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")
    name: str = strawberry.field(
        description="The team's name, at most 120 characters. It must be unique within the organisation."
    )
    leader_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The membership of the leader, who becomes a member of the team. Defaults to no leader.",
    )


@strawberry.type(description="Result of `createTeam`.")
class CreateTeamPayload(Payload):
    team: Team | None = strawberry.field(description="The new team.")


@strawberry.input(description="Input for `updateTeam`. It replaces both name and leader.")
class UpdateTeamInput(VersionedInput):
    team_id: strawberry.ID = strawberry.field(description="The team.")
    name: str = strawberry.field(
        description="The team's name, at most 120 characters. It must be unique within the organisation."
    )
    leader_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The membership of the leader, who becomes a member of the team. Defaults to no leader.",
    )


@strawberry.type(description="Result of `updateTeam`.")
class UpdateTeamPayload(Payload):
    team: Team | None = strawberry.field(description="The team.")


@strawberry.input(description="Input for `deleteTeam`.")
class DeleteTeamInput(VersionedInput):
    team_id: strawberry.ID = strawberry.field(description="The team.")


@strawberry.type(description="Result of `deleteTeam`.")
class DeleteTeamPayload(Payload):
    organisation: OrganisationReference | None = strawberry.field(
        description="The organisation to which the team belonged."
    )


@strawberry.input(description="Input for `addTeamMember`.")
class AddTeamMemberInput:
    team_id: strawberry.ID = strawberry.field(description="The team.")
    membership_id: strawberry.ID = strawberry.field(
        description="An active member of the organisation. A current member of the team stays in it."
    )


@strawberry.type(description="Result of `addTeamMember`.")
class AddTeamMemberPayload(Payload):
    team: Team | None = strawberry.field(description="The team.")


@strawberry.input(description="Input for `removeTeamMember`.")
class RemoveTeamMemberInput:
    team_id: strawberry.ID = strawberry.field(description="The team.")
    membership_id: strawberry.ID = strawberry.field(
        description="A member of the organisation. Removing someone who is not in the team changes nothing."
    )


@strawberry.type(description="Result of `removeTeamMember`.")
class RemoveTeamMemberPayload(Payload):
    team: Team | None = strawberry.field(description="The team. It has no leader if the leader was removed.")


@strawberry.type
class TeamMutations:
    """Mutations on teams."""

    create_team: CreateTeamPayload = mutation(teams.create_team, CreateTeamInput)
    update_team: UpdateTeamPayload = mutation(teams.update_team, UpdateTeamInput)
    delete_team: DeleteTeamPayload = mutation(teams.delete_team, DeleteTeamInput)
    add_team_member: AddTeamMemberPayload = mutation(teams.add_team_member, AddTeamMemberInput)
    remove_team_member: RemoveTeamMemberPayload = mutation(teams.remove_team_member, RemoveTeamMemberInput)
