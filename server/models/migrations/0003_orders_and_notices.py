"""What reading fast needs: a partner's customers in the order of their names, and word of what a viewer is.

`partnership.customer_name_key` is a copy of the customer's key, kept by triggers. On PostgreSQL a commit that
changes what a credential stands for is told on the channel `viewers`, with the person's id; empty is everybody.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

_SQLITE = {
    "partnership_customer_name_insert": """
        CREATE TRIGGER partnership_customer_name_insert AFTER INSERT ON partnership
        BEGIN
            UPDATE partnership SET customer_name_key = (SELECT name_key FROM organisation WHERE id = NEW.customer_id)
            WHERE id = NEW.id;
        END""",
    "partnership_customer_name_update": """
        CREATE TRIGGER partnership_customer_name_update AFTER UPDATE OF name_key ON organisation
        BEGIN
            UPDATE partnership SET customer_name_key = NEW.name_key WHERE customer_id = NEW.id;
        END""",
}

_POSTGRES = """
CREATE FUNCTION partnership_customer_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.customer_name_key := (SELECT name_key FROM organisation WHERE id = NEW.customer_id);
    RETURN NEW;
END $$;
CREATE TRIGGER partnership_customer_name BEFORE INSERT ON partnership
    FOR EACH ROW EXECUTE FUNCTION partnership_customer_name();

CREATE FUNCTION organisation_name_to_partnerships() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partnership SET customer_name_key = NEW.name_key WHERE customer_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_name_to_partnerships AFTER UPDATE OF name_key ON organisation
    FOR EACH ROW WHEN (OLD.name_key <> NEW.name_key) EXECUTE FUNCTION organisation_name_to_partnerships();

CREATE FUNCTION tell_of_viewer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM pg_notify('viewers', OLD.user_id::text); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM pg_notify('viewers', NEW.user_id::text); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER membership_tells AFTER INSERT OR UPDATE OR DELETE ON membership
    FOR EACH ROW EXECUTE FUNCTION tell_of_viewer();
CREATE TRIGGER session_tells AFTER UPDATE OR DELETE ON session
    FOR EACH ROW EXECUTE FUNCTION tell_of_viewer();
CREATE TRIGGER api_token_deletion_tells AFTER DELETE ON api_token
    FOR EACH ROW EXECUTE FUNCTION tell_of_viewer();
CREATE TRIGGER api_token_tells AFTER UPDATE ON api_token
    FOR EACH ROW WHEN (
        (OLD.secret_digest, OLD.revoked_at, OLD.expires_at, OLD.scopes, OLD.is_for_some_customers,
         OLD.organisation_id, OLD.user_id)
        IS DISTINCT FROM
        (NEW.secret_digest, NEW.revoked_at, NEW.expires_at, NEW.scopes, NEW.is_for_some_customers,
         NEW.organisation_id, NEW.user_id)
    ) EXECUTE FUNCTION tell_of_viewer();

CREATE FUNCTION tell_of_token_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('viewers', user_id::text) FROM api_token WHERE id = ANY (ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.api_token_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.api_token_id END]);
    RETURN NULL;
END $$;
CREATE TRIGGER api_token_customer_tells AFTER INSERT OR UPDATE OR DELETE ON api_token_customer
    FOR EACH ROW EXECUTE FUNCTION tell_of_token_customer();

CREATE FUNCTION tell_of_every_viewer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('viewers', '');
    RETURN NULL;
END $$;
CREATE TRIGGER membership_emptied_tells AFTER TRUNCATE ON membership EXECUTE FUNCTION tell_of_every_viewer();
CREATE TRIGGER session_emptied_tells AFTER TRUNCATE ON session EXECUTE FUNCTION tell_of_every_viewer();
CREATE TRIGGER api_token_emptied_tells AFTER TRUNCATE ON api_token EXECUTE FUNCTION tell_of_every_viewer();
CREATE TRIGGER api_token_customer_emptied_tells AFTER TRUNCATE ON api_token_customer
    EXECUTE FUNCTION tell_of_every_viewer();
"""


async def create_triggers(apps: Any, editor: Any) -> None:
    await editor.client.execute_script(
        "UPDATE partnership SET customer_name_key ="
        " (SELECT name_key FROM organisation WHERE organisation.id = partnership.customer_id)"
    )
    if editor.DIALECT == "sqlite":
        for trigger in _SQLITE.values():
            await editor.client.execute_query(trigger)
    else:
        await editor.client.execute_script(_POSTGRES)


async def drop_triggers(apps: Any, editor: Any) -> None:
    if editor.DIALECT == "sqlite":
        for name in _SQLITE:
            await editor.client.execute_query(f"DROP TRIGGER {name}")
        return
    functions = (
        "partnership_customer_name",
        "organisation_name_to_partnerships",
        "tell_of_viewer",
        "tell_of_token_customer",
        "tell_of_every_viewer",
    )
    for name in functions:
        await editor.client.execute_script(f"DROP FUNCTION {name} CASCADE")


class Migration(migrations.Migration):
    dependencies = [("models", "0002_guards")]

    operations = [
        ops.AddField(
            model_name="Partnership",
            name="customer_name_key",
            field=fields.CharField(max_length=240, default="", db_default=""),
        ),
        ops.AddIndex(model_name="Partnership", index=Index(fields=["partner_id", "status", "customer_name_key", "id"])),
        ops.AddIndex(model_name="Partnership", index=Index(fields=["partner_id", "status", "activated_at", "id"])),
        ops.RunPython(create_triggers, reverse_code=drop_triggers),
    ]
