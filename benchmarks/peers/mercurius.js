// Fastify and Mercurius with its compiler on, loaders for what is asked of many rows at once, and
// hand-written SQL with the row filter in it.

import Fastify from 'fastify';
import mercurius from 'mercurius';
import { grant } from './grants.js';
import { pool } from './pool.js';
import { DateTime, schema } from './schema.js';
import { authenticated, check, checkMember, findIn, isBare } from './viewer.js';
import * as sql from './sql.js';

const resolvers = {
  DateTime,
  Query: {
    async product(_, { id }, { viewer }) {
      check(viewer, 'PRODUCTS_READ');
      return one(sql.product, [id], viewer);
    },
    async organisation(_, { id }, { viewer }) {
      check(viewer, 'ORGANISATION_READ');
      return one(sql.organisation, [id], viewer);
    },
  },
  Mutation: {
    async grantProductAccess(_, { input }, { viewer }) {
      check(viewer, 'PARTNERSHIPS_MANAGE');
      return grant(pool, input, viewer);
    },
  },
};

const loaders = {
  Organisation: {
    products: {
      // One answer a request is all there is to keep: the loader's own cache would cost more than it saves.
      opts: { cache: false },
      async loader(queries, { viewer }) {
        check(viewer, 'PRODUCTS_READ');
        return inTurn(queries, await ofMany(sql.products, queries, viewer), (rows) => ({ nodes: rows }));
      },
    },
    managedCustomers: {
      opts: { cache: false },
      async loader(queries, { viewer }) {
        check(viewer, 'PARTNERSHIPS_READ');
        for (const { obj } of queries) checkMember(viewer, obj.id);
        const found = await ofMany(sql.managedCustomers, queries, viewer);
        return inTurn(queries, found, (rows) => ({ edges: rows.map((node) => ({ node })) }));
      },
    },
  },
};

async function one(statement, values, viewer) {
  const { rows } = await pool.query(sql.filled(statement, values, viewer));
  if (rows.length === 0) throw new Error('NOT_FOUND');
  return rows[0];
}

/** The rows of many parents, by the parent's id. All parents of one field ask for the same number. */
async function ofMany(statement, queries, viewer) {
  const values = [queries.map(({ obj }) => obj.id), queries[0].params.first];
  const { rows } = await pool.query(sql.filled(statement, values, viewer));
  const found = new Map();
  for (const row of rows) {
    const list = found.get(row.parentId);
    if (list) list.push(row);
    else found.set(row.parentId, [row]);
  }
  return found;
}

function inTurn(queries, found, wrap) {
  return queries.map(({ obj }) => wrap(found.get(obj.id) ?? []));
}

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  jit: 1,
  context: async (request) => ({ viewer: isBare ? null : await authenticated(findIn(pool), request.headers.authorization) }),
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.BENCH_PORT) });
