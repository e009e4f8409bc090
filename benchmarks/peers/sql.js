// Which statements does the Mercurius server send? Each is prepared once a connection, by its name.
// The viewer's values come last: the organisations they lead, the memberships that are assigned.

import { isBare } from './viewer.js';

export const PRODUCT = `p.id, p.category, p.service_name AS "serviceName", p.customer_name AS "customerName",
  p.internal_name AS "internalName", p.period, p.expires_at AS "expiresAt", p.auto_renew AS "autoRenew", p.state`;

// OFFSET 0 keeps PostgreSQL from looking up at once all that a viewer serves, where one row is asked for.
const ONE_BY_ONE = 'OFFSET 0';

/** Whether the viewer serves the customer of partnership `s`. */
const served = (led, memberships, fence = ONE_BY_ONE) => `s.status = 'ACTIVE' AND (s.partner_id = ANY(${led}::uuid[]) OR EXISTS (
  SELECT FROM employee_assignment a WHERE a.partnership_id = s.id
    AND a.membership_id = ANY(${memberships}::uuid[]) AND a.ended_at IS NULL ${fence}))`;

/** Whether everything of the organisation that this column names is reached. */
const whole = (column, led, memberships) => `(${column} = ANY(${led}::uuid[]) OR EXISTS (
  SELECT FROM partnership s WHERE s.customer_id = ${column} AND s.access_type = 'COMPLETE'
    AND ${served(led, memberships)} ${ONE_BY_ONE}))`;

/** Whether product `p` is granted by itself. */
const isGranted = (led, memberships) => `EXISTS (
  SELECT FROM product_access g JOIN partnership s ON s.id = g.partnership_id
  WHERE g.product_id = p.id AND g.revoked_at IS NULL AND s.access_type = 'LIMITED' AND ${served(led, memberships)}
  ${ONE_BY_ONE})`;

const visible = isBare ? 'true' : `(${whole('p.organisation_id', '$2', '$3')} OR ${isGranted('$2', '$3')})`;

export const product = prepared('product', `SELECT ${PRODUCT} FROM product p WHERE p.id = $1 AND ${visible}`);

export const owner = prepared('owner', `SELECT p.organisation_id FROM product p WHERE p.id = $1 AND ${visible}`);

export const organisation = prepared(
  'organisation',
  `SELECT o.id, o.name FROM organisation o WHERE o.id = $1 AND ${
    isBare
      ? 'true'
      : `(o.id = ANY($2::uuid[]) OR o.partner_status IN ('APPROVED', 'AT_RISK')
        OR EXISTS (SELECT FROM membership m WHERE m.id = ANY($3::uuid[]) AND m.organisation_id = o.id)
        OR EXISTS (SELECT FROM partnership s WHERE s.customer_id = o.id
          AND (s.partner_id = ANY($2::uuid[]) OR ${served('$2', '$3')}))
        OR EXISTS (SELECT FROM partnership s WHERE s.partner_id = o.id AND s.customer_id = ANY($2::uuid[])))`
  }`,
);

export const products = prepared(
  'products',
  `SELECT parent.id AS "parentId", found.*
  FROM unnest($1::uuid[]) AS parent(id)
  CROSS JOIN LATERAL (SELECT ${isBare ? 'true' : whole('parent.id', '$3', '$4')} AS whole OFFSET 0) reach
  CROSS JOIN LATERAL (
    SELECT ${PRODUCT} FROM product p
    WHERE p.organisation_id = parent.id AND (reach.whole${isBare ? '' : ` OR ${isGranted('$3', '$4')}`})
    ORDER BY p.customer_name_key, p.id LIMIT $2) found`,
);

export const managedCustomers = prepared(
  'managedCustomers',
  `SELECT parent.id AS "parentId", found.*
  FROM unnest($1::uuid[]) AS parent(id)
  CROSS JOIN LATERAL (
    SELECT o.id, o.name FROM partnership s JOIN organisation o ON o.id = s.customer_id
    WHERE s.partner_id = parent.id AND ${isBare ? "s.status = 'ACTIVE'" : served('$3', '$4', '')}
    ORDER BY o.name_key, s.id LIMIT $2) found`,
);

export function prepared(name, text) {
  return (values) => ({ name, text, values });
}

/** The statement with the viewer's organisations and memberships behind its own values. */
export function filled(statement, values, viewer) {
  return statement(isBare ? values : [...values, viewer.led, viewer.memberships]);
}
