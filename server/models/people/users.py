"""Users."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from server.models.base import VersionedRow


class User(VersionedRow):
    """A person who signs in. `email` is in lower case. Without a password nobody can sign in.

    `is_staff` says that they work for the programme itself.
    """

    email = fields.CharField(max_length=254, unique=True)
    email_verified_at: datetime | None = fields.DatetimeField(null=True)
    first_name = fields.CharField(max_length=80)
    last_name = fields.CharField(max_length=80)
    locale = fields.CharField(max_length=5, default="en_GB")
    password_hash = fields.CharField(max_length=200, null=True)
    is_staff = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "user_account"
        constraints = (CheckConstraint(name="user_email_lower_case", check="email = lower(email)"),)
