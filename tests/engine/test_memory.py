"""Does the memory stay flat, however many documents and values are asked?

The memory of the process is looked at in `make test-long`, which asks enough to tell growth from noise. `make test`
looks at how much the caches say that they hold.
"""

import gc
import os
from pathlib import Path
from typing import Any

import pytest

from server.engine.engine import MAX_OPERATION_BYTES, MAX_OPERATIONS
from server.schema import documents, query_cost
from tests.engine.both import Both
from tests.engine.test_bounds import large_document
from tests.long import LONG, amount

pytestmark = pytest.mark.postgres

DOCUMENTS = 50_000
WARMING = 700
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident() -> float:
    """MiB of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / 2**20


async def ask_another(both: Both, number: int) -> None:
    found, _ = await both.by_engine(f"{{ catalogue(first: 1) {{ a{number}: totalCount }} }}", {}, "pL")
    assert found is not None
    assert found.data.endswith(b"}}")


@pytest.mark.long
async def test_many_different_documents_leave_the_memory_flat(both: Both) -> None:
    for number in range(WARMING):
        await ask_another(both, number)
    before = resident()
    for number in range(WARMING, DOCUMENTS):
        await ask_another(both, number)
    growth = resident() - before

    print(f"{growth:.1f} MiB more after {DOCUMENTS:,} documents")  # noqa: T201 - shown with -s
    assert len(both.engine._operations) <= MAX_OPERATIONS
    assert growth < 60


@pytest.mark.long
async def test_one_document_with_many_values_leaves_the_memory_flat(both: Both) -> None:
    document = "query($search: String!) { catalogue(first: 1, filter: {search: $search}) { totalCount } }"
    growths = list[float]()

    for _ in range(2):
        before = resident()
        for number in range(600):
            await both.by_engine(document, {"search": f"{number} {'x' * 9_000}"}, "pL")
        growths.append(resident() - before)

    assert growths[1] < 5, growths


def hostile(number: int) -> tuple[str, dict[str, Any]]:
    """Another document each time, in turn of many tokens, much text, many variables, and one with many plans."""
    shapes = [
        "{ catalogue(first: 1) { totalCount "
        + " ".join(f"...F{n}" for n in range(90))
        + " } } "
        + " ".join(
            f"fragment F{n} on CatalogueItemConnection {{ pageInfo {{ endCursor }} totalCount }}" for n in range(90)
        ),
        "{ catalogue(first: 1) { totalCount } } # " + "x" * 90_000,
        "query(" + " ".join(f"$v{n}: Int" for n in range(60)) + ") { catalogue(first: 1) { totalCount } }",
        large_document(300),
        "{ nodes(ids: [" + '"x" ' * 1_900 + "]) { id } }",
    ]
    return f"{shapes[number % len(shapes)]} # {number}", {f"v{n}": number * n for n in range(60)}


@pytest.mark.scaled
async def test_hostile_documents_hold_no_more_memory_than_they_may(both: Both) -> None:
    before = resident()

    for number in range(amount(25, long=5_000)):
        text, variables = hostile(number)
        await both.by_engine(text, variables, "pL")
        if number == 1_000:
            before = resident()
    growth = resident() - before

    operations = both.engine._operations
    print(f"{growth:.1f} MiB more; {operations.size:,} bytes of {len(operations)} operations")  # noqa: T201 - shown with -s
    assert 0 < operations.size <= MAX_OPERATION_BYTES
    assert 0 < documents._documents.size <= documents.MAX_BYTES
    assert 0 < query_cost._cached_costs.size <= 4 * 2**20
    assert not LONG or growth < 40


@pytest.mark.long
async def test_long_values_do_not_fill_the_memory(both: Both) -> None:
    """Anybody may ask this. 500 documents would hold 40 times as much."""
    before = resident()
    for place in range(12):
        document = f"query($s: String!) {{ catalogue(first: 1, filter: {{search: $s}}) {{ a{place}: totalCount }} }}"
        for number in range(128):
            await both.by_engine(document, {"s": f"{number} {'x' * 9_900}"}, "AN")

    assert resident() - before < 40


@pytest.mark.long
async def test_large_documents_do_not_fill_the_memory(both: Both) -> None:
    """500 would hold 20 times as much; on SQLite most of it are prepared statements."""
    before = resident()
    for place in range(25):
        document = large_document(480).replace("totalCount", f"a{place}: totalCount", 1)
        await both.by_engine(document, {}, "pL")

    assert resident() - before < 25
