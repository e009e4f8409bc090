"""Is every limit in the tables of docs/api.md where the page says, with the code and the status that it says?

Each row is tried with as much as it allows, and with one more. A row that nobody has a try for fails, as does a number
that has changed on one side only.
"""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from server.app import create_app
from server.app.bounds import MAX_PIPELINED
from server.engine.errors import MAX_ANSWER_BYTES
from server.settings import Settings
from tests.clients import Answer, Clients
from tests.contract.api_page import PAGE, limits, read_number, table
from tests.wire import Line, serve_app
from tests.world import World

BEYOND = re.compile(r"too large|at most|more than|longer than|repeats|only once|too many operations|deeper than")


def is_over(answer: Answer, code: str) -> bool:
    """Whether a limit refuses all of an operation, with this code."""
    over = [error for error in answer.errors if BEYOND.search(error["message"])]
    assert not over or ("data" not in answer.json and answer.codes == [code]), answer.json
    return bool(over)


# Documents


def repeat(what: str, times: int, between: str = " ") -> str:
    return between.join(what.replace("#", str(number)) for number in range(times))


def rows(number: int) -> str:
    """A document that could ask for this many rows: organisations, their products, and a few of the catalogue."""
    pairs, rest = (number - 1) // 101, (number - 1) % 101 + 1
    lists = [size for size in (min(pairs, 99), pairs - min(pairs, 99)) if size]
    products = "nodes { products(first: 100) { nodes { id } } }"
    viewers = [f"v{size}: viewer {{ organisations(first: {size}) {{ {products} }} }}" for size in {*lists}]
    if len(lists) > len(viewers):
        viewers.append(viewers[0].replace("v", "w", 1))
    return f"{{ {' '.join(viewers)} catalogue(first: {rest}) {{ nodes {{ id }} }} }}"


def operations_times_fragments(number: int) -> str:
    fragments = next(divisor for divisor in range(7, 40) if number % divisor == 0)
    return repeat("query Q# { ...F0 }", number // fragments) + repeat(" fragment F# on Query { x }", fragments)


SIGN_IN = 's#: signIn(input: {email: "nobody@x.example", password: "x"}) { userErrors { code } }'
BY_CALLER: dict[str, Callable[[int], str]] = {
    "depth": lambda n: "{ " + "viewer { " * (n - 1) + "x" + " }" * n,
    "aliases": lambda n: "{ viewer { " + repeat("a#: user { id }", n) + " } }",
    "fields": lambda n: "{ viewer { " + repeat("x#", n - 1) + " } }",
    "root fields": lambda n: "{ " + repeat("x#", n) + " }",
    "rows that the lists could return, multiplied through": rows,
    "directives": lambda n: "{ __typename" + " @skip(if: false)" * n + " }",
    "mutations": lambda n: "mutation { " + repeat("m#: signOut(input: {}) { userErrors { code } }", n) + " }",
    "`signIn`, `signUp` or `acceptMemberInvitation`": lambda n: "mutation { " + repeat(SIGN_IN, n) + " }",
}
FOR_EVERYBODY: dict[str, Callable[[int], str]] = {
    "characters": "{ __typename }".ljust,
    "tokens": lambda n: "{ nodes(ids: [" + "1.5 " * (n - 12) + "]) { id } }",
    "input fields written out (use variables)": lambda n: "{ catalogue(filter: {" + repeat("a#: 1", n) + "}) { x } }",
    "digits of a number": lambda n: "{ catalogue(first: " + "9" * n + ") { totalCount } }",
    "fields that repeat another": lambda n: "{ viewer { " + "x " * (n + 1) + "} }",
    "operations, multiplied by fragments": operations_times_fragments,
}


async def ask(clients: Clients, query: str, as_: str | None, variables: dict[str, Any] | None = None) -> Answer:
    """Run the document, or the first of its operations."""
    name = "Q0" if "query Q0" in query else None
    headers = {} if as_ is None else {"Authorization": f"Bearer {as_}"}
    sent = {"query": query, "operationName": name, "variables": variables or {}}
    return Answer(await clients.http.post("/graphql", json=sent, headers=headers))


@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize("what", [cells[0] for cells in table("### Documents")])
async def test_a_document_may_be_as_large_as_the_page_says_and_no_larger(
    world: World, engine_clients: Clients, what: str
):
    document = BY_CALLER[what]

    for most, as_ in zip(limits("### Documents")[what], (None, world.tokens["pL"]), strict=True):
        within = await ask(engine_clients, document(most), as_)
        beyond = await ask(engine_clients, document(most + 1), as_)

        assert (is_over(within, "VALIDATION_FAILED"), is_over(beyond, "VALIDATION_FAILED")) == (False, True), most


@pytest.mark.parametrize("what", [cells[0] for cells in table("### Documents", 1)])
async def test_everybody_has_the_same_limits_in_a_document(world: World, engine_clients: Clients, what: str):
    (most,) = limits("### Documents", 1)[what]

    within = await ask(engine_clients, FOR_EVERYBODY[what](most), world.tokens["pL"])
    beyond = await ask(engine_clients, FOR_EVERYBODY[what](most + 1), world.tokens["pL"])

    assert (is_over(within, "VALIDATION_FAILED"), is_over(beyond, "VALIDATION_FAILED")) == (False, True)


def test_an_answer_is_as_large_as_the_page_says():
    assert f"more than {MAX_ANSWER_BYTES // 2**20} MiB" in PAGE


# Variables

NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"


def nest(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def values_in_all(number: int) -> Any:
    """Lists of a hundred texts, and one of the rest; each list counts as well."""
    lists, rest = divmod(number - 2, 101)
    return [["x"] * 100] * lists + [["x"] * rest]


VARIABLES: dict[str, Callable[[int], Any]] = {
    "fields of an object": lambda n: [{f"k{number}": 1 for number in range(n)}],
    "items of a list": lambda n: ["x"] * n,
    "characters of a text": lambda n: ["x" * n],
    "values in all": values_in_all,
    "levels": lambda n: nest(n - 1),
}


@pytest.mark.parametrize("what", [cells[0] for cells in table("### Variables")])
async def test_variables_may_be_as_large_as_the_page_says_and_no_larger(
    world: World, engine_clients: Clients, what: str
):
    (most,) = limits("### Variables")[what]

    within = await ask(engine_clients, NODES, None, {"ids": VARIABLES[what](most)})
    beyond = await ask(engine_clients, NODES, None, {"ids": VARIABLES[what](most + 1)})

    assert (is_over(within, "BAD_USER_INPUT"), is_over(beyond, "BAD_USER_INPUT")) == (False, True)
    assert beyond.errors[0]["extensions"]["field"][0] == "ids"


async def test_values_written_into_a_document_have_the_same_limits(world: World, engine_clients: Clients):
    search = '{ catalogue(filter: {search: "#"}) { totalCount } }'
    create = f'organisationId: "{world.id("alpina")}", name: "x", scopes: [#]'
    create = f"mutation {{ createApiToken(input: {{{create}}}) {{ userErrors {{ code }} }} }}"
    characters, items = (limits("### Variables")[what][0] for what in ("characters of a text", "items of a list"))

    within = [
        await engine_clients.ask(search.replace("#", "x" * characters)),
        await engine_clients.ask(create.replace("#", "PRODUCTS_READ " * items), as_=world.cL),
    ]
    long_text = await engine_clients.ask(search.replace("#", "x" * (characters + 1)))
    long_list = await engine_clients.ask(create.replace("#", "PRODUCTS_READ " * (items + 1)), as_=world.cL)
    no_address = await engine_clients.ask(
        "mutation { " + SIGN_IN.replace("#", "").replace("nobody", "x" * characters) + " }"
    )

    assert [answer.errors for answer in within] == [[], []]
    assert (long_text.code, long_text.errors[0]["extensions"]["field"]) == ("BAD_USER_INPUT", ["filter", "search"])
    assert (long_list.code, long_list.errors[0]["extensions"]["field"]) == ("BAD_USER_INPUT", ["input", "scopes"])
    assert no_address.code == "VALIDATION_FAILED"


# The head and the body of a request


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serve_app(create_app(Settings(_env_file=None, log_level="ERROR", engine=False))) as found:
        yield found


GET, POST = b"GET /%b HTTP/1.1\r\n%b\r\n", b"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n%b\r\n%b"
GOOD = b'{"query":"{__typename}"}'


def chunks(number: int) -> bytes:
    """A body in this many pieces, all of which arrive together."""
    pieces = [b"1\r\n \r\n"] * (number - 1) + [b"%x\r\n%b\r\n" % (len(GOOD), GOOD)]
    return POST % (b"Transfer-Encoding: chunked\r\n", b"".join(pieces) + b"0\r\n\r\n")


REQUESTS: dict[str, Callable[[int], bytes]] = {
    "address": lambda n: GET % (b"x" * (n - 1), b""),
    "parameters in an address": lambda n: GET % (b"graphql?query={__typename}" + b"&a" * (n - 1), b""),
    "headers": lambda n: GET % (b"livez", b"a: x\r\n" * n),
    "a header": lambda n: GET % (b"livez", b"a: " + b"x" * (n - 1) + b"\r\n"),
    "all headers together": lambda n: (
        GET % (b"livez", (b"a: " + b"x" * (n // 8 - 1) + b"\r\n") * 8 + b"b:\r\n" * (n % 8))
    ),
    "body": lambda n: POST % (b"Content-Length: %d\r\n" % n, GOOD.ljust(n)),
    "chunks of a body": chunks,
}
CONNECTIONS = {
    "connections from one address": Settings(_env_file=None).max_connections_per_source,
    "requests that wait on one connection": MAX_PIPELINED,
}
"""Their refusals are tried in tests/security/test_many_connections.py and test_pipelining.py."""


@pytest.mark.parametrize(("what", "limit", "status"), table("### Connections"))
async def test_a_request_may_be_as_large_as_the_page_says_and_no_larger(port: int, what: str, limit: str, status: str):
    most = read_number(limit)
    if what in CONNECTIONS:
        assert most == CONNECTIONS[what]
        return

    async with Line(port) as line:
        await line.say(REQUESTS[what](most))
        within = await line.answer()
    async with Line(port) as line:
        await line.say(REQUESTS[what](most + 1))
        beyond = await line.answer()

    assert within.status in (200, 404)
    assert beyond.refusal[:2] == (int(status), "BAD_USER_INPUT")
