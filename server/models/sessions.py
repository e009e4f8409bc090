"""Who is signed in, and who failed to."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from server.models.rows import Row
from server.models.users import User


class Session(Row):
    """A signed-in browser, stored as the digest of its cookie."""

    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="sessions", on_delete=fields.RESTRICT
    )
    user_id: UUID
    secret_digest = fields.CharField(max_length=64, unique=True)
    password_confirmed_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "session"
        indexes = (("user_id",),)


class SignInFailure(Row):
    """How many times sign-in failed for an account or an address since `since`.

    `key` is a digest, so that no address or e-mail of a stranger is kept.
    """

    key = fields.CharField(max_length=64, unique=True)
    failures = fields.IntField(default=0)
    since: datetime = fields.DatetimeField()

    class Meta:
        table = "sign_in_failure"
