"""Do the records in docs/decisions/ have their form, name every package, and say the limits that the code has?"""

import re
import tomllib
from itertools import chain
from pathlib import Path

from server.app import answers, fast_path
from server.authentication import viewer_cache
from server.engine import engine
from server.engine.running import connections
from server.models import postgres_pool
from server.schema import documents, introspection, query_cost

ROOT = Path(__file__).parents[2]
RECORDS = {file.name: file.read_text("utf-8") for file in sorted((ROOT / "docs" / "decisions").glob("*.md"))}
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives"]
MEBIBYTE = 2**20

GIVEN = {
    "aiosqlite",
    "asyncpg",
    "starlette",
    "strawberry-graphql",
    "tortoise-orm",
    "uvicorn",
    "pytest",
    "pytest-asyncio",
}
"""The packages with which the project began. Decision 9 names those beyond them."""


def test_a_number_is_that_of_one_record():
    numbers = [name.partition("-")[0] for name in RECORDS]

    assert sorted(numbers) == sorted(set(numbers))


def test_a_record_has_its_four_headings_and_at_most_60_lines():
    headings = {name: re.findall(r"^## (.+)$", text, re.MULTILINE) for name, text in RECORDS.items()}

    assert {name: found for name, found in headings.items() if found != HEADINGS} == {}
    assert [name for name, text in RECORDS.items() if len(text.splitlines()) > 60] == []


def test_every_package_has_a_decision():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = chain(project["project"]["dependencies"], *project["dependency-groups"].values())
    packages = {re.split(r"[^\w-]", package)[0] for package in asked}
    text = "\n".join(RECORDS.values()).lower()

    assert {package for package in packages if not re.search(rf"\b{package}\b", text)} <= GIVEN
    assert packages >= GIVEN


def test_the_limits_of_the_caches_are_those_of_the_code():
    (table,) = (
        dict(re.findall(r"^\| ([a-z`][^|]+) \| (\d[^|]+) \|$", text, re.MULTILINE))
        for name, text in RECORDS.items()
        if name.startswith("0029")
    )

    assert table == {
        "documents, with their mistakes": sizes(documents.MAX_DOCUMENTS, documents.MAX_BYTES),
        "operations, with plans, statements, readings": (
            f"{sizes(engine.MAX_OPERATIONS, engine.MAX_OPERATION_BYTES)} together"
        ),
        "descriptions of the schema": sizes(introspection.MAX_ANSWERS, introspection.MAX_ANSWER_BYTES),
        "query costs": sizes(query_cost._MAX_CACHED, query_cost._MAX_CACHED_BYTES),
        "prepared statements of a connection": (
            f"{postgres_pool.STATEMENTS_A_CONNECTION}; {postgres_pool.CHARACTERS_A_CONNECTION:,} characters "
            "(13 MB in SQLite)"
        ),
        "slow statements of SQLite": f"{connections._MAX_SLOW:,}; {postgres_pool.CHARACTERS_A_CONNECTION:,} characters",
        "policies by kind of viewer": str(engine.MAX_VIEWER_KEYS),
        "`Accept`, `Accept-Language`": f"256 each, of at most {answers.LONGEST_ACCEPT:,} characters",
        "viewers": f"{viewer_cache._MAX_VIEWERS:,} credentials that were valid",
    }
    assert fast_path._negotiate.cache_info().maxsize == 256


def sizes(entries: int, size: int) -> str:
    return f"{entries}; {size // MEBIBYTE} MiB"
