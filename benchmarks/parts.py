"""What is measured in each part, in which world, and which servers are in it?"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from benchmarks import goals, plotting, report
from benchmarks.databases import Postgres, World, sqlite_world
from benchmarks.equality import check_equal
from benchmarks.measuring import Plan, Subject, Table, measure
from benchmarks.servers import PEERS, RECIPES, available, running
from benchmarks.workloads import READS

GRANTS_A_SECOND: Final = 6_000
FEWEST_GRANTS: Final = 12_800
GROWTH_SCALES: Final = (1, 10, 100)
_LABELS: Final = {"small": "a partner with 21 customers", "large": "the largest partner"}


@dataclass(frozen=True)
class Choice:
    """The options of the command line."""

    servers: tuple[str, ...]
    workloads: tuple[str, ...]
    scale: int
    growth_scales: tuple[int, ...] = GROWTH_SCALES
    draws: bool = True


def on_postgres(postgres: Postgres, choice: Choice, plan: Plan, *, bare: bool) -> list[str]:
    """Ours and the peers; then, if asked for, the peers without authentication and row filter."""
    names = available(list(choice.servers))
    world = _world(postgres, choice, plan)
    if "postgraphile" in names:
        postgres.apply(world, PEERS / "policies.sql")
    told = [f"the demo world at scale {choice.scale}; {_settings(postgres)}"]
    table = _compare(names, world, choice.workloads, plan, bare=False)
    if choice.draws and "ours" in names:
        plotting.draw(table)
    title = "On PostgreSQL, with authentication and the row filter"
    sections = [report.section(title, table, goals.on_postgres(table), told)]
    peers = [name for name in names if not RECIPES[name].is_ours]
    if bare and peers:
        table = _compare(peers, world, choice.workloads, plan, bare=True)
        title = "The peers bare: no authentication, no row filter"
        sections.append(report.section(title, table, (), told, ratios=False))
    return sections


def on_sqlite(choice: Choice, plan: Plan) -> list[str]:
    """Ours, compared with what Strawberry and Tortoise give, on a file."""
    names = [name for name in choice.servers if name in {"ours", "off", "plain"}]
    workloads = [workload for workload in choice.workloads if workload in READS]
    print(f"Building the world at scale {choice.scale} in SQLite…", flush=True)
    world = sqlite_world(plan.folder, choice.scale)
    table = _compare(names, world, workloads, replace(plan, database=None), bare=False)
    return [report.section("On SQLite", table, goals.on_sqlite(table), [f"the demo world at scale {choice.scale}"])]


def on_growth(postgres: Postgres, choice: Choice, plan: Plan) -> list[str]:
    """The same answers from ours in worlds of several sizes, for the largest partner and for a small one."""
    workloads = [workload for workload in choice.workloads if workload in READS]
    subjects = list[Subject]()
    with ExitStack() as stack:
        for scale in choice.growth_scales:
            print(f"Building the world at scale {scale}…", flush=True)
            world = postgres.world(scale, grants=0, name=f"growth{scale}")
            server = stack.enter_context(running("ours", world, plan.folder))
            subjects += [Subject(f"scale {scale}, {_LABELS[reader]}", server, world, reader) for reader in _LABELS]
        table = measure(subjects, workloads, plan)
    told = [f"ours, answers of the same size everywhere; {_settings(postgres)}"]
    return [report.section("Growth", table, goals.on_growth(table), told, ratios=False)]


def _compare(names: Sequence[str], world: World, workloads: Sequence[str], plan: Plan, *, bare: bool) -> Table:
    with ExitStack() as stack:
        servers = [stack.enter_context(running(name, world, plan.folder, bare=bare)) for name in names]
        check_equal(servers, world, workloads)
        return measure([Subject(server.name, server, world) for server in servers], workloads, plan)


def _world(postgres: Postgres, choice: Choice, plan: Plan) -> World:
    grants = max(FEWEST_GRANTS, plan.seconds * GRANTS_A_SECOND) if "W4" in choice.workloads else 0
    print(f"Building the world at scale {choice.scale} in PostgreSQL…", flush=True)
    return postgres.world(choice.scale, grants)


def _settings(postgres: Postgres) -> str:
    settings = postgres.settings()
    version = settings.pop("server_version")
    return f"PostgreSQL {version} on a socket: " + ", ".join(f"{name} {value}" for name, value in settings.items())
