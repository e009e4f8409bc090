"""Does the engine stay within its bounds: what it caches, the size of documents, the time to compile?"""

import asyncio
import time
from itertools import pairwise

import pytest

from server.engine.lru_cache import LRUCache
from server.schema.engine_host import new_engine
from tests.engine.both import Both

pytestmark = pytest.mark.postgres

# What is cached


async def test_everything_cached_of_an_operation_counts_towards_its_size(both: Both) -> None:
    document = "query($id: ID!) { organisation(id: $id) { name } }"
    sizes = list[int]()

    for number in range(200):
        await both.by_engine(document, {"id": f"org_{number:032x}"}, "pL")
        sizes.append(both.engine._operations.size)

    grown = [later - earlier for earlier, later in pairwise(sizes)]
    assert min(grown[:60]) > 1_000
    assert sizes[-1] < sizes[0] + 130 * 1_300
    operation = both.engine.operation(document, None)
    assert operation is not None
    parts = operation.plans.size + operation.admissions.size + operation.requests.size
    assert both.engine._operations.size == operation.size + parts


async def test_an_operation_larger_than_the_cache_is_not_kept() -> None:
    cache = LRUCache[str, str](10, 1_000)

    cache.put("small", "a", 100)
    cache.put("large", "b", 501)
    cache.put("growing", "c", 400)
    cache.grow("growing", "c", 200)
    cache.grow("small", "another", 10_000)

    assert [cache.get(name) for name in ("small", "large", "growing")] == ["a", None, None]
    assert cache.size == 100


@pytest.mark.parametrize(("entries", "size"), [(8, 10_000), (100, 1_000)])
def test_a_cache_drops_what_was_not_used_lately_by_number_and_by_size(entries: int, size: int) -> None:
    told = list[int]()
    cache = LRUCache[int, int](entries, size, told.append)

    for number in range(100):
        cache.put(number, number, 90)
        cache.get(0)

    assert cache.get(0) == 0
    assert cache.get(99) == 99
    assert len(cache) <= entries
    assert 0 < cache.size == sum(told) <= size


# Documents that are too large

_SPREAD = " ".join(f"fragment f{n} on Organisation {{ ...f{n + 1} ...f{n + 1} name }}" for n in range(40))
BOMB = f"{{ partners {{ nodes {{ ...f0 }} }} }} {_SPREAD} fragment f40 on Organisation {{ id }}"
NESTED = "{ partners { nodes { " + "products { nodes { organisation { " * 9 + "name" + " } } }" * 9 + " } } }"


@pytest.mark.parametrize(
    "document",
    [
        NESTED,
        BOMB,
        "{ " + " ".join(f"a{n}: viewer {{ user {{ id }} }}" for n in range(40)) + " }",
        "{ partners { nodes { " + "name " * 650 + "} } }",
        "{ partners(first: 100) { nodes { products(first: 100) { nodes { organisation { products(first: 100) { nodes { id } } } } } } } }",
        "query("
        + " ".join(f"$v{n}: Boolean!" for n in range(40))
        + ") { viewer { "
        + " ".join(f"user @include(if: $v{n}) {{ id }}" for n in range(40))
        + " } }",
    ],
    ids=["deep", "fragments in fragments", "aliases", "fields", "rows", "directives"],
)
async def test_a_document_that_is_too_large_is_refused_before_it_is_planned(both: Both, document: str) -> None:
    variables = {f"v{n}": True for n in range(40)} if "$v0" in document else {}
    started = time.process_time()
    found, trace = await both.by_engine(document, variables, "pL")
    seconds = time.process_time() - started

    assert (found, trace.reason) == (None, "the document is refused")
    assert seconds < 0.3
    operation = both.engine.operation(document, None)
    assert operation is None or len(operation.plans) == 0


async def test_of_several_operations_only_one_that_is_named_is_read(both: Both) -> None:
    document = "query A { catalogue(first: 1) { totalCount } } query B { catalogue(first: 2) { totalCount } }"

    found = {name: both.engine.operation(document, name) is not None for name in (None, "A", "B", "C")}

    assert found == {None: False, "A": True, "B": True, "C": False}


async def test_a_document_refused_to_one_visitor_is_measured_again_for_another(both: Both) -> None:
    document = "{ " + " ".join(f"a{n}: catalogue(first: 1) {{ totalCount }}" for n in range(8)) + " }"

    assert (await both.by_engine(document, {}, "AN"))[0] is None
    assert (await both.by_engine(document, {}, "pL"))[0] is not None
    assert (await both.by_engine(document, {}, "AN"))[0] is None


async def test_a_size_in_a_variable_is_measured_each_time(both: Both) -> None:
    document = "query($n: Int!) { partners(first: $n) { nodes { products(first: $n) { nodes { organisation { products(first: $n) { nodes { id } } } } } } } }"

    found = [(await both.by_engine(document, {"n": size}, "pL"))[0] for size in (2, 100, 2, 100)]

    assert [answer is not None for answer in found] == [True, False, True, False]


# Time to compile


def large_document(fields: int) -> str:
    """As many fields as a document may have, in pages, relations and embedded objects."""
    leaves = "id category serviceName customerName internalName period expiresAt autoRenew state isLocked isTrial createdAt updatedAt version viewerRights publicPrice { amount currency }"
    one = f"products(first: 3) {{ totalCount pageInfo {{ endCursor }} nodes {{ {leaves} organisation {{ name country currency }} }} }}"
    parts = max(1, fields // 29)
    return "{ viewer { organisations(first: 2) { nodes { " + " ".join(f"p{n}: {one}" for n in range(parts)) + " } } } }"


async def test_new_plans_are_built_in_turns(both: Both) -> None:
    names = ("a", "b", "c", "d")
    pages = " ".join(f"{name}: catalogue(first: 1) @include(if: ${name}) {{ totalCount }}" for name in names)
    text = f"query({', '.join(f'${name}: Boolean!' for name in names)}) {{ {pages} }}"
    engine, rounds, loop = new_engine(), [0], asyncio.get_running_loop()
    planned_in = list[int]()

    def count_rounds() -> None:
        rounds[0] += 1
        if len(planned_in) < len(names):
            loop.call_soon(count_rounds)

    async def plan(name: str) -> None:
        context, variables = both.context("pL"), {other: other == name for other in names}
        await engine.prepare_query(await engine.admit(text, None, variables, context), variables, context)
        planned_in.append(rounds[0])

    count_rounds()
    await asyncio.gather(*map(plan, names))

    assert len(set(planned_in)) == len(names)


async def test_a_document_of_five_hundred_fields_is_compiled_in_time(both: Both) -> None:
    document = large_document(500)
    await both.by_engine(document, {}, "pL")  # what is imported and remembered once
    engine = new_engine()
    engine.reader = both.engine.reader
    times = list[float]()
    for place in range(5):
        context = both.context("pL")
        text = f"{document} # {place}"
        started = time.process_time()
        operation = await engine.admit(text, None, {}, context)
        admitted = time.process_time()
        prepared = await engine.prepare_query(operation, {}, context)
        times.append(time.process_time() - admitted)
        whole = admitted - started

    planning = min(times) * 1000
    print(  # noqa: T201 - shown with -s
        f"planned in {planning:.1f} ms, parsed, measured and validated in {whole * 1000:.1f} ms; {len(prepared.statement.sql):,} characters"
    )
    assert planning < 60  # 7 to 10 where it was measured; a gauge of seven times that fails for reasons, not for noise
