-- Which rows exist for the viewer of a PostGraphile request? The same filter as everywhere, as row
-- level security: the request's settings say who asks. The views belong to the owner of the
-- tables, so that a policy does not run the policies of the tables that it looks into.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'graph_viewer') THEN CREATE ROLE graph_viewer NOLOGIN; END IF;
END $$;
CREATE SCHEMA reach;
GRANT USAGE ON SCHEMA public, reach TO graph_viewer;
GRANT SELECT ON organisation, partnership, product, product_access TO graph_viewer;

CREATE FUNCTION reach.led() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('viewer.led', true)::uuid[] $$;
CREATE FUNCTION reach.memberships() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('viewer.memberships', true)::uuid[] $$;

-- The partnerships through which the viewer serves a customer. `(SELECT …)` is worked out once a statement;
-- OFFSET 0 keeps PostgreSQL from looking up at once all that a viewer serves, where one row is asked for.
CREATE VIEW reach.serving AS
    SELECT s.id, s.customer_id, s.partner_id, s.access_type
    FROM public.partnership s
    WHERE s.status = 'ACTIVE' AND (s.partner_id = ANY((SELECT reach.led())::uuid[]) OR EXISTS (
        SELECT FROM public.employee_assignment a WHERE a.partnership_id = s.id
            AND a.membership_id = ANY((SELECT reach.memberships())::uuid[]) AND a.ended_at IS NULL OFFSET 0));

-- The same where all partnerships of a partner are looked at.
CREATE VIEW reach.serving_of_many AS
    SELECT s.id, s.customer_id, s.partner_id
    FROM public.partnership s
    WHERE s.status = 'ACTIVE' AND (s.partner_id = ANY((SELECT reach.led())::uuid[]) OR EXISTS (
        SELECT FROM public.employee_assignment a WHERE a.partnership_id = s.id
            AND a.membership_id = ANY((SELECT reach.memberships())::uuid[]) AND a.ended_at IS NULL));

CREATE VIEW reach.granted AS
    SELECT g.product_id FROM public.product_access g JOIN reach.serving s ON s.id = g.partnership_id
    WHERE g.revoked_at IS NULL AND s.access_type = 'LIMITED';

-- Both sides of every partnership that the viewer sees.
CREATE VIEW reach.seen AS
    SELECT s.id, s.customer_id, s.partner_id
    FROM public.partnership s
    WHERE s.customer_id = ANY((SELECT reach.led())::uuid[]) OR s.partner_id = ANY((SELECT reach.led())::uuid[])
        OR s.status = 'ACTIVE' AND EXISTS (
            SELECT FROM public.employee_assignment a WHERE a.partnership_id = s.id
                AND a.membership_id = ANY((SELECT reach.memberships())::uuid[]) AND a.ended_at IS NULL);

CREATE VIEW reach.own AS
    SELECT m.organisation_id FROM public.membership m WHERE m.id = ANY((SELECT reach.memberships())::uuid[]);

GRANT SELECT ON ALL TABLES IN SCHEMA reach TO graph_viewer;

ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON organisation FOR SELECT TO graph_viewer USING (
    partner_status IN ('APPROVED', 'AT_RISK')
    OR id = ANY((SELECT reach.led())::uuid[])
    OR EXISTS (SELECT FROM reach.own o WHERE o.organisation_id = organisation.id OFFSET 0)
    OR EXISTS (SELECT FROM reach.seen s WHERE s.customer_id = organisation.id OFFSET 0)
    OR EXISTS (SELECT FROM reach.seen s WHERE s.partner_id = organisation.id OFFSET 0));

ALTER TABLE partnership ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON partnership FOR SELECT TO graph_viewer USING (
    EXISTS (SELECT FROM reach.seen s WHERE s.id = partnership.id OFFSET 0));

ALTER TABLE product ENABLE ROW LEVEL SECURITY;
CREATE POLICY reached ON product FOR SELECT TO graph_viewer USING (
    organisation_id = ANY((SELECT reach.led())::uuid[])
    OR EXISTS (SELECT FROM reach.serving s
        WHERE s.customer_id = product.organisation_id AND s.access_type = 'COMPLETE' OFFSET 0)
    OR EXISTS (SELECT FROM reach.granted g WHERE g.product_id = product.id OFFSET 0));

ALTER TABLE product_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON product_access FOR SELECT TO graph_viewer USING (
    EXISTS (SELECT FROM reach.seen s WHERE s.id = product_access.partnership_id OFFSET 0));

-- The customers that the viewer serves for a partner, in the order of their names.
CREATE FUNCTION organisation_managed_customers(partner organisation) RETURNS SETOF organisation
    LANGUAGE sql STABLE AS $$
    SELECT o.* FROM reach.serving_of_many s JOIN organisation o ON o.id = s.customer_id
    WHERE s.partner_id = partner.id ORDER BY o.name_key, s.id
$$;

-- Without a viewer, where the server is measured bare, every active partnership counts.
CREATE FUNCTION organisation_active_customers(partner organisation) RETURNS SETOF organisation
    LANGUAGE sql STABLE AS $$
    SELECT o.* FROM partnership s JOIN organisation o ON o.id = s.customer_id
    WHERE s.partner_id = partner.id AND s.status = 'ACTIVE' ORDER BY o.name_key, s.id
$$;

-- The mutation as it would usually be. grants.sql has the one with all duties of ours.
CREATE FUNCTION grant_product_access_simply(partnership_id uuid, product_id uuid, rights text[]) RETURNS product_access
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
DECLARE
    is_bare CONSTANT boolean := current_setting('viewer.token', true) IS NULL;
    asker CONSTANT uuid := nullif(current_setting('viewer.user', true), '')::uuid;
    held partnership;
    owner uuid;
    access product_access;
    request text := replace(gen_random_uuid()::text, '-', '');
BEGIN
    IF NOT is_bare AND current_setting('viewer.may_grant', true) <> 'yes' THEN
        RAISE EXCEPTION 'FORBIDDEN';
    END IF;
    SELECT * INTO held FROM partnership s WHERE s.id = grant_product_access_simply.partnership_id
        AND (is_bare OR s.customer_id = ANY(reach.led())) FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'NOT_FOUND'; END IF;
    IF held.status <> 'ACTIVE' THEN RAISE EXCEPTION 'PARTNERSHIP_NOT_ACTIVE'; END IF;
    IF held.access_type <> 'LIMITED' THEN RAISE EXCEPTION 'ACCESS_NOT_LIMITED'; END IF;
    -- Of a customer's leader the products are the customer's own: others are not found.
    SELECT p.organisation_id INTO owner FROM product p WHERE p.id = grant_product_access_simply.product_id;
    IF owner IS DISTINCT FROM held.customer_id THEN RAISE EXCEPTION 'PRODUCT_NOT_OWNED'; END IF;
    IF EXISTS (SELECT FROM product_access g
               WHERE g.product_id = grant_product_access_simply.product_id AND g.revoked_at IS NULL) THEN
        RAISE EXCEPTION 'PRODUCT_ALREADY_MANAGED';
    END IF;
    INSERT INTO product_access
        (id, created_at, updated_at, version, partnership_id, product_id, rights, granted_by_id, granted_at)
        VALUES (uuidv7(), now(), now(), 1, held.id, grant_product_access_simply.product_id, to_jsonb(rights), asker, now())
        RETURNING * INTO access;
    INSERT INTO audit_event (id, created_at, action, subject_type, subject_id, after, request_id,
            acting_organisation_id, actor_id, api_token_id)
        VALUES (uuidv7(), now(), 'access.granted', 'ProductAccess', access.id,
            jsonb_build_object('partnership_id', encode(uuid_send(access.partnership_id), 'hex'),
                'product_id', encode(uuid_send(access.product_id), 'hex'),
                'rights', access.rights, 'revoked_at', NULL),
            request, held.customer_id, asker, nullif(current_setting('viewer.token', true), '')::uuid);
    INSERT INTO outbox_message (id, created_at, topic, payload, dedupe_key, run_after, attempts)
        VALUES (uuidv7(), now(), 'access.product_added',
            jsonb_build_object('subject', 'pacc_' || encode(uuid_send(access.id), 'hex'), 'requestId', request),
            'access.product_added:' || encode(uuid_send(access.id), 'hex'), now(), 0);
    RETURN access;
END $$;
