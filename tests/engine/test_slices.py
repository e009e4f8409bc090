"""Is a large answer put together in slices, one of all at a time, and does it create only the errors that it reports?"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest
from graphql import GraphQLList, GraphQLString, build_schema, parse
from graphql.execution.values import VariableValues

from server.engine.planning.statements import Placeholder, Statement
from server.engine.reading.selections import Root, Selections
from server.engine.running import null_propagation, results, time_slices
from server.engine.running.null_propagation import MAX_ERRORS
from server.engine.running.results import Result, assemble
from server.engine.running.time_slices import SECONDS_A_SLICE, TimeSlices

SCHEMA = build_schema("""
    type Query { rows: [Row!], mayRows: [Row]!, words: [String] }
    type Row { may: String, must: String!, inner: Row, needed: Row! }
""")
QUERY = (
    """{ rows { may must inner { must } needed { must } } mayRows { may must inner { must } needed { must } } words }"""
)


class Hand:
    """The hand of the clock by which slices are measured. A test moves it, and no time passes."""

    def __init__(self) -> None:
        self.at = 0.0
        self.moves_when_read = 0.0

    def move(self, seconds: float) -> None:
        self.at += seconds

    def read(self) -> float:
        self.at += self.moves_when_read
        return self.at


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    hand = Hand()
    for module in (time_slices, results, null_propagation):
        monkeypatch.setattr(module, "clock", hand.read)
    return hand


async def put_together(raw: str, compute: Callable[[Any], Any] = str, turns: TimeSlices | None = None) -> Result:
    """The answer whose placeholders (`<0|...>`) `compute` fills out of their payload; `<!0>` is refused, `<?0>` absent."""
    selections = Selections(SCHEMA, {}, VariableValues({}, {}))
    type_: Any = SCHEMA.query_type
    operation: Any = parse(QUERY).definitions[0]
    root = Root(type_, selections.within(type_, [operation.selection_set]), lambda run: {})
    placeholder = Placeholder(lambda run, values: compute(values), GraphQLString, (), type_)
    words = Placeholder(lambda run, values: compute(values), GraphQLList(GraphQLString), (), type_)
    statement = Statement("", (), (placeholder, words), (lambda run: PermissionError("not yours"),))
    marked = raw.replace("<", "\x01").replace("|", "\x02").replace(">", "\x03")
    return await assemble(marked.encode(), statement, None, selections, root, turns or TimeSlices())


def paths_and_messages(result: Result) -> list[tuple[Any, str]]:
    return [(error.path, error.message) for error in result.errors]


async def test_a_value_is_computed_once_for_all_places_with_the_same_facts() -> None:
    computed: list[Any] = []

    def compute(values: Any) -> str:
        computed.append(values)
        return "x"

    rows = ",".join(f'{{"may":<0|[{number % 3}]>}}' for number in range(1_000))
    result = await put_together(f'{{"rows":[{rows}]}}', compute)

    assert orjson.loads(result.data) == {"rows": [{"may": "x"}] * 1_000}
    assert computed == [[0], [1], [2]]


async def test_others_have_their_turn_while_a_large_answer_is_put_together(hand: Hand) -> None:
    def compute(values: Any) -> str:
        hand.move(SECONDS_A_SLICE / 2)
        return str(values)

    turns = await _count_turns(put_together(_rows(60), compute))

    assert turns >= 60 / 3  # two values fill a slice, and a third one may have begun


async def test_however_many_large_answers_there_are_others_wait_for_one_slice_at_a_time(hand: Hand) -> None:
    turns, round_of = TimeSlices(), [0]
    slices = set[tuple[int, int]]()

    async def count_rounds() -> None:
        while True:
            round_of[0] += 1
            await asyncio.sleep(0)

    def compute_for(answer: int) -> Callable[[Any], str]:
        def compute(values: Any) -> str:
            slices.add((round_of[0], answer))
            hand.move(SECONDS_A_SLICE / 2)
            return str(values)

        return compute

    counting = asyncio.create_task(count_rounds())
    await asyncio.gather(*(put_together(_rows(20), compute_for(answer), turns) for answer in range(10)))
    counting.cancel()

    first = min(round for round, _ in slices)
    later = [round for round, _ in slices if round > first]
    assert len(later) == len(set(later)) > 10


async def test_refusals_do_not_hold_others_up_either(hand: Hand) -> None:
    """A slice has passed whenever the clock is looked at: at each value, and at each place that may become null."""
    number = 1_000
    rows = ",".join(['{"may":<!0>,"must":<!0>}'] * number)
    hand.moves_when_read = SECONDS_A_SLICE

    turns = await _count_turns(put_together(f'{{"mayRows":[{rows}]}}'))

    assert turns > 3 * number


def _rows(number: int) -> str:
    return '{"rows":[' + ",".join(f'{{"may":<0|[{place}]>}}' for place in range(number)) + "]}"


async def _count_turns(answer: Awaitable[Any]) -> int:
    """How often others have their turn while an answer is put together."""
    turns = list[None]()

    async def take_turns() -> None:
        while True:
            turns.append(None)
            await asyncio.sleep(0)

    taking = asyncio.create_task(take_turns())
    await answer
    taking.cancel()
    return len(turns)


# What failed


async def test_no_more_errors_are_created_than_an_answer_reports() -> None:
    rows = ",".join('{"may":<!0>}' for _ in range(1_000))

    result = await put_together(f'{{"rows":[{rows}]}}')

    assert orjson.loads(result.data) == {"rows": [{"may": None}] * 1_000}
    assert paths_and_messages(result) == [(["rows", place, "may"], "not yours") for place in range(MAX_ERRORS)]


MUST = "Cannot return null for non-nullable field Row.must."
FAILED = [
    ('{"rows":[{"may":<!0>,"must":"a"}]}', {"rows": [{"may": None, "must": "a"}]}, [("rows", 0, "may")]),
    ('{"rows":[{"must":"a"},{"must":<?0>},{"must":<?0>}]}', {"rows": None}, [("rows", 1, "must")]),
    (
        '{"mayRows":[{"must":"a"},{"must":<?0>},null,{"may":<!0>,"must":<?0>}]}',
        {"mayRows": [{"must": "a"}, None, None, None]},
        [("mayRows", 1, "must"), ("mayRows", 3, "may"), ("mayRows", 3, "must")],
    ),
    ('{"mayRows":[<?0>,{"must":"a"}]}', {"mayRows": [None, {"must": "a"}]}, [("mayRows", 0)]),
    (
        '{"mayRows":[{"inner":{"must":<?0>},"may":"a"}],"words":["b"]}',
        {"mayRows": [{"inner": None, "may": "a"}], "words": ["b"]},
        [("mayRows", 0, "inner", "must")],
    ),
    (
        '{"mayRows":[{"needed":{"must":<?0>},"may":<!0>},{"may":"},{"}]}',
        {"mayRows": [None, {"may": "},{"}]},
        [("mayRows", 0, "needed", "must"), ("mayRows", 0, "may")],
    ),
    ('{"mayRows":<?0>}', None, [("mayRows",)]),
]


@pytest.mark.parametrize(("raw", "data", "paths"), FAILED)
async def test_a_failed_field_is_null_up_to_the_nearest_field_that_may_be(
    raw: str, data: Any, paths: list[Any]
) -> None:
    result = await put_together(raw)

    assert orjson.loads(result.data) == data
    assert [tuple(error.path or ()) for error in result.errors] == paths


@pytest.mark.parametrize("text", ['"', "\\", '\\"', '":{', '",{', "[{", "}],", "\\u0001", "ä\n\t", '{"may":'])
async def test_the_fields_around_a_failure_are_as_they_were(text: str) -> None:
    beside = {"may": text, "needed": {"must": text}}
    written = orjson.dumps(beside).decode()

    result = await put_together(f'{{"mayRows":[{written},{{"must":<?0>}},{written}]}}')

    assert orjson.loads(result.data) == {"mayRows": [beside, None, beside]}


async def test_an_error_within_a_list_of_values_is_at_its_place() -> None:
    result = await put_together('{"words":<1|["a, b", "c", {}, "d", {}]>}', lambda values: values)

    assert orjson.loads(result.data) == {"words": ["a, b", "c", None, "d", None]}
    assert [error.path for error in result.errors] == [["words", 2], ["words", 4]]
