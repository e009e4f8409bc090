"""How is a peer in Python started? `python -m benchmarks.python_peer FACTORY`.

With BENCH_PORT and BENCH_BARE, and BENCH_DATABASE_URL or RESELLER_DATABASE_URL.
"""

import os
import sys

import uvicorn

uvicorn.run(
    sys.argv[1],
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
