"""Do all servers give the same rows and fields, and write the same?

Asked before anything is timed: a server that does less cannot be compared.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from benchmarks.databases import World, rows
from benchmarks.servers import Server, Way
from benchmarks.workloads import essence
from server.domain.partnerships.receipts import InvalidReceipt, receipt_line, verify_chain

_TRACES: Final = """
    SELECT g.partnership_id, g.product_id, g.rights::text, g.granted_by_id, g.version, g.revoked_at, a.action,
        a.subject_type, a.acting_organisation_id, a.on_behalf_of_id, a.actor_id, a.api_token_id, a.before::text,
        a.after::text, o.topic, o.attempts, o.payload::jsonb - 'subject' - 'requestId' AS more,
        o.dedupe_key = o.topic || ':' || encode(uuid_send(g.id), 'hex') AS once,
        o.payload ->> 'subject' = 'pacc_' || encode(uuid_send(g.id), 'hex') AS subject,
        o.payload ->> 'requestId' = a.request_id AS request{more}
    FROM product_access g
    LEFT JOIN audit_event a ON a.subject_id = g.id
    LEFT JOIN outbox_message o ON o.payload ->> 'subject' = 'pacc_' || encode(uuid_send(g.id), 'hex')
    WHERE g.partnership_id = ANY($1::uuid[])
    ORDER BY g.granted_at, g.id"""
_WITH_ALL_COLUMNS: Final = """,
        a.partnership_id AS about, a.product_access_id = g.id AS about_it"""
_RECEIPTS: Final = """
    SELECT partnership_id, sequence, what, body, hash FROM receipt
    WHERE partnership_id = ANY($1::uuid[]) ORDER BY partnership_id, sequence"""
_GRANTED_IN_A_CHAIN: Final = 3
_OF_ITS_OWN: Final = ("at", "previous")
"""What may differ between the receipts of two servers: the time, and the hash of a receipt with another time."""

Turn = Callable[[], AbstractContextManager[tuple[Server, World]]]
"""A server that has just been started on a world of its own."""


class Different(Exception):
    """Two servers answered differently."""


def check_reads(servers: Sequence[Server], world: World, workloads: Sequence[str], reader: str = "large") -> None:
    """Raises Different, which names the first difference."""
    for workload in workloads:
        _compare(workload, {server.name: _read(server, world, workload, reader) for server in servers})


def check_grants(turns: Mapping[str, Turn]) -> None:
    """The same for W4: the answers, and all that is left in the database. Servers with other duties leave less."""
    found = dict[Way, dict[str, Any]]()
    for name, turn in turns.items():
        with turn() as (server, world):
            found.setdefault(server.way, {})[name] = _grant(server, world)
    for way, of_way in found.items():
        _compare(f"W4 ({way})", of_way)


def count_granted(world: World) -> int:
    """How many of the products that were there to be granted are granted now."""
    statement = "SELECT count(*) FROM product_access WHERE partnership_id = ANY($1::uuid[])"
    return rows(world.node_url, statement, _partnerships(world))[0][0]


def _read(server: Server, world: World, workload: str, reader: str) -> Any:
    return [essence(server.ask(request)) for request in server.dialect.requests(workload, world.facts, reader)]


def _grant(server: Server, world: World) -> Any:
    """Several grants of one customer, so that the receipts of each follow one another."""
    granters = world.facts["grants"]
    requests = server.dialect.requests("W4", world.facts)[:: len(granters)][:_GRANTED_IN_A_CHAIN]
    answers = [essence(server.ask(request)) for request in requests]
    for answer in answers:
        if not answer.get("productAccess"):
            raise Different(f"W4: {server.name} refused the grant: {answer}")
    rights = [answer["productAccess"]["rights"] for answer in answers]
    traces = _TRACES.format(more=_WITH_ALL_COLUMNS if server.way is Way.EQUAL else "")
    left = [dict(trace) for trace in rows(world.node_url, traces, _partnerships(world))]
    return [rights, left, _receipts(server.name, world) if server.way is Way.EQUAL else []]


def _receipts(name: str, world: World) -> list[Any]:
    """The receipts without what is a server's own. Raises Different where they are not a chain."""
    found = rows(world.node_url, _RECEIPTS, _partnerships(world))
    try:
        verify_chain(receipt_line(row["body"], row["hash"]).encode() for row in found)
    except InvalidReceipt as error:
        raise Different(f"W4: the receipts of {name} are not a chain: {error}") from error
    return [
        [row["partnership_id"], row["sequence"], row["what"], _without(json.loads(row["body"]), _OF_ITS_OWN)]
        for row in found
    ]


def _without(body: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value if key not in keys else type(value) for key, value in body.items()}


def _compare(workload: str, found: Mapping[str, Any]) -> None:
    first, *others = found
    for other in others:
        if difference := _difference(found[first], found[other]):
            raise Different(f"{workload}: {first} and {other} differ{difference}")
    print(f"{workload}: {', '.join(found)} answer the same.", flush=True)


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
