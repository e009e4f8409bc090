"""What an index cannot say, the database keeps by triggers: history, C4, and R14."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

_SQLITE = {
    "audit_event_no_update": """
        CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
        BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
    "audit_event_no_delete": """
        CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
    "partnership_coexistence_insert": """
        CREATE TRIGGER partnership_coexistence_insert BEFORE INSERT ON partnership WHEN NEW.status = 'ACTIVE'
        BEGIN
            SELECT RAISE(ABORT, 'complete and limited access do not coexist') WHERE EXISTS (
                SELECT 1 FROM partnership WHERE customer_id = NEW.customer_id AND status = 'ACTIVE'
                AND id <> NEW.id AND access_type <> NEW.access_type);
        END""",
    "partnership_coexistence_update": """
        CREATE TRIGGER partnership_coexistence_update BEFORE UPDATE ON partnership WHEN NEW.status = 'ACTIVE'
        BEGIN
            SELECT RAISE(ABORT, 'complete and limited access do not coexist') WHERE EXISTS (
                SELECT 1 FROM partnership WHERE customer_id = NEW.customer_id AND status = 'ACTIVE'
                AND id <> NEW.id AND access_type <> NEW.access_type);
        END""",
    "membership_legal_representative_update": """
        CREATE TRIGGER membership_legal_representative_update BEFORE UPDATE ON membership
        WHEN OLD.role = 'LEGAL_REPRESENTATIVE' AND OLD.status = 'ACTIVE'
            AND (NEW.role <> OLD.role OR NEW.status <> OLD.status OR NEW.organisation_id <> OLD.organisation_id)
        BEGIN
            SELECT RAISE(ABORT, 'an organisation keeps a legal representative') WHERE NOT EXISTS (
                SELECT 1 FROM membership WHERE organisation_id = OLD.organisation_id AND id <> OLD.id
                AND role = 'LEGAL_REPRESENTATIVE' AND status = 'ACTIVE');
        END""",
    "membership_legal_representative_delete": """
        CREATE TRIGGER membership_legal_representative_delete BEFORE DELETE ON membership
        WHEN OLD.role = 'LEGAL_REPRESENTATIVE' AND OLD.status = 'ACTIVE'
        BEGIN
            SELECT RAISE(ABORT, 'an organisation keeps a legal representative') WHERE NOT EXISTS (
                SELECT 1 FROM membership WHERE organisation_id = OLD.organisation_id AND id <> OLD.id
                AND role = 'LEGAL_REPRESENTATIVE' AND status = 'ACTIVE');
        END""",
}

# Each function locks the organisation first: two transactions that change it wait for one another.
_POSTGRES = """
CREATE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_append_only();

CREATE FUNCTION partnership_coexistence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM organisation WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM partnership WHERE customer_id = NEW.customer_id AND status = 'ACTIVE'
               AND id <> NEW.id AND access_type <> NEW.access_type) THEN
        RAISE EXCEPTION 'complete and limited access do not coexist' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partnership_coexistence BEFORE INSERT OR UPDATE ON partnership
    FOR EACH ROW WHEN (NEW.status = 'ACTIVE') EXECUTE FUNCTION partnership_coexistence();

CREATE FUNCTION membership_legal_representative() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.role <> 'LEGAL_REPRESENTATIVE' OR OLD.status <> 'ACTIVE' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.role = OLD.role AND NEW.status = OLD.status
       AND NEW.organisation_id = OLD.organisation_id THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM organisation WHERE id = OLD.organisation_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT 1 FROM membership WHERE organisation_id = OLD.organisation_id AND id <> OLD.id
                   AND role = 'LEGAL_REPRESENTATIVE' AND status = 'ACTIVE') THEN
        RAISE EXCEPTION 'an organisation keeps a legal representative' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER membership_legal_representative BEFORE UPDATE OR DELETE ON membership
    FOR EACH ROW EXECUTE FUNCTION membership_legal_representative();
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
        for name in ("audit_event_append_only", "partnership_coexistence", "membership_legal_representative"):
            await editor.client.execute_script(f"DROP FUNCTION {name} CASCADE")


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [ops.RunPython(create_guards, reverse_code=drop_guards)]
