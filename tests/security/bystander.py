"""A second client: it keeps asking a server the same small query and measures how long each answer takes.

A process of its own, so that nothing the attacker does in Python counts. For each line on its standard input it
writes how many answers it had since the line before, and the slowest of them in seconds: `{"answers": 90, "worst": 0.004}`.
"""

import http.client
import json
import select
import sys
import time
from urllib.parse import urlsplit

_PAUSE = 0.01
_QUERY = json.dumps({"query": "{ viewer { user { firstName } } }"})


def main(url: str, token: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    took = list[float]()
    while True:
        started = time.perf_counter()
        connection.request("POST", "/graphql", _QUERY, headers)
        response = connection.getresponse()
        answer = response.read()
        took.append(time.perf_counter() - started)
        assert response.status == 200, answer
        assert b'"errors"' not in answer, answer
        if select.select([sys.stdin], [], [], _PAUSE)[0]:
            if not sys.stdin.readline():
                return
            sys.stdout.write(json.dumps({"answers": len(took), "worst": max(took)}) + "\n")
            sys.stdout.flush()
            took.clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
