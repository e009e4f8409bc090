"""Do all servers give the same rows and fields, and write the same?

Asked before anything is timed: a server that does less cannot be compared.
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.databases import World, execute, rows
from benchmarks.servers import Server
from benchmarks.workloads import READS, essence

_TRACES = """
    SELECT g.partnership_id, g.product_id, g.rights::text, g.granted_by_id, g.version, g.revoked_at, a.action,
        a.subject_type, a.acting_organisation_id, a.on_behalf_of_id, a.actor_id, a.api_token_id, a.before,
        a.after, o.topic, o.dedupe_key = o.topic || ':' || encode(uuid_send(g.id), 'hex') AS once,
        o.payload ->> 'subject' = 'pacc_' || encode(uuid_send(g.id), 'hex') AS subject,
        o.payload ->> 'requestId' = a.request_id AS request
    FROM product_access g
    LEFT JOIN audit_event a ON a.subject_id = g.id
    LEFT JOIN outbox_message o ON o.payload ->> 'subject' = 'pacc_' || encode(uuid_send(g.id), 'hex')
    WHERE g.partnership_id = ANY($1::uuid[])"""


class Different(Exception):
    """Two servers answered differently."""


def check_equal(servers: Sequence[Server], world: World, workloads: Sequence[str], reader: str = "large") -> None:
    """Raises Different, which names the first difference."""
    for workload in workloads:
        found = {server.name: _fetch_essence(server, world, workload, reader) for server in servers}
        first, *others = found
        for other in others:
            if difference := _difference(found[first], found[other]):
                raise Different(f"{workload}: {first} and {other} differ{difference}")
        print(f"{workload}: {', '.join(found)} answer the same.", flush=True)


def _fetch_essence(server: Server, world: World, workload: str, reader: str) -> Any:
    requests = server.dialect.requests(workload, world.facts, reader)
    if workload in READS:
        return [essence(server.ask(request)) for request in requests]
    answer = essence(server.ask(requests[0]))
    traces = rows(world.node_url, _TRACES, _partnerships(world))
    forget_grants(world)
    if not answer.get("productAccess"):
        raise Different(f"{workload}: {server.name} refused the grant: {answer}")
    return [answer["productAccess"]["rights"], [dict(trace) for trace in traces]]


def count_granted(world: World) -> int:
    """How many of the products that were there to be granted are granted now."""
    statement = "SELECT count(*) FROM product_access WHERE partnership_id = ANY($1::uuid[])"
    return rows(world.node_url, statement, _partnerships(world))[0][0]


def forget_grants(world: World) -> None:
    """Make the database what it was before. Audit events cannot be deleted, only all of them at once."""
    partnerships = ", ".join(f"'{id}'" for id in _partnerships(world))
    execute(
        world.node_url,
        "SET lock_timeout = '10s'",
        "TRUNCATE audit_event, outbox_message, email_message",
        f"DELETE FROM product_access WHERE partnership_id IN ({partnerships})",
        "VACUUM ANALYZE product_access",
        "CHECKPOINT",
    )


def _partnerships(world: World) -> list[str]:
    return [granter["partnership"] for granter in world.facts["grants"]]


def _difference(one: Any, other: Any, path: str = "") -> str:
    """Where two values differ first, and how; empty where they do not."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        parts = ((f"{path}.{key}", one[key], other[key]) for key in one)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        parts = ((f"{path}[{place}]", *pair) for place, pair in enumerate(zip(one, other, strict=True)))
    else:
        return "" if one == other else f" at {path or 'the root'}: {str(one)[:200]} and {str(other)[:200]}"
    return next((found for place, a, b in parts if (found := _difference(a, b, place))), "")
