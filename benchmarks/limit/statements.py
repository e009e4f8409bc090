"""Which statements write the answers?

Their text is put together once, for each way in which somebody can read: as an employee of a
partner, through assignments; as somebody who leads the partner or the customer; and bare, where
every row may be read. A token is for one organisation, so one parameter says who reads.
"""

from collections.abc import Sequence
from typing import Final

BARE: Final = "bare"
EMPLOYEE: Final = "employee"
LEADER: Final = "leader"

# OFFSET 0 keeps PostgreSQL from looking up at once all that a reader serves, where one row is asked for.
_ASSIGNED: Final = (
    "EXISTS (SELECT FROM employee_assignment a "
    "WHERE a.membership_id = $2 AND a.partnership_id = s.id AND a.ended_at IS NULL{fence})"
)
_SERVED: Final = {
    BARE: "true",
    EMPLOYEE: f"s.status = 'ACTIVE' AND {_ASSIGNED.format(fence=' OFFSET 0')}",
    LEADER: "s.status = 'ACTIVE' AND s.partner_id = $2",
}
"""Whether the reader serves the customer of a partnership `s`."""
_SERVED_OF_MANY: Final = _SERVED | {EMPLOYEE: f"s.status = 'ACTIVE' AND {_ASSIGNED.format(fence='')}"}
"""The same where all partnerships of the partner are looked at."""

_WHOLE: Final = (
    "EXISTS (SELECT FROM partnership s WHERE s.customer_id = p.organisation_id "
    "AND s.access_type = 'COMPLETE' AND {served} OFFSET 0)"
)
_GRANTED: Final = (
    "EXISTS (SELECT FROM product_access g JOIN partnership s ON s.id = g.partnership_id "
    "WHERE g.product_id = p.id AND g.revoked_at IS NULL AND s.access_type = 'LIMITED' AND {served} OFFSET 0)"
)


def _visible(reader: str) -> str:
    """Whether a product `p` exists for the reader."""
    if reader == BARE:
        return "true"
    own = "p.organisation_id = $2 OR " if reader == LEADER else ""
    return f"({own}{_WHOLE} OR {_GRANTED})".format(served=_SERVED[reader])


def product(reader: str) -> str:
    """W1. $1 is the product."""
    fields = _product(("serviceName", "customerName", "category", "state", "expiresAt"))
    return f"""SELECT '{{"data":{{"product":' || {fields} || '}}}}'
        FROM product p WHERE p.id = $1 AND {_visible(reader)}"""


def products(reader: str) -> str:
    """W2. $1 is the owner. What the reader reaches there is decided once; no rows if they serve nobody."""
    fields = ("serviceName", "customerName", "category", "state", "period", "expiresAt", "autoRenew")
    granted = _GRANTED.format(served=_SERVED[reader])
    rows = f"""SELECT {_product(fields)} AS text FROM product p
        WHERE p.organisation_id = $1 AND (reach.whole OR {granted}) ORDER BY p.customer_name_key, p.id LIMIT 100"""
    return f"""SELECT '{{"data":{{"organisation":{{"products":{{"nodes":[' || {_join_rows(rows)} || ']}}}}}}}}'
        FROM ({_reach(reader)}) reach WHERE reach.whole IS NOT NULL"""


def _reach(reader: str) -> str:
    """Whether everything of organisation $1 is reached; NULL if nothing is."""
    if reader == BARE:
        return "SELECT true AS whole"
    own = "$1::uuid = $2 OR " if reader == LEADER else ""
    return f"""SELECT {own}bool_or(s.access_type = 'COMPLETE') AS whole
        FROM partnership s WHERE s.customer_id = $1 AND {_SERVED[reader]}"""


def managed_customers(reader: str) -> str:
    """W3. $1 is the reader's own organisation, the partner; the partnership says what is reached of each customer."""
    products = f"""SELECT {_product(("serviceName", "category", "state", "expiresAt"))} AS text FROM product p
        WHERE p.organisation_id = c.id AND {_through_partnership(reader)}
        ORDER BY p.customer_name_key, p.id LIMIT 10"""
    customers = f"""SELECT '{{"node":{{"id":"org_' || encode(uuid_send(c.id), 'hex') || '","name":' || to_json(c.name)
        || ',"products":{{"nodes":[' || {_join_rows(products)} || ']}}}}}}' AS text
        FROM (SELECT o.id, o.name, s.id AS partnership_id, s.access_type
            FROM partnership s JOIN organisation o ON o.id = s.customer_id
            WHERE s.partner_id = $1 AND s.status = 'ACTIVE' AND {_SERVED_OF_MANY[reader]}
            ORDER BY o.name_key, s.id LIMIT 20) c"""
    return f"""SELECT '{{"data":{{"organisation":{{"managedCustomers":{{"edges":['
        || {_join_rows(customers)} || ']}}}}}}}}'"""


def _through_partnership(reader: str) -> str:
    """Whether a product is reached through the partnership of its customer `c`: the only one of the two companies."""
    if reader == BARE:
        return "true"
    return """(c.access_type = 'COMPLETE' OR EXISTS (SELECT FROM product_access g
        WHERE g.product_id = p.id AND g.partnership_id = c.partnership_id AND g.revoked_at IS NULL
        OFFSET 0))"""


_GRANTED_ANSWER: Final = """'{"data":{"grantProductAccess":{"productAccess":{"id":"pacc_'
        || encode(uuid_send(id), 'hex') || '","rights":' || rights || ',"grantedAt":' || to_json(granted_at)
        || '},"userErrors":[]}}}'"""

GRANT: Final = f"SELECT {_GRANTED_ANSWER} FROM duties.grant_product($1, $2, $3, $4, $5, $6)"
"""W4 with all duties, in one trip, by the function of peers/grants.sql. $3 is the organisation that the granter leads.

The other values are $1 user, $2 token, $4 partnership, $5 product and $6 rights.
"""


def usual_grant(reader: str) -> str:
    """W4 as it would usually be.

    $1 partnership, $2 the granter's organisation, $3 product, $4 rights, $5 user, $6 token, $7 request.
    Gives the answer, or NULL if the state of the partnership or of the product is against it. The
    index of one manager a product refuses what another transaction granted meanwhile.
    """
    own = "$2::uuid IS NULL" if reader == BARE else "s.customer_id = $2"
    return f"""
    WITH held AS (
        SELECT s.id, s.customer_id, s.status, s.access_type FROM partnership s WHERE s.id = $1 AND {own} FOR UPDATE
    ), granted AS (
        INSERT INTO product_access
            (id, created_at, updated_at, version, partnership_id, product_id, rights, granted_by_id, granted_at)
        SELECT uuidv7(), now(), now(), 1, held.id, p.id, $4::text::jsonb, $5::uuid, now()
        FROM held JOIN product p ON p.id = $3 AND p.organisation_id = held.customer_id
        WHERE held.status = 'ACTIVE' AND held.access_type = 'LIMITED'
        AND NOT EXISTS (SELECT FROM product_access g WHERE g.product_id = $3 AND g.revoked_at IS NULL)
        RETURNING id, rights, granted_at, partnership_id, product_id
    ), audited AS (
        INSERT INTO audit_event (id, created_at, action, subject_type, subject_id, after, request_id,
            acting_organisation_id, actor_id, api_token_id)
        SELECT uuidv7(), now(), 'access.granted', 'ProductAccess', granted.id,
            jsonb_build_object('partnership_id', encode(uuid_send(granted.partnership_id), 'hex'),
                'product_id', encode(uuid_send(granted.product_id), 'hex'),
                'rights', granted.rights, 'revoked_at', NULL),
            $7::text, (SELECT held.customer_id FROM held), $5, $6::uuid
        FROM granted
    ), announced AS (
        INSERT INTO outbox_message (id, created_at, topic, payload, dedupe_key, run_after, attempts)
        SELECT uuidv7(), now(), 'access.product_added',
            jsonb_build_object('subject', 'pacc_' || encode(uuid_send(granted.id), 'hex'), 'requestId', $7),
            'access.product_added:' || encode(uuid_send(granted.id), 'hex'), now(), 0
        FROM granted
    )
    SELECT {_GRANTED_ANSWER}
    FROM granted"""


VIEWER: Final = """
    SELECT t.id AS token_id, t.user_id, t.organisation_id, t.scopes::text AS scopes, m.id AS membership_id, m.role
    FROM api_token t JOIN membership m ON m.user_id = t.user_id AND m.organisation_id = t.organisation_id
    WHERE t.secret_digest = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND m.status = 'ACTIVE'
        AND coalesce(t.last_used_at, t.created_at) > now() - interval '1 year' AND NOT t.is_for_some_customers"""
"""The viewer behind a token in force. Tokens for some customers only are unknown here: none is measured."""

_COLUMNS: Final = {
    "serviceName": "to_json(p.service_name)",
    "customerName": "to_json(p.customer_name)",
    "category": "'\"' || p.category || '\"'",
    "state": "'\"' || p.state || '\"'",
    "period": "'\"' || p.period || '\"'",
    "expiresAt": "to_json(p.expires_at)",
    "autoRenew": "CASE WHEN p.auto_renew THEN 'true' ELSE 'false' END",
}


def _product(fields: Sequence[str]) -> str:
    """The text of a product `p` with its id and these fields."""
    written = " || ".join(f"""',"{field}":' || {_COLUMNS[field]}""" for field in fields)
    return f"""'{{"id":"prd_' || encode(uuid_send(p.id), 'hex') || '"' || {written} || '}}'"""


def _join_rows(rows: str) -> str:
    """What rows with a `text` are between the brackets of a JSON list."""
    return f"coalesce((SELECT string_agg(r.text, ',') FROM ({rows}) r), '')"
