"""How is the limit started? `python -m benchmarks.limit`, with BENCH_PORT, BENCH_DATABASE_URL and BENCH_BARE."""

import os

import uvicorn

uvicorn.run(
    "benchmarks.limit.server:Server",
    factory=True,
    host="127.0.0.1",
    port=int(os.environ["BENCH_PORT"]),
    loop="uvloop",
    http="httptools",
    access_log=False,
    log_level="warning",
    lifespan="on",
    proxy_headers=False,
    server_header=False,
)
