// How is a product granted with `pg`? One transaction; each statement is prepared once a connection.

import { accessTerms, grantReceipt, hex } from './receipts.js';
import { filled, owner } from './sql.js';
import * as sql from './grants-sql.js';
import { hasAllDuties, isBare } from './viewer.js';

export async function grant(pool, { partnershipId, productId, rights }, viewer) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const answer = await granted(client, partnershipId, productId, rights, viewer);
    await client.query(answer.productAccess ? 'COMMIT' : 'ROLLBACK');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function granted(client, partnershipId, productId, rights, viewer) {
  if (hasAllDuties) await client.query(sql.lockCustomer([partnershipId]));
  const partnership = await first(client, sql.lockPartnership([partnershipId]));
  if (!partnership || !(isBare || viewer.led.includes(partnership.customerId))) throw new Error('NOT_FOUND');
  const role = hasAllDuties ? await roleNow(client, partnership, viewer) : null;
  if (partnership.status !== 'ACTIVE') return refused('PARTNERSHIP_NOT_ACTIVE');
  if (partnership.accessType !== 'LIMITED') return refused('ACCESS_NOT_LIMITED');
  const product = await first(client, filled(owner, [productId], viewer));
  if (!product) throw new Error('NOT_FOUND');
  if (product.organisation_id !== partnership.customerId) return refused('PRODUCT_NOT_OWNED');
  const managed = await first(client, sql.manager([productId]));
  if (managed) {
    return refused(managed.partnership_id === partnershipId ? 'ALREADY_GRANTED' : 'PRODUCT_ALREADY_MANAGED');
  }
  const access = await first(
    client,
    sql.insertAccess([partnershipId, productId, JSON.stringify(rights), viewer?.userId ?? null]),
  );
  await journal(client, { access, partnership, productId, rights, viewer, role });
  return { productAccess: access, userErrors: [] };
}

/** The viewer's role now. Who has lost it while they waited for the lock, or whose token has ended, is refused. */
async function roleNow(client, partnership, viewer) {
  const now = await first(client, sql.viewerNow([viewer.userId, viewer.tokenId, partnership.customerId]));
  if (!now) throw new Error('FORBIDDEN');
  return now.role;
}

async function journal(client, { access, partnership, productId, rights, viewer, role }) {
  const requestId = crypto.randomUUID().replaceAll('-', '');
  const after = JSON.stringify(accessTerms(partnership.id, productId, rights));
  const event = [access.id, after, requestId, partnership.customerId, viewer?.userId ?? null, viewer?.tokenId ?? null];
  if (hasAllDuties) {
    await client.query(sql.insertFullAudit([...event, partnership.id]));
    const chain = await first(client, sql.chain([partnership.id, partnership.customerId, partnership.partnerId]));
    const head = chain.sequence === null ? null : { sequence: chain.sequence, hash: chain.hash };
    const receipt = grantReceipt({ head, partnership, names: chain, role, productId, rights });
    await client.query(sql.insertReceipt([partnership.id, receipt.sequence, receipt.body, receipt.hash]));
  } else {
    await client.query(sql.insertAudit(event));
  }
  const message = { subject: `pacc_${hex(access.id)}`, requestId };
  await client.query(sql.insertMessage([JSON.stringify(message), `access.product_added:${hex(access.id)}`]));
}

async function first(client, statement) {
  const { rows } = await client.query(statement);
  return rows[0];
}

const refused = (code) => ({ productAccess: null, userErrors: [{ code }] });
