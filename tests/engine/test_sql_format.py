"""Is a statement on several lines the same statement?"""

from typing import Any

import pytest

from server.engine.explain import explain_operation
from server.engine.running import connections
from server.engine.sql_format import WIDTH, format_sql
from tests.engine.both import Both
from tests.world import World

QUERIES = {
    "a row of another": "query($id: ID!) { product(id: $id) { serviceName organisation { name } } }",
    "pages and counts": """
        query($id: ID!) {
            product(id: $id) { viewerRights organisation { name products(first: 2) { totalCount nodes { id } } } }
        }
    """,
}
BROKEN = """
SELECT '{"name":' || coalesce(
    (
        SELECT nullif(json_quote("t1"."name"), 'null')
        FROM "author" AS "t1"
        LEFT JOIN "book" AS "t2" ON "t2"."author_id"="t1"."id"
        WHERE "t1"."id"=?1
            AND "t2"."pages" BETWEEN -1 AND 100
            AND ("t1"."name"='a  long name, with (parentheses AND words' OR "t1"."is_public"=TRUE)
    ),
    'null'
) || '}'
""".strip()


def test_a_short_statement_stays_on_one_line():
    assert format_sql("SELECT  count(*)\nFROM book") == "SELECT count(*) FROM book"


def test_a_statement_is_broken_at_clauses_operators_and_parentheses():
    assert (
        format_sql(BROKEN)
        == """
SELECT '{"name":'
    || coalesce(
        (
            SELECT nullif(json_quote("t1"."name"), 'null')
            FROM "author" AS "t1"
            LEFT JOIN "book" AS "t2" ON "t2"."author_id"="t1"."id"
            WHERE "t1"."id"=?1
                AND "t2"."pages" BETWEEN -1 AND 100
                AND (
                    "t1"."name"='a  long name, with (parentheses AND words' OR "t1"."is_public"=TRUE
                )
        ),
        'null'
    )
    || '}'
""".strip()
    )


def test_a_case_is_broken_before_each_of_its_branches():
    branches = " ".join(f"WHEN {'x' * 20}={number} THEN {'y' * 20}" for number in range(3))

    lines = format_sql(f"SELECT CASE {branches} ELSE z END FROM book").split("\n")

    assert lines == [
        "SELECT CASE",
        *(f"    WHEN {'x' * 20}={number} THEN {'y' * 20}" for number in range(3)),
        "    ELSE z",
        "END",
        "FROM book",
    ]


@pytest.mark.parametrize("query", QUERIES)
async def test_a_formatted_statement_gives_the_answer_of_the_one_that_is_run(both: Both, world: World, query: str):
    variables: dict[str, Any] = {"id": world.id("granted")}
    operation = await both.engine.admit(QUERIES[query], None, variables, both.context("pE"))
    prepared = await both.engine.prepare_query(operation, variables, both.context("pE"))
    sql, values = prepared.statement.sql, [read(prepared.run) for read in prepared.statement.readers]

    formatted = format_sql(sql)
    answers = [await connections.read(both.engine.reader, text, values) for text in (sql, formatted)]

    assert answers[0] == answers[1]
    assert max(len(line.strip()) for line in formatted.split("\n")) <= WIDTH
    assert formatted.count("\n") > 20
    explained = await explain_operation(both.engine, QUERIES[query], None, variables, both.context("pE"))
    assert explained.statements == (sql,)
