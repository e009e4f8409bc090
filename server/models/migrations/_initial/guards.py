"""Triggers for what neither an index nor a check can express: history, C4, R14, and the copies of customers' names.

On PostgreSQL a trigger that looks at other rows locks the organisation first, so that two transactions that
change it wait for each other.
"""

from typing import Final

AUDIT_EVENTS_SQLITE: Final = (
    """
        CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
        BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
    """
        CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
)
AUDIT_EVENTS_POSTGRES: Final = """
CREATE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_append_only();
"""

RECEIPTS_SQLITE: Final = (
    """
        CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt
        BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END""",
    """
        CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt
        BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END""",
)
RECEIPTS_POSTGRES: Final = """
CREATE FUNCTION receipt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'receipts are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON receipt
    FOR EACH ROW EXECUTE FUNCTION receipt_append_only();
CREATE TRIGGER receipt_never_emptied BEFORE TRUNCATE ON receipt EXECUTE FUNCTION receipt_append_only();
"""

# Complete and limited access do not coexist (C4).
COEXISTENCE_SQLITE: Final = (
    """
        CREATE TRIGGER partnership_coexistence_insert BEFORE INSERT ON partnership WHEN NEW.status = 'ACTIVE'
        BEGIN
            SELECT RAISE(ABORT, 'complete and limited access do not coexist') WHERE EXISTS (
                SELECT 1 FROM partnership WHERE customer_id = NEW.customer_id AND status = 'ACTIVE'
                AND id <> NEW.id AND access_type <> NEW.access_type);
        END""",
    """
        CREATE TRIGGER partnership_coexistence_update BEFORE UPDATE ON partnership WHEN NEW.status = 'ACTIVE'
        BEGIN
            SELECT RAISE(ABORT, 'complete and limited access do not coexist') WHERE EXISTS (
                SELECT 1 FROM partnership WHERE customer_id = NEW.customer_id AND status = 'ACTIVE'
                AND id <> NEW.id AND access_type <> NEW.access_type);
        END""",
)
COEXISTENCE_POSTGRES: Final = """
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
"""

# An organisation keeps a legal representative (R14).
LEGAL_REPRESENTATIVES_SQLITE: Final = (
    """
        CREATE TRIGGER membership_legal_representative_update BEFORE UPDATE ON membership
        WHEN OLD.role = 'LEGAL_REPRESENTATIVE' AND OLD.status = 'ACTIVE'
            AND (NEW.role <> OLD.role OR NEW.status <> OLD.status OR NEW.organisation_id <> OLD.organisation_id)
        BEGIN
            SELECT RAISE(ABORT, 'an organisation keeps a legal representative') WHERE NOT EXISTS (
                SELECT 1 FROM membership WHERE organisation_id = OLD.organisation_id AND id <> OLD.id
                AND role = 'LEGAL_REPRESENTATIVE' AND status = 'ACTIVE');
        END""",
    """
        CREATE TRIGGER membership_legal_representative_delete BEFORE DELETE ON membership
        WHEN OLD.role = 'LEGAL_REPRESENTATIVE' AND OLD.status = 'ACTIVE'
        BEGIN
            SELECT RAISE(ABORT, 'an organisation keeps a legal representative') WHERE NOT EXISTS (
                SELECT 1 FROM membership WHERE organisation_id = OLD.organisation_id AND id <> OLD.id
                AND role = 'LEGAL_REPRESENTATIVE' AND status = 'ACTIVE');
        END""",
)
LEGAL_REPRESENTATIVES_POSTGRES: Final = """
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

# `partnership.customer_name_key` is a copy of the customer's key: an index leads through a partner's customers by name.
CUSTOMER_NAMES_SQLITE: Final = (
    """
        CREATE TRIGGER partnership_customer_name_insert AFTER INSERT ON partnership
        BEGIN
            UPDATE partnership SET customer_name_key = (SELECT name_key FROM organisation WHERE id = NEW.customer_id)
            WHERE id = NEW.id;
        END""",
    """
        CREATE TRIGGER partnership_customer_name_update AFTER UPDATE OF name_key ON organisation
        BEGIN
            UPDATE partnership SET customer_name_key = NEW.name_key WHERE customer_id = NEW.id;
        END""",
)
CUSTOMER_NAMES_POSTGRES: Final = """
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
"""

SQLITE: Final = (
    *AUDIT_EVENTS_SQLITE,
    *RECEIPTS_SQLITE,
    *COEXISTENCE_SQLITE,
    *LEGAL_REPRESENTATIVES_SQLITE,
    *CUSTOMER_NAMES_SQLITE,
)
POSTGRES: Final = (
    AUDIT_EVENTS_POSTGRES,
    RECEIPTS_POSTGRES,
    COEXISTENCE_POSTGRES,
    LEGAL_REPRESENTATIVES_POSTGRES,
    CUSTOMER_NAMES_POSTGRES,
)
