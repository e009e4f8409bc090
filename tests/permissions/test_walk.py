"""Does every level of an answer carry its row policy?

The schema is walked from every root through every relation and list, as everybody of the permission matrix, over three
worlds that nothing connects: to the second row as everybody, and on some ways to the third as some in turn, other ones
in each run. `make test-long` walks to the fourth row as everybody, and on PostgreSQL too. What is in an answer is known by its signs
(tests/permissions/tenants.py): of a stranger there is nothing but the public names of partners, and within the
viewer's own world what the tables below say.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from starlette.applications import Starlette
from tortoise.models import Model

from server.domain.viewer import Viewer
from server.resolvers import ids
from server.settings import Settings
from tests.engine.both import Both, both_ways, render_planned, render_resolved, viewers_of
from tests.long import amount
from tests.permissions.matrix import ACTORS
from tests.permissions.tenants import OWN, PUBLIC, Mark, Tenants
from tests.permissions.walks import SCHEMA, Document, documents, in_turn, walks
from tests.seeds import SEED

pytestmark = [pytest.mark.scaled, *amount([], long=[pytest.mark.postgres])]

DEEPEST = amount(3, long=4)
STRANGERS = amount(3, long=len(ACTORS))
"""How many of the actors ask for each of the strangers' rows by a root that takes one id; by many ids everybody does."""
ALIKE = [line.split() for line in ("AN", "cL cA pL pA qL bL kL", "cE pE pU", "cX", "tC tP tK", "tE", "tR", "tO", "tB")]
"""The actors, those together whom the engine asks the same statement for: to plan one costs far more than to ask it."""
FURTHER = amount(1, long=len(ALIKE))
"""How many of these groups ask each document that goes beyond the second row."""
EVERY = amount(3, long=1)
TURN = SEED % EVERY
"""Of the documents beyond the second row, every third is asked: other ones in each run. `SEED=…` repeats a run."""
COMPARED_EACH = 16

NAME_ALONE = {"id", "name", "name_key"}
"""What an organisation shows to viewers who do not lead it."""

_EMPLOYEE = "alpina limited granted access watched watching borea complete borean pE assignment complete_assignment note complete_note change act pending"
_PARTNER = "own alpina granted watched borea borean corvo corvine delta"

SEEN = {
    "AN": "",
    "cL": "own",
    "cA": "own",
    "cE": "alpina cE support_access",
    "cX": "alpina cX",
    "pL": _PARTNER,
    "pA": _PARTNER,
    "pE": f"{_EMPLOYEE} token_pE",
    "pU": "pU",
    "qL": "own alpina rivals",
    "bL": "own by_email",
    "kL": "own support_access",
    "tC": "own",
    "tP": _PARTNER,
    "tE": f"{_EMPLOYEE} token_pE",
    "tR": _PARTNER,
    "tO": "granted watched borean corvine novan pL token_products pending",
    "tB": "alone borea borean complete complete_assignment complete_note pending",
    "tK": "own",
}
"""The rows of their world that each actor sees something of, apart from PUBLIC, by their names in tests/world.py.

`own` are those that belong to the company the actor leads, perhaps together with another, such as a partnership;
`alone` those that belong to no other. What both sides of a partnership see of each other is in these lines.
"""

_PARTNERS_PEOPLE = "pL pA pE"
_PARTNERS_TOKENS = "token_pL token_pE token_reader token_products"
TOLD = {
    "cL": f"{_PARTNERS_PEOPLE} {_PARTNERS_TOKENS} qL",
    "cA": f"{_PARTNERS_PEOPLE} qL",
    "tC": f"{_PARTNERS_PEOPLE} qL",
    "bL": f"{_PARTNERS_PEOPLE} {_PARTNERS_TOKENS} token_only_borea",
    "tO": "pE",
    "kL": "pL pA token_pL token_reader token_products",
    "tK": "pL pA",
}
"""Whom the review of access, the audit log and pending actions show by name only (D7, D8, E34, E40).

Tokens are shown to the customer's legal representatives in person, who may exclude them.
"""

STAFF = "kL"  # sees who opened what to support, in every organisation (M39), and their name

NAMES = {"id", "first_name", "last_name", "name", "last_four"}

HIDDEN = {
    "cL": "assignment note rivals_note",
    "cA": "assignment note rivals_note",
    "tC": "assignment note rivals_note",
    "bL": "complete_assignment complete_note",
}
"""Of `own`, what is the other side's affair: which of the partner's employees serves the customer, and what the
partner notes of it."""


async def test_nobody_sees_more_than_is_theirs_in_what_a_row_names(
    tenants_settings: Settings, tenants: Tenants, app: Starlette
) -> None:
    own = {id for model in ids.PREFIXES for id in ids_in(tenants, OWN)(model)}
    asked = [
        (document, in_turn(ACTORS, number, STRANGERS) if is_one_of_strangers(document[1], own) else ACTORS)
        for number, document in enumerate(documents(2, ids_in(tenants)))
    ]

    seen = await collect_marks(tenants_settings, tenants, asked)

    for (actor, company), marks in seen.items():
        check(actor, company, marks)
        named = {*SEEN[actor].split(), *TOLD.get(actor, "").split(), *PUBLIC.split()} - {"own", "alone"}
        rows = {mark.row for mark in marks if mark.tenant == OWN}
        assert named <= rows, f"{actor} does not see all that SEEN says"


@pytest.mark.parametrize("depth", range(3, DEEPEST + 1))
async def test_nobody_sees_more_than_is_theirs_further_on(
    tenants_settings: Settings, tenants: Tenants, app: Starlette, depth: int
) -> None:
    shorter = [*documents(depth - 1, ids_in(tenants, OWN))]
    further = [document for document in documents(depth, ids_in(tenants, OWN)) if document not in shorter]
    asked = [
        (document, [actor for group in in_turn(ALIKE, number, FURTHER) for actor in group])
        for number, document in enumerate(further)
        if number % EVERY == TURN
    ]

    seen = await collect_marks(tenants_settings, tenants, asked)

    for (actor, company), marks in seen.items():
        check(actor, company, marks)


async def collect_marks(
    settings: Settings, tenants: Tenants, asked: Iterable[tuple[Document, Sequence[str]]]
) -> dict[tuple[str, str], set[Mark]]:
    """What each actor of each company sees in all that they ask."""
    viewers = await viewers_of(tenants.worlds[OWN])
    seen = {actor: set[Mark]() for actor in ACTORS}
    async with both_ways(viewers, settings) as both:
        for number, ((text, variables), actors) in enumerate(asked):
            for actor in actors:
                seen[actor] |= tenants.found_in(await fetch_answer(both, text, variables, actor, number))
    return {(actor, company_of(viewers[actor], tenants)): marks for actor, marks in seen.items()}


def company_of(viewer: Viewer | None, tenants: Tenants) -> str:
    return tenants.marks[viewer.memberships[0].organisation_id.hex].row if viewer else ""


def is_one_of_strangers(variables: dict[str, Any], own: set[str]) -> bool:
    """Whether a row is asked for by its id, and it is not of the actors' own world."""
    given = variables.get("given")
    return isinstance(given, str) and given not in own


def ids_in(tenants: Tenants, tenant: str | None = None) -> Callable[[type[Model]], list[str]]:
    return lambda model: [ids.encode(row) for row in tenants.of(model, tenant)]


async def fetch_answer(both: Both, text: str, variables: dict[str, Any], actor: str, number: int) -> str:
    """Data and errors of the engine's answer, or of the resolvers' where the engine plans none; some of both."""
    result = (await both.by_engine(text, variables, actor))[0]
    answers = [render_planned(result)] if result else list[tuple[bytes, list[str]]]()
    if not result or (number + ACTORS.index(actor)) % COMPARED_EACH == 0:
        answers.append(render_resolved(await both.by_resolvers(text, variables, actor)))
    assert answers[1:] in ([], answers[:1]), (actor, text, answers)
    return render_answer(actor, text, *answers[0])


def render_answer(actor: str, text: str, body: bytes, errors: list[str]) -> str:
    """All of an answer, whose errors are of the expected sorts."""
    codes = set(re.findall(r"'code': '(\w+)'", str(errors)))
    too_large = {"VALIDATION_FAILED"} if actor == "AN" else set[str]()  # documents from the third row on
    assert codes <= {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "BAD_USER_INPUT", *too_large}, (actor, text, errors)
    return f"{body.decode()}\n{errors}"


def check(actor: str, company: str, marks: set[Mark]) -> None:
    """All marks are of rows that the tables name."""
    for mark in sorted(marks, key=str):
        assert is_allowed(actor, company, mark), (
            f"{actor} sees `{mark.column}` of `{mark.row}` ({mark.model} of {' and '.join(mark.owners)}, world"
            f" {mark.tenant}). If the programme wants that, add `{mark.row}` to the line of {actor} in SEEN. SEED={SEED}"
        )


def is_allowed(actor: str, company: str, mark: Mark) -> bool:
    named = SEEN[actor].split()
    is_led = company in mark.owners if "own" in named else "alone" in named and mark.owners == {company}
    is_own = mark.tenant == OWN and is_led and mark.row not in HIDDEN.get(actor, "").split()
    is_named = mark.tenant == OWN and mark.row in named
    if actor == STAFF and (mark.row == "support_access" or (mark.row == "cE" and mark.column in NAMES)):
        return True
    if mark.tenant == OWN and mark.row in TOLD.get(actor, "").split() and mark.column in NAMES:
        return True
    if mark.model == "Organisation" and not is_own:
        return mark.column in NAME_ALONE and (is_named or mark.row in PUBLIC.split())
    return (is_own or is_named) and not mark.is_secret


def test_each_actor_has_a_line() -> None:
    assert list(SEEN) == ACTORS
    assert sorted(actor for group in ALIKE for actor in group) == sorted(ACTORS)


def test_the_walk_passes_every_relation_and_list() -> None:
    rows = [type_ for name, type_ in SCHEMA.type_map.items() if isinstance(type_, GraphQLObjectType) and name in ROWS]
    passed = "\n".join(below for type_ in rows for below in walks(type_, DEEPEST))

    for type_ in rows:
        for name, field in type_.fields.items():
            assert is_leaf_type(get_named_type(field.type)) or re.search(rf"\b{name}\b[^{{]*{{", passed), (type_, name)


ROWS = {"Viewer", *(model.__name__ for model in ids.PREFIXES)}


def test_a_sign_is_found_in_texts_ids_and_cursors() -> None:
    marks = {sign: Mark("b", frozenset({"nova"}), "Row", sign, "name") for sign in ("‹b1›", "0" * 31 + "1", "a" * 64)}
    tenants = Tenants(marks=marks)

    assert tenants.found_in('{"name": "x ‹b1› y"}') == {marks["‹b1›"]}
    assert tenants.found_in(f"org_{'0' * 31}1") == {marks["0" * 31 + "1"]}
    assert tenants.found_in("f" * 32 + "‹b1›".encode().hex()) == {marks["‹b1›"]}
    assert tenants.found_in(f'"{"a" * 64}"') == {marks["a" * 64]}
    assert tenants.found_in("‹a1› " + "f" * 32) == set()
