// PostGraphile with its recommended presets over the tables as they are: row level security
// (policies.sql) is the row filter, and a function in the database is the mutation.

import { createServer } from 'node:http';
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { authenticated, findIn, isBare, may } from './viewer.js';

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 });

/** What the policies and the function read: who asks. A token without a scope reads as nobody. */
function settings(viewer) {
  const reads = may(viewer, 'PRODUCTS_READ') && may(viewer, 'ORGANISATION_READ');
  return {
    role: 'graph_viewer',
    'viewer.led': list(reads ? viewer.led : []),
    'viewer.memberships': list(reads ? viewer.memberships : []),
    'viewer.user': viewer.userId,
    'viewer.token': viewer.tokenId,
    'viewer.may_grant': may(viewer, 'PARTNERSHIPS_MANAGE') ? 'yes' : 'no',
  };
}

const list = (ids) => `{${ids.join(',')}}`;

async function context(requestContext) {
  if (isBare) return {};
  const viewer = await authenticated(findIn(pool), requestContext.node.req.headers.authorization);
  return { pgSettings: settings(viewer) };
}

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  pgServices: [makePgService({ pool, schemas: ['public'] })],
  grafast: { context, explain: false },
  grafserv: { graphiql: false, watch: false },
};

const server = createServer();
const instance = postgraphile(preset);
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.BENCH_PORT), '127.0.0.1');

if (process.env.BENCH_PRINT_SCHEMA) {
  const { printSchema } = await import('graphql');
  console.log(printSchema(await instance.getSchema()));
}
