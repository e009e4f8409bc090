"""Is an answer that would be too long refused, wherever it grows, and reported as that?"""

from typing import Any

import pytest

from server.app import answers
from server.engine.dispatch import answer_by_plan
from server.engine.errors import MAX_ANSWER_BYTES, AnswerTooLarge
from server.engine.planning.dialects import DIALECTS
from server.engine.running import connections
from tests.databases import BACKEND
from tests.engine.both import Both
from tests.engine.test_slices import put_together

pytestmark = pytest.mark.postgres

TOO_LARGE = "The answer would have more than 8 MiB. Ask for smaller pages or fewer fields."


def text_of(length: int) -> str:
    """An expression that gives a text of so many letters, an even number."""
    return f"repeat('0', {length})" if BACKEND == "postgres" else f"hex(zeroblob({length // 2}))"


async def read(both: Both, length: int, *, in_a_change: bool = False) -> bytes:
    statement = DIALECTS[BACKEND].whole_statement(text_of(length), {})
    return await connections.read(None if in_a_change else both.engine.reader, statement, [])


@pytest.mark.parametrize("in_a_change", [False, True], ids=["a query", "a change"])
async def test_the_database_gives_no_longer_text_than_an_answer_may_be(both: Both, in_a_change: bool) -> None:
    longest = await read(both, MAX_ANSWER_BYTES - 2, in_a_change=in_a_change)

    assert len(longest) == MAX_ANSWER_BYTES - 2
    with pytest.raises(AnswerTooLarge):
        await read(both, MAX_ANSWER_BYTES + 2, in_a_change=in_a_change)
    assert await read(both, 4) == b"0000"


async def test_an_answer_that_grows_too_long_as_it_is_filled_is_given_up() -> None:
    rows = ",".join(f'{{"may":<0|[{number % 2}]>}}' for number in range(1_000))

    with pytest.raises(AnswerTooLarge):
        await put_together(f'{{"rows":[{rows}]}}', lambda values: "x" * 10_000)


async def test_anyone_who_asks_for_too_long_an_answer_reads_so(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_ANSWER_BYTES", 10)

    found, _ = await answer_by_plan(both.engine, "{ catalogue { totalCount } }", None, {}, both.context("pL"))

    assert found is not None
    assert (found.data, [code_and_message(error) for error in found.errors]) == (
        b"null",
        [("VALIDATION_FAILED", TOO_LARGE)],
    )


def code_and_message(error: Any) -> tuple[str, str]:
    answer = answers.render_error(error, "0" * 32)
    return answer["extensions"]["code"], answer["message"]
