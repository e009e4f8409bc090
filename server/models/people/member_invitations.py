"""Invitations of members, and their teams."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.rights import Role
from server.models.base import Row, VersionedRow, enum_column
from server.models.people.organisations import Organisation
from server.models.people.teams import Team
from server.models.people.users import User


class MemberInvitation(VersionedRow):
    """An invitation to become a member (S11), with the future membership. Its secret is stored as a digest.

    `sent_again` are the recent times of resending. `undeliverable_at` is when its e-mail was permanently refused;
    sending again clears it (E41).
    """

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="member_invitations", on_delete=fields.RESTRICT
    )
    organisation_id: UUID
    email = fields.CharField(max_length=254)
    first_name = fields.CharField(max_length=80)
    last_name = fields.CharField(max_length=80)
    locale = fields.CharField(max_length=5)
    role = enum_column(Role, max_length=20)
    can_manage_billing = fields.BooleanField(default=False)
    notify_billing = fields.BooleanField(default=True)
    notify_products = fields.BooleanField(default=True)
    secret_digest = fields.CharField(max_length=64, unique=True)
    status = enum_column(MemberInvitationStatus, max_length=10, default=MemberInvitationStatus.PENDING)
    invited_by: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="member_invitations", on_delete=fields.RESTRICT
    )
    invited_by_id: UUID
    invited_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    answered_at: datetime | None = fields.DatetimeField(null=True)
    sent_again: list[str] = fields.JSONField[list[str]](default=list)
    undeliverable_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "member_invitation"
        indexes = (("organisation_id", "invited_at", "id"), ("status", "expires_at"))
        constraints = (
            CheckConstraint(name="member_invitation_email_lower_case", check="email = lower(email)"),
            UniqueConstraint(
                fields=("organisation_id", "email"), name="member_invitation_one_open", condition="status = 'PENDING'"
            ),
        )


class MemberInvitationTeam(Row):
    """A team that the person joins when they accept, if it still exists (S11.2)."""

    member_invitation: fields.ForeignKeyRelation[MemberInvitation] = fields.ForeignKeyField(
        "models.MemberInvitation", related_name="invitation_teams", on_delete=fields.RESTRICT
    )
    member_invitation_id: UUID
    team: fields.ForeignKeyRelation[Team] = fields.ForeignKeyField(
        "models.Team", related_name="invitation_teams", on_delete=fields.RESTRICT
    )
    team_id: UUID

    class Meta:
        table = "member_invitation_team"
        constraints = (
            UniqueConstraint(fields=("member_invitation_id", "team_id"), name="member_invitation_team_once"),
        )
