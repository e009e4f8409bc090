"""Does a mutation take the id of a stranger's row, anywhere in its input?

Every id that an input has room for, in lists and objects too, is replaced by that of a row of another world
(tests/permissions/tenants.py), by one that nobody has, and by one of another type. The answer names the field,
and no table changes. Both paths are asked on SQLite, only the engine's on PostgreSQL.
"""

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull
from tortoise.models import Model

from server.models.base import new_id
from server.resolvers import ids
from tests.api.refusals import malformed_id, not_found
from tests.clients import Answer, Clients
from tests.permissions.inputs import STAFF, Input, Path, prepare, ways
from tests.permissions.tenants import OWN, PUBLIC, STRANGER, Tenants
from tests.permissions.walks import SCHEMA
from tests.rows import Person
from tests.snapshots import contents
from tests.world import World

pytestmark = pytest.mark.postgres

MUTATIONS: dict[str, Any] = dict(SCHEMA.mutation_type.fields)

FOR_STRANGERS = {("invitePartner", ("partnerId",)), ("requestCustomer", ("customerId",))}
"""Where a partner without any partnership is just what is asked for."""

OF_MANY = {"changeProductAccesses", "revokeProductAccesses"}
"""Each object is refused on its own, in the answer."""

PAYLOAD_OF_MANY = "results { productAccess { id } userErrors { code field } } userErrors { code }"


def places(type_: Any, at: Path = ()) -> Iterator[Path]:
    """Where an input has room for an id; `*` is each place in a list."""
    if isinstance(type_, GraphQLNonNull):
        yield from places(type_.of_type, at)
    elif isinstance(type_, GraphQLList):
        yield from places(type_.of_type, (*at, "*"))
    elif isinstance(type_, GraphQLInputObjectType):
        for name, member in type_.fields.items():
            yield from places(member.type, (*at, name))
    elif type_.name == "ID":
        yield at


def put(input: Any, at: Path, id: str) -> tuple[Any, str, Path]:
    """The input with another id in the last place that `at` names; the id that was there; and the place."""
    whole, steps = deepcopy(input), list[str]()
    inner, parts = whole, list(at)
    for number, part in enumerate(parts):
        step: Any = len(inner) - 1 if part == "*" else part
        steps.append(str(step))
        if number == len(parts) - 1:
            before, inner[step] = inner[step], id
            return whole, before, tuple(steps)
        inner = inner[step]
    raise AssertionError(at)


CASES = [(name, at) for name, field in MUTATIONS.items() for at in places(field.args["input"].type)]


@pytest.mark.parametrize(("mutation", "at"), CASES, ids=[f"{name}-{'.'.join(at)}" for name, at in CASES])
async def test_a_strangers_id_is_that_of_nothing(tenants: Tenants, asking: Clients, mutation: str, at: Path) -> None:
    world = tenants.worlds[OWN]
    who, input, model = asked_with(world, mutation, at)
    unknown = f"{ids.PREFIXES[model]}_{new_id().hex}"
    other_type = next(prefix for prefix in ids.PREFIXES.values() if not unknown.startswith(prefix))
    public, hidden = strangers(tenants, model)
    before = await contents()

    async def answer(id: str) -> tuple[Answer, Path]:
        changed, _, place = put(input, at, id)
        payload = PAYLOAD_OF_MANY if mutation in OF_MANY else "userErrors { code message field }"
        return await asking.change(mutation, changed, payload, as_=who), ("input", *place)

    for id in (unknown,) if mutation in STAFF else (*hidden, unknown):
        told, place = await answer(id)
        if mutation in OF_MANY:
            assert told.data[mutation]["results"] == missing_among_many(place), id
        else:
            assert extensions(told) == not_found(*place), id
    for id in (f"{other_type}_{new_id().hex}", unknown.upper(), unknown[:-1], ""):
        told, place = await answer(id)
        assert extensions(told) == malformed_id(*place), id
    for id in public if (mutation, at) not in FOR_STRANGERS and mutation not in STAFF else ():
        told, place = await answer(id)
        assert is_refused(told, mutation, place), (id, told.json)

    assert await contents() == before
    await prepare(world, mutation, input)
    accepted = await asking.change(mutation, input, as_=who)
    assert accepted.data[mutation]["userErrors"] == [], "nothing but the id was wrong"


def missing_among_many(place: Path) -> list[Any]:
    """The error for the only one of many that does not exist for the viewer."""
    upto = place.index("0") + 1
    return [{"productAccess": None, "userErrors": [{"code": "NOT_FOUND", "field": [*place[:upto]]}]}]


def asked_with(world: World, mutation: str, at: Path) -> tuple[Person | None, Input, type[Model]]:
    """Who asks, with an id at this place, and of which model it is."""
    for who, input in ways(world, mutation):
        with suppress(KeyError, IndexError, TypeError):
            return who, input, ids.decode_any(put(input, at, "")[1])[0]
    raise AssertionError(
        f"what stands in {'.'.join(at)} of {mutation}? Add a way to ask with it to BESIDES of tests/permissions/inputs.py"
    )


def strangers(tenants: Tenants, model: type[Model]) -> tuple[list[str], list[str]]:
    """The ids of a stranger's rows: those that everybody sees, partners, and the others."""
    rows = tenants.of(model, STRANGER)
    public = [row for row in rows if tenants.marks[row.pk.hex].row in PUBLIC.split()]
    assert len(rows) > len(public), f"the world has no {model.__name__}: add one to tests/world.py"
    return [ids.encode(row) for row in public], [ids.encode(row) for row in rows if row not in public]


def extensions(answer: Answer) -> dict[str, Any]:
    """The extensions of the one error, but for the request's own id."""
    assert answer.json.get("data") is None, answer.json
    (error,) = answer.errors
    return {name: value for name, value in error["extensions"].items() if name != "requestId"}


def is_refused(answer: Answer, mutation: str, place: Path) -> bool:
    """Whether a visible stranger is refused: a right is missing there, or the field is named in userErrors."""
    if answer.errors:
        return answer.code == "FORBIDDEN"
    return place in [tuple(error["field"]) for error in answer.data[mutation]["userErrors"]]
