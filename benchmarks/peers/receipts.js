// A receipt: the next link of a partnership's chain, as ours writes it. Its body is canonical JSON (RFC 8785): the keys
// below are in the order of the alphabet, and JSON.stringify writes texts and whole numbers as the RFC wants them.

import { createHash } from 'node:crypto';

const FIRST_PREVIOUS_HASH = '0'.repeat(64);

export const hex = (id) => id.replaceAll('-', '');

/** The content of the audit event: what the access is from now on. */
export function accessTerms(partnershipId, productId, rights) {
  return { partnership_id: hex(partnershipId), product_id: hex(productId), rights, revoked_at: null };
}

/**
 * The receipt after `head` (its sequence and hash; null in an empty chain). `names` has the current names of both sides.
 * `role` is that of the administrator of the customer who grants.
 */
export function grantReceipt({ head, partnership, names, role, productId, rights, now = new Date() }) {
  const sequence = (head?.sequence ?? 0) + 1;
  const body = JSON.stringify({
    actor: { role, side: 'CUSTOMER' },
    after: { product: `prd_${hex(productId)}`, rights },
    at: now.toISOString().replace('Z', '000Z'),
    before: null,
    customer: { id: `org_${hex(partnership.customerId)}`, name: names.customer },
    partner: { id: `org_${hex(partnership.partnerId)}`, name: names.partner },
    partnership: `pship_${hex(partnership.id)}`,
    previous: head?.hash ?? FIRST_PREVIOUS_HASH,
    sequence,
    what: 'access.granted',
  });
  return { sequence, body, hash: createHash('sha256').update(body).digest('hex') };
}
