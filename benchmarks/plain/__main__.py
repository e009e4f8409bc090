"""How is the plain server started? With BENCH_PORT, BENCH_BARE and RESELLER_DATABASE_URL."""

import os

import uvicorn

uvicorn.run(
    "benchmarks.plain.app:create_app",
    factory=True,
    host="127.0.0.1",
    port=int(os.environ["BENCH_PORT"]),
    loop="uvloop",
    http="httptools",
    access_log=False,
    log_level="warning",
    lifespan="on",
)
