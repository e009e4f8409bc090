// How does the Apollo server ask its database? With postgres.js, which prepares each statement, and sends those that are
// asked for together without waiting between them.

import postgres from 'postgres';
import * as sql from './grants-sql.js';
import { accessTerms, grantReceipt, hex } from './receipts.js';
import { filled, owner } from './sql.js';
import { hasAllDuties, isBare } from './viewer.js';

const TIMESTAMPTZ = 1184;

// The address names a folder with a socket, which postgres.js takes as an option only.
const [, user, database, host] = process.env.BENCH_DATABASE_URL.match(/^\w+:\/\/([^:@]*):?@\/(\w+)\?host=(.+)$/);

/** Ten connections, with timestamps as the text that PostgreSQL sends. */
export const connection = postgres({
  host,
  database,
  user,
  max: 10,
  connection: { TimeZone: 'UTC' },
  types: { timestamp: { to: TIMESTAMPTZ, from: [TIMESTAMPTZ], serialize: (text) => text, parse: (text) => text } },
});

/** The rows of a statement: `unsafe` is for texts that are written elsewhere. */
export const fetchRows = (client, { text, values }) => client.unsafe(text, values, { prepare: true });

export async function grant(input, viewer) {
  try {
    return await connection.begin((client) => granted(client, input, viewer));
  } catch (error) {
    if (error instanceof Refused) return { productAccess: null, userErrors: [{ code: error.message }] };
    throw error;
  }
}

class Refused extends Error {}

async function granted(client, { partnershipId, productId, rights }, viewer) {
  // Each statement reads what is so when it is its turn, after the locks of those before it.
  const locking = hasAllDuties ? fetchRows(client, sql.lockCustomer([partnershipId])) : undefined;
  const [, [partnership], [now], [product], [managed]] = await Promise.all([
    locking,
    fetchRows(client, sql.lockPartnership([partnershipId])),
    hasAllDuties ? fetchRows(client, sql.viewerNow([viewer.userId, viewer.tokenId, viewer.organisationId])) : [null],
    fetchRows(client, filled(owner, [productId], viewer)),
    fetchRows(client, sql.manager([productId])),
  ]);
  checkGrant({ partnership, now, product, managed, partnershipId }, viewer);
  const [access] = await fetchRows(
    client,
    sql.insertAccess([partnershipId, productId, rights, viewer?.userId ?? null]),
  );
  await journal(client, { access, partnership, productId, rights, viewer, role: now?.role });
  return { productAccess: access, userErrors: [] };
}

function checkGrant({ partnership, now, product, managed, partnershipId }, viewer) {
  if (!partnership || !(isBare || viewer.led.includes(partnership.customerId))) throw new Error('NOT_FOUND');
  if (now === undefined) throw new Error('FORBIDDEN');
  if (partnership.status !== 'ACTIVE') throw new Refused('PARTNERSHIP_NOT_ACTIVE');
  if (partnership.accessType !== 'LIMITED') throw new Refused('ACCESS_NOT_LIMITED');
  if (!product) throw new Error('NOT_FOUND');
  if (product.organisation_id !== partnership.customerId) throw new Refused('PRODUCT_NOT_OWNED');
  if (managed) {
    throw new Refused(managed.partnership_id === partnershipId ? 'ALREADY_GRANTED' : 'PRODUCT_ALREADY_MANAGED');
  }
}

async function journal(client, { access, partnership, productId, rights, viewer, role }) {
  const requestId = crypto.randomUUID().replaceAll('-', '');
  const after = accessTerms(partnership.id, productId, rights);
  const event = [access.id, after, requestId, partnership.customerId, viewer?.userId ?? null, viewer?.tokenId ?? null];
  const message = { subject: `pacc_${hex(access.id)}`, requestId };
  const rest = [fetchRows(client, sql.insertMessage([message, `access.product_added:${hex(access.id)}`]))];
  if (hasAllDuties) {
    rest.push(fetchRows(client, sql.insertFullAudit([...event, partnership.id])));
    rest.push(leaveReceipt(client, { partnership, productId, rights, role }));
  } else {
    rest.push(fetchRows(client, sql.insertAudit(event)));
  }
  await Promise.all(rest);
}

async function leaveReceipt(client, { partnership, productId, rights, role }) {
  const [chain] = await fetchRows(client, sql.chain([partnership.id, partnership.customerId, partnership.partnerId]));
  const head = chain.sequence === null ? null : { sequence: chain.sequence, hash: chain.hash };
  const receipt = grantReceipt({ head, partnership, names: chain, role, productId, rights });
  await fetchRows(client, sql.insertReceipt([partnership.id, receipt.sequence, receipt.body, receipt.hash]));
}
