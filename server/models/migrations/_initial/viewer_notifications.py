"""A PostgreSQL commit that changes what a credential stands for notifies the channel `viewers` with the person's id.

An empty payload means everybody.
"""

from typing import Final

POSTGRES: Final = """
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

CREATE TRIGGER api_token_exclusion_tells AFTER INSERT OR UPDATE OR DELETE ON api_token_exclusion
    FOR EACH ROW EXECUTE FUNCTION tell_of_token_customer();
CREATE TRIGGER api_token_exclusion_emptied_tells AFTER TRUNCATE ON api_token_exclusion
    EXECUTE FUNCTION tell_of_every_viewer();
"""
