"""Where people signed in from; when counters of failures are over; addresses in their one form."""

from typing import Any, cast

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from server.domain.people.users import normal_email
from server.models.base import new_id

_UNIQUE = {
    "user_account": "TRUE",
    "member_invitation": "other.organisation_id = this.organisation_id AND other.status = 'PENDING'",
    "customer_invitation": "other.partner_id = this.partner_id AND other.status = 'INVITED'",
}
"""The tables with addresses, and among which other rows an address is there once."""

_MAY_DIFFER = {"sqlite": "email GLOB '*[^ -~]*'", "postgres": "email ~ '[^ -~]'"}
"""All others were stored in this form."""

_user = cast("Any", fields).ForeignKeyField(
    "models.User",
    source_field="user_id",
    db_constraint=True,
    to_field="id",
    related_name="sign_in_sources",
    on_delete=OnDelete.CASCADE,
)


async def normalise_addresses(apps: Any, editor: Any) -> None:
    """Where two rows would get the same address, the second stays as it is."""
    is_sqlite = editor.DIALECT == "sqlite"
    may_differ = _MAY_DIFFER["sqlite" if is_sqlite else "postgres"]
    first, second = ("?1", "?2") if is_sqlite else ("$1", "$2")
    for table, others in _UNIQUE.items():
        _, rows = await editor.client.execute_query(
            f"SELECT id, email FROM {table} WHERE {may_differ} OR email LIKE '%xn--%' ORDER BY id"  # noqa: S608 - names
        )
        for row in rows:
            if (normal := normal_email(row["email"])) != row["email"]:
                await editor.client.execute_query(
                    f"UPDATE {table} AS this SET email = {first} WHERE id = {second} AND NOT EXISTS ("  # noqa: S608 - as above
                    f"SELECT 1 FROM {table} other WHERE other.email = {first} AND {others})",
                    [normal, row["id"]],
                )


async def leave_addresses(apps: Any, editor: Any) -> None:
    """Nothing to do: they are addresses all the same."""


class Migration(migrations.Migration):
    dependencies = [("models", "0014_name_keys")]

    operations = [
        ops.CreateModel(
            name="SignInSource",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("user", _user),
                ("key", fields.CharField(max_length=64)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sign_in_source",
                "app": "models",
                "indexes": [Index(fields=["key"]), Index(fields=["user_id", "seen_at"]), Index(fields=["seen_at"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.AddConstraint(
            model_name="SignInSource",
            constraint=UniqueConstraint(fields=("user_id", "key"), name="sign_in_source_once"),
        ),
        ops.AddIndex(model_name="SignInFailure", index=Index(fields=["since"])),
        ops.RunPython(normalise_addresses, reverse_code=leave_addresses),
    ]
