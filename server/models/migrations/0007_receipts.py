"""Receipts that both sides keep, what an act was about, and the customers that a token is kept away from."""

from typing import Any, cast

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from server.models.base import new_id

_SQLITE = {
    f"receipt_no_{what.lower()}": f"""
        CREATE TRIGGER receipt_no_{what.lower()} BEFORE {what} ON receipt
        BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END"""
    for what in ("UPDATE", "DELETE")
}

_POSTGRES = """
CREATE FUNCTION receipt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'receipts are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON receipt
    FOR EACH ROW EXECUTE FUNCTION receipt_append_only();
CREATE TRIGGER receipt_never_emptied BEFORE TRUNCATE ON receipt EXECUTE FUNCTION receipt_append_only();

CREATE TRIGGER api_token_exclusion_tells AFTER INSERT OR UPDATE OR DELETE ON api_token_exclusion
    FOR EACH ROW EXECUTE FUNCTION tell_of_token_customer();
CREATE TRIGGER api_token_exclusion_emptied_tells AFTER TRUNCATE ON api_token_exclusion
    EXECUTE FUNCTION tell_of_every_viewer();
"""


async def create_guards(apps: Any, editor: Any) -> None:
    if editor.DIALECT == "sqlite":
        for trigger in _SQLITE.values():
            await editor.client.execute_query(trigger)
    else:
        await editor.client.execute_script(_POSTGRES)


async def drop_guards(apps: Any, editor: Any) -> None:
    if editor.DIALECT == "sqlite":
        for name in _SQLITE:
            await editor.client.execute_query(f"DROP TRIGGER {name}")
    else:
        await editor.client.execute_script("DROP FUNCTION receipt_append_only CASCADE")
        for trigger in ("api_token_exclusion_tells", "api_token_exclusion_emptied_tells"):
            await editor.client.execute_script(f"DROP TRIGGER {trigger} ON api_token_exclusion")


def _reference(column: str, model: str, related_name: str, **options: Any) -> Any:
    return cast("Any", fields).ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0006_mail")]

    operations = [
        ops.CreateModel(
            name="Receipt",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("partnership", _reference("partnership_id", "Partnership", "receipts")),
                ("sequence", fields.IntField()),
                ("what", fields.CharField(max_length=60)),
                ("body", fields.TextField(unique=False)),
                ("hash", fields.CharField(max_length=64)),
            ],
            options={
                "table": "receipt",
                "app": "models",
                "indexes": [Index(fields=["partnership_id", "created_at", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddConstraint(
            model_name="Receipt",
            constraint=UniqueConstraint(fields=("partnership_id", "sequence"), name="receipt_one_at_a_place"),
        ),
        ops.CreateModel(
            name="ApiTokenExclusion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("api_token", _reference("api_token_id", "ApiToken", "exclusions")),
                ("customer", _reference("customer_id", "Organisation", "token_exclusions")),
            ],
            options={
                "table": "api_token_exclusion",
                "app": "models",
                "indexes": [Index(fields=["customer_id", "api_token_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddConstraint(
            model_name="ApiTokenExclusion",
            constraint=UniqueConstraint(fields=("api_token_id", "customer_id"), name="api_token_exclusion_once"),
        ),
        ops.AddField(
            model_name="AuditEvent",
            name="partnership",
            field=_reference("partnership_id", "Partnership", "audit_events", null=True),
        ),
        ops.AddField(
            model_name="AuditEvent",
            name="product_access",
            field=_reference("product_access_id", "ProductAccess", "audit_events", null=True),
        ),
        ops.AddIndex(model_name="AuditEvent", index=Index(fields=["acting_organisation_id", "actor_id", "created_at"])),
        ops.AddIndex(
            model_name="AuditEvent", index=Index(fields=["on_behalf_of_id", "acting_organisation_id", "created_at"])
        ),
        ops.AddIndex(model_name="AuditEvent", index=Index(fields=["on_behalf_of_id", "actor_id", "created_at"])),
        ops.RunPython(create_guards, reverse_code=drop_guards),
    ]
