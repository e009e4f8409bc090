"""Teams of an organisation's members."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.models.base import Row, VersionedRow
from server.models.people.memberships import Membership
from server.models.people.organisations import Organisation


class Team(VersionedRow):
    """Members of an organisation, including external ones, who share product grants. The row stays when deleted."""

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="teams", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    name = fields.CharField(max_length=120)
    name_key = fields.CharField(max_length=240)
    leader: fields.ForeignKeyNullableRelation[Membership] = fields.ForeignKeyField(
        "models.Membership", related_name="led_teams", null=True, on_delete=fields.RESTRICT
    )
    leader_id: UUID | None
    deleted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "team"
        indexes = (("organisation_id", "name_key", "id"), ("leader_id",))
        constraints = (
            UniqueConstraint(
                fields=("organisation_id", "name_key"), name="team_one_name", condition="deleted_at IS NULL"
            ),
        )


class TeamMember(Row):
    """A member's place in a team. Deleted with the member or the team."""

    team: fields.ForeignKeyRelation[Team] = fields.ForeignKeyField(
        "models.Team", related_name="members", on_delete=fields.RESTRICT
    )
    team_id: UUID
    membership: fields.ForeignKeyRelation[Membership] = fields.ForeignKeyField(
        "models.Membership", related_name="team_places", on_delete=fields.RESTRICT
    )
    membership_id: UUID
    joined_at: datetime = fields.DatetimeField()

    class Meta:
        table = "team_member"
        indexes = (("team_id", "joined_at", "id"), ("membership_id",))
        constraints = (UniqueConstraint(fields=("team_id", "membership_id"), name="team_member_once"),)
