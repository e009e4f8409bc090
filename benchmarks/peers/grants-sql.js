// Which statements does a grant send? Each is prepared once a connection, by its name.

import { prepared } from './sql.js';

export const lockCustomer = prepared(
  'lockCustomer',
  `SELECT FROM organisation o WHERE o.id = (SELECT s.customer_id FROM partnership s WHERE s.id = $1)
  FOR NO KEY UPDATE`,
);

export const lockPartnership = prepared(
  'lockPartnership',
  `SELECT id, customer_id AS "customerId", partner_id AS "partnerId", status, access_type AS "accessType"
  FROM partnership WHERE id = $1 FOR NO KEY UPDATE`,
);

/** Whether the membership and the token still hold: read after the locks. $1 user, $2 token, $3 customer. */
export const VIEWER_NOW = `SELECT m.role FROM api_token t
  JOIN membership m ON m.user_id = t.user_id AND m.organisation_id = t.organisation_id
  WHERE t.id = $2 AND m.user_id = $1 AND m.organisation_id = $3 AND m.status = 'ACTIVE'
    AND m.role IN ('LEGAL_REPRESENTATIVE', 'ADMINISTRATOR') AND t.scopes ? 'PARTNERSHIPS_MANAGE'
    AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp()
    AND coalesce(t.last_used_at, t.created_at) > clock_timestamp() - interval '1 year' AND NOT t.is_for_some_customers
    AND NOT EXISTS (SELECT FROM api_token_exclusion x WHERE x.api_token_id = t.id AND x.customer_id = $3)`;

export const viewerNow = prepared('viewerNow', VIEWER_NOW);

export const manager = prepared(
  'manager',
  'SELECT partnership_id FROM product_access WHERE product_id = $1 AND revoked_at IS NULL',
);

export const insertAccess = prepared(
  'insertAccess',
  `INSERT INTO product_access
    (id, created_at, updated_at, version, partnership_id, product_id, rights, granted_by_id, granted_at)
  VALUES (uuidv7(), now(), now(), 1, $1, $2, $3, $4, now())
  RETURNING id, rights, granted_at AS "grantedAt"`,
);

export const insertAudit = prepared(
  'insertAudit',
  `INSERT INTO audit_event (id, created_at, action, subject_type, subject_id, after, request_id,
    acting_organisation_id, actor_id, api_token_id)
  VALUES (uuidv7(), now(), 'access.granted', 'ProductAccess', $1, $2, $3, $4, $5, $6)`,
);

export const insertFullAudit = prepared(
  'insertFullAudit',
  `INSERT INTO audit_event (id, created_at, action, subject_type, subject_id, after, request_id,
    acting_organisation_id, actor_id, api_token_id, partnership_id, product_access_id)
  VALUES (uuidv7(), now(), 'access.granted', 'ProductAccess', $1, $2, $3, $4, $5, $6, $7, $1)`,
);

/** The names of both sides, and the last receipt, if there is one. $1 partnership, $2 customer, $3 partner. */
export const CHAIN = `SELECT customer.name AS customer, partner.name AS partner, head.sequence, head.hash
  FROM organisation customer
  JOIN organisation partner ON partner.id = $3
  LEFT JOIN LATERAL (
    SELECT r.sequence, r.hash FROM receipt r WHERE r.partnership_id = $1 ORDER BY r.sequence DESC LIMIT 1) head ON true
  WHERE customer.id = $2`;

export const chain = prepared('chain', CHAIN);

export const insertReceipt = prepared(
  'insertReceipt',
  `INSERT INTO receipt (id, created_at, partnership_id, sequence, what, body, hash)
  VALUES (uuidv7(), now(), $1, $2, 'access.granted', $3, $4)`,
);

export const insertMessage = prepared(
  'insertMessage',
  `INSERT INTO outbox_message (id, created_at, topic, payload, dedupe_key, run_after, attempts)
  VALUES (uuidv7(), now(), 'access.product_added', $1, $2, now(), 0)`,
);
