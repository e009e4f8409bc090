// Apollo Server with its own HTTP server, DataLoader, and hand-written SQL through postgres.js.

import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { connection, fetchRows, grant } from './apollo-database.js';
import { loadersOf } from './loaders.js';
import { DateTime, schema } from './schema.js';
import * as sql from './sql.js';
import { FIND, authenticated, check, checkMember, isBare } from './viewer.js';

const resolvers = {
  DateTime,
  Query: {
    product(_, { id }, { viewer }) {
      check(viewer, 'PRODUCTS_READ');
      return one(sql.product, [id], viewer);
    },
    organisation(_, { id }, { viewer }) {
      check(viewer, 'ORGANISATION_READ');
      return one(sql.organisation, [id], viewer);
    },
  },
  Organisation: {
    async products({ id }, { first }, { viewer, productsOf }) {
      check(viewer, 'PRODUCTS_READ');
      return { nodes: await productsOf(first).load(id) };
    },
    async managedCustomers({ id }, { first }, { viewer, customersOf }) {
      check(viewer, 'PARTNERSHIPS_READ');
      checkMember(viewer, id);
      return { edges: (await customersOf(first).load(id)).map((node) => ({ node })) };
    },
  },
  Mutation: {
    grantProductAccess(_, { input }, { viewer }) {
      check(viewer, 'PARTNERSHIPS_MANAGE');
      return grant(input, viewer);
    },
  },
};

async function one(statement, values, viewer) {
  const [row] = await fetchRows(connection, sql.filled(statement, values, viewer));
  if (row === undefined) throw new Error('NOT_FOUND');
  return row;
}

async function context({ req }) {
  const viewer = isBare ? null : await authenticated(find, req.headers.authorization);
  const ask = (statement) => (ids, first) => fetchRows(connection, sql.filled(statement, [ids, first], viewer));
  return { viewer, productsOf: loadersOf(ask(sql.products)), customersOf: loadersOf(ask(sql.managedCustomers)) };
}

const find = (digest) => fetchRows(connection, { text: FIND, values: [digest] });

const server = new ApolloServer({
  typeDefs: schema,
  resolvers,
  introspection: false,
  includeStacktraceInErrorResponses: false,
  plugins: [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ],
});
await startStandaloneServer(server, {
  context,
  listen: { host: '127.0.0.1', port: Number(process.env.BENCH_PORT) },
});
