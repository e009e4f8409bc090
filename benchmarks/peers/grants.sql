-- How does a function in the database grant a product, with all duties of ours? For PostGraphile's mutation and for the
-- limit. Each statement of a volatile function has a snapshot of its own, so that what is read after the locks is what
-- is so by then.

CREATE SCHEMA duties;

-- The role of the member whose token it is; NULL if they have lost it or the token has ended.
CREATE FUNCTION duties.role_now(asker uuid, token uuid, customer uuid) RETURNS text LANGUAGE sql VOLATILE
    AS $$
    SELECT m.role FROM public.api_token t
    JOIN public.membership m ON m.user_id = t.user_id AND m.organisation_id = t.organisation_id
    WHERE t.id = token AND m.user_id = asker AND m.organisation_id = customer AND m.status = 'ACTIVE'
        AND m.role IN ('LEGAL_REPRESENTATIVE', 'ADMINISTRATOR') AND t.scopes ? 'PARTNERSHIPS_MANAGE'
        AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp()
        AND coalesce(t.last_used_at, t.created_at) > clock_timestamp() - interval '1 year'
        AND NOT t.is_for_some_customers
        AND NOT EXISTS (
            SELECT FROM public.api_token_exclusion x WHERE x.api_token_id = t.id AND x.customer_id = customer)
$$;

CREATE FUNCTION duties.id_text(prefix text, id uuid) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT prefix || '_' || encode(uuid_send(id), 'hex') $$;

CREATE FUNCTION duties.party(id uuid, name text) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT '{"id":"' || duties.id_text('org', id) || '","name":' || to_json(name) || '}' $$;

-- The next receipt of the partnership, which is locked. Its body is canonical JSON: sorted keys and no spaces.
CREATE FUNCTION duties.leave_receipt(held partnership, product uuid, rights text[], role text) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    last receipt;
    customer text := (SELECT o.name FROM public.organisation o WHERE o.id = held.customer_id);
    partner text := (SELECT o.name FROM public.organisation o WHERE o.id = held.partner_id);
    body text;
BEGIN
    SELECT * INTO last FROM public.receipt r WHERE r.partnership_id = held.id ORDER BY r.sequence DESC LIMIT 1;
    body := '{"actor":{"role":"' || role || '","side":"CUSTOMER"},"after":{"product":"'
        || duties.id_text('prd', product) || '","rights":' || array_to_json(rights)
        || '},"at":"' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '","before":null,"customer":' || duties.party(held.customer_id, customer)
        || ',"partner":' || duties.party(held.partner_id, partner)
        || ',"partnership":"' || duties.id_text('pship', held.id)
        || '","previous":"' || coalesce(last.hash, repeat('0', 64))
        || '","sequence":' || coalesce(last.sequence, 0) + 1 || ',"what":"access.granted"}';
    INSERT INTO public.receipt (id, created_at, partnership_id, sequence, what, body, hash)
        VALUES (uuidv7(), now(), held.id, coalesce(last.sequence, 0) + 1, 'access.granted', body,
            encode(sha256(convert_to(body, 'UTF8')), 'hex'));
END $$;

-- `led` is the organisation that the asker leads.
CREATE FUNCTION duties.grant_product(
    asker uuid, token uuid, led uuid, partnership uuid, product uuid, rights text[]
) RETURNS product_access LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    held public.partnership;
    role text;
    access public.product_access;
    request text := replace(gen_random_uuid()::text, '-', '');
BEGIN
    PERFORM FROM public.organisation o
        WHERE o.id = (SELECT s.customer_id FROM public.partnership s WHERE s.id = partnership AND s.customer_id = led)
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'NOT_FOUND'; END IF;
    SELECT * INTO held FROM public.partnership s WHERE s.id = partnership FOR NO KEY UPDATE;
    role := duties.role_now(asker, token, held.customer_id);
    IF role IS NULL THEN RAISE EXCEPTION 'FORBIDDEN'; END IF;
    IF held.status <> 'ACTIVE' THEN RAISE EXCEPTION 'PARTNERSHIP_NOT_ACTIVE'; END IF;
    IF held.access_type <> 'LIMITED' THEN RAISE EXCEPTION 'ACCESS_NOT_LIMITED'; END IF;
    -- Of a customer's leader the products are the customer's own: others are not found.
    IF NOT EXISTS (SELECT FROM public.product p WHERE p.id = product AND p.organisation_id = held.customer_id) THEN
        RAISE EXCEPTION 'PRODUCT_NOT_OWNED';
    END IF;
    IF EXISTS (SELECT FROM public.product_access g WHERE g.product_id = product AND g.revoked_at IS NULL) THEN
        RAISE EXCEPTION 'PRODUCT_ALREADY_MANAGED';
    END IF;
    INSERT INTO public.product_access
        (id, created_at, updated_at, version, partnership_id, product_id, rights, granted_by_id, granted_at)
        VALUES (uuidv7(), now(), now(), 1, held.id, product, to_jsonb(rights), asker, now())
        RETURNING * INTO access;
    INSERT INTO public.audit_event (id, created_at, action, subject_type, subject_id, after, request_id,
            acting_organisation_id, actor_id, api_token_id, partnership_id, product_access_id)
        VALUES (uuidv7(), now(), 'access.granted', 'ProductAccess', access.id,
            jsonb_build_object('partnership_id', encode(uuid_send(held.id), 'hex'),
                'product_id', encode(uuid_send(product), 'hex'), 'rights', access.rights, 'revoked_at', NULL),
            request, held.customer_id, asker, token, held.id, access.id);
    PERFORM duties.leave_receipt(held, product, rights, role);
    INSERT INTO public.outbox_message (id, created_at, topic, payload, dedupe_key, run_after, attempts)
        VALUES (uuidv7(), now(), 'access.product_added',
            jsonb_build_object('subject', duties.id_text('pacc', access.id), 'requestId', request),
            'access.product_added:' || encode(uuid_send(access.id), 'hex'), now(), 0);
    RETURN access;
END $$;

-- PostGraphile's mutation. The request's settings say who asks.
CREATE FUNCTION grant_product_access(partnership_id uuid, product_id uuid, rights text[]) RETURNS product_access
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
BEGIN
    IF current_setting('viewer.may_grant', true) IS DISTINCT FROM 'yes' THEN RAISE EXCEPTION 'FORBIDDEN'; END IF;
    RETURN duties.grant_product(current_setting('viewer.user')::uuid, current_setting('viewer.token')::uuid,
        (reach.led())[1], partnership_id, product_id, rights);
END $$;
