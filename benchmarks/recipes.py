"""Which servers are measured, with which settings, and in which ways?"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from benchmarks.workloads import (
    BARE_POSTGRAPHILE,
    OURS,
    PLAIN,
    POSTGRAPHILE,
    USUAL_POSTGRAPHILE,
    WITH_NODES,
    Dialect,
)

PEERS: Final = Path(__file__).parent / "peers"
POOL_SIZE: Final = "10"


class Way(StrEnum):
    """How much a server does beyond the answer.

    - equal: what ours does
    - usual: in W4 what its users would do: one lock, no second look at who asks, no receipt
    - bare: no authentication and no row filter, and in W4 what is usual
    """

    EQUAL = "equal"
    USUAL = "usual"
    BARE = "bare"


@dataclass(frozen=True)
class Recipe:
    """How a server is started, and how it is asked in each way.

    `is_node` where it needs Node and its packages, `is_ours` where there is one way only.
    """

    label: str
    command: tuple[str, ...]
    dialect: Dialect
    settings: Mapping[str, str]
    is_node: bool = False
    is_ours: bool = False
    other_dialects: Mapping[Way, Dialect] = field(default_factory=dict[Way, Dialect])


def _ours(label: str, **settings: str) -> Recipe:
    environment = {"RESELLER_LOG_LEVEL": "WARNING", "RESELLER_POOL_SIZE": POOL_SIZE, "RESELLER_DEMO": "true"}
    return Recipe(label, (sys.executable, "-m", "server", "serve"), OURS, environment | settings, is_ours=True)


def _in_python(label: str, factory: str, dialect: Dialect) -> Recipe:
    command = (sys.executable, "-m", "benchmarks.python_peer", factory)
    return Recipe(label, command, dialect, {"RESELLER_POOL_SIZE": POOL_SIZE, "RESELLER_LOG_LEVEL": "WARNING"})


def _in_node(label: str, file: str, dialect: Dialect, other_dialects: Mapping[Way, Dialect] | None = None) -> Recipe:
    command = ("node", str(PEERS / "processes.js"), file)
    settings = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    return Recipe(label, command, dialect, settings, is_node=True, other_dialects=other_dialects or {})


RECIPES: Final = {
    "ours": _ours("ours"),
    "off": _ours("ours, engine off", RESELLER_ENGINE="false"),
    "limit": _in_python("limit", "benchmarks.limit.server:Server", OURS),
    "mercurius": _in_node("Mercurius + jit", "mercurius.js", WITH_NODES),
    "postgraphile": _in_node(
        "PostGraphile",
        "postgraphile.js",
        POSTGRAPHILE,
        {Way.USUAL: USUAL_POSTGRAPHILE, Way.BARE: BARE_POSTGRAPHILE},
    ),
    "apollo": _in_node("Apollo Server + DataLoader", "apollo.js", WITH_NODES),
    "plain": _in_python("Strawberry + Tortoise", "benchmarks.plain.app:create_app", PLAIN),
}
