"""How is a peer in Python started? `python -m benchmarks.python_peer FACTORY`.

With BENCH_PORT, BENCH_WAY and BENCH_PROCESSES, and BENCH_DATABASE_URL or RESELLER_DATABASE_URL.
"""

import os
import sys

import uvicorn

if __name__ == "__main__":  # not in the further processes, which import this file again
    uvicorn.run(
        sys.argv[1],
        factory=True,
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        workers=int(os.environ.get("BENCH_PROCESSES", "1")),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
    )
