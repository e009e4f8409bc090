// Runs a server, in as many processes as BENCH_PROCESSES says: `node processes.js FILE`. They share the port.

import cluster from 'node:cluster';

const number = Number(process.env.BENCH_PROCESSES ?? 1);

if (number > 1 && cluster.isPrimary) {
  for (let started = 0; started < number; started += 1) cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
    process.exit(0);
  });
} else {
  process.on('SIGTERM', () => process.exit(0));
  await import(new URL(process.argv[2], import.meta.url));
}
