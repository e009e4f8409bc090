"""What is measured in each part, in which world, and which servers are in it?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from benchmarks import goals, plotting, report
from benchmarks.databases import Postgres, Template, World, sqlite_template
from benchmarks.equality import check_grants, check_reads
from benchmarks.keys import GROWTH_READERS, growth_key, way_key
from benchmarks.measuring import WARMING_SECONDS, Figures, Plan, Subject, Table, measure, measure_grants
from benchmarks.node import available
from benchmarks.recipes import PEERS, RECIPES, Way
from benchmarks.servers import Server, running
from benchmarks.workloads import READS

GRANTS_A_SECOND: Final = 6_000
FEWEST_GRANTS: Final = 12_800
GROWTH_SCALES: Final = (1, 10, 100)


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
    names = available(choice.servers)
    template = _template(postgres, choice, plan)
    told = [f"the demo world at scale {choice.scale}; {_settings(postgres)}"]
    table = _compare(names, template, choice.workloads, plan, (Way.EQUAL, Way.USUAL))
    if choice.draws and "ours" in names:
        plotting.draw(table)
    title = "On PostgreSQL, with authentication and the row filter"
    sections = [report.section(title, table, goals.on_postgres(table), told)]
    peers = [name for name in names if not RECIPES[name].is_ours]
    if bare and peers:
        table = _compare(peers, template, choice.workloads, plan, (Way.BARE,))
        title = "The peers bare: no authentication, no row filter"
        sections.append(report.section(title, table, (), told, ratios=False))
    return sections


def on_sqlite(choice: Choice, plan: Plan) -> list[str]:
    """Ours, compared with what Strawberry and Tortoise give, on a file."""
    names = [name for name in choice.servers if name in {"ours", "off", "plain"}]
    workloads = [workload for workload in choice.workloads if workload in READS]
    print(f"Building the world at scale {choice.scale} in SQLite…", flush=True)
    template = sqlite_template(plan.folder, choice.scale)
    table = _compare(names, template, workloads, replace(plan, database=None), (Way.EQUAL,))
    return [report.section("On SQLite", table, goals.on_sqlite(table), [f"the demo world at scale {choice.scale}"])]


def on_growth(postgres: Postgres, choice: Choice, plan: Plan) -> list[str]:
    """The same answers in worlds of several sizes, for the largest partner and for a small one.

    The limit is next to ours: it shows how much more the database takes.
    """
    workloads = [workload for workload in choice.workloads if workload in READS]
    names = [name for name in ("ours", "limit") if name in choice.servers]
    subjects = list[Subject]()
    with ExitStack() as stack:
        for scale in choice.growth_scales:
            print(f"Building the world at scale {scale}…", flush=True)
            template = postgres.template(scale, 0, name=f"growth{scale}")
            world = stack.enter_context(template.copy())
            for name in names:
                server = stack.enter_context(running(name, world, plan.folder))
                subjects += [
                    Subject(growth_key(name, scale, reader), server, world, reader) for reader in GROWTH_READERS
                ]
        table = measure(subjects, workloads, plan)
    told = [f"answers of the same size everywhere; {_settings(postgres)}"]
    return [report.section("Growth", table, goals.on_growth(table, names, choice.growth_scales), told, ratios=False)]


def _compare(
    names: Sequence[str], template: Template, workloads: Sequence[str], plan: Plan, ways: Sequence[Way]
) -> Table:
    """Reads on one copy of the world, which they leave as it is; W4 on a new copy in each turn, in each of the ways."""
    reads = [workload for workload in workloads if workload in READS]
    table = dict[str, Mapping[str, Figures]]()
    if reads:
        with template.copy() as world, ExitStack() as stack:
            servers = [stack.enter_context(running(name, world, plan.folder, ways[0])) for name in names]
            check_reads(servers, world, reads)
            table |= measure([Subject(server.name, server, world) for server in servers], reads, plan)
    if "W4" in workloads:
        turns = {
            way_key(name, way, ways[0]): partial(_turn, name, template, plan, way)
            for way in ways
            for name in names
            if way is ways[0] or not RECIPES[name].is_ours
        }
        check_grants(turns)
        table |= measure_grants(turns, plan)
    return table


@contextmanager
def _turn(
    name: str, template: Template, plan: Plan, way: Way = Way.EQUAL, processes: int = 1
) -> Iterator[tuple[Server, World]]:
    with template.copy() as world, running(name, world, plan.folder, way, processes) as server:
        yield server, world


def _template(postgres: Postgres, choice: Choice, plan: Plan) -> Template:
    seconds = plan.seconds + WARMING_SECONDS
    grants = max(FEWEST_GRANTS, seconds * GRANTS_A_SECOND) if "W4" in choice.workloads else 0
    print(f"Building the world at scale {choice.scale} in PostgreSQL…", flush=True)
    return postgres.template(choice.scale, grants, *sorted(PEERS.glob("*.sql")))


def _settings(postgres: Postgres) -> str:
    settings = postgres.settings()
    version = settings.pop("server_version")
    return f"PostgreSQL {version} on a socket: " + ", ".join(f"{name} {value}" for name, value in settings.items())
