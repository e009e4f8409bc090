// Ten connections of `pg`, with timestamps as the text that PostgreSQL sends.

import pg from 'pg';

const TIMESTAMPTZ = 1184;
const types = {
  getTypeParser: (id, format) => (id === TIMESTAMPTZ ? (text) => text : pg.types.getTypeParser(id, format)),
};

export const pool = new pg.Pool({
  connectionString: process.env.BENCH_DATABASE_URL,
  max: 10,
  options: '-c TimeZone=UTC',
  types,
});
