"""Sessions, failed sign-ins and known sources."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from server.models.base import Row
from server.models.people.users import User


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
    """The number of failed sign-ins: for an account and a source, for a source, or for an account.

    `key` is a digest, so that no stranger's address or e-mail is stored. `since` is the time of the first one; for an
    account and a source, of the last.
    """

    key = fields.CharField(max_length=64, unique=True)
    failures = fields.IntField(default=0)
    since: datetime = fields.DatetimeField()

    class Meta:
        table = "sign_in_failure"
        indexes = (("since",),)


class SignInSource(Row):
    """A source from which someone signed in, and when last. `key` is a digest of the account and the source."""

    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="sign_in_sources", on_delete=fields.CASCADE
    )
    user_id: UUID
    key = fields.CharField(max_length=64)
    seen_at: datetime = fields.DatetimeField()

    class Meta:
        table = "sign_in_source"
        indexes = (("key",), ("user_id", "seen_at"), ("seen_at",))
        constraints = (UniqueConstraint(fields=("user_id", "key"), name="sign_in_source_once"),)
