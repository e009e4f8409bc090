"""Three worlds in one database, and where each thing in an answer comes from.

Every world is the one of tests/world.py. Each of their texts is replaced by a sign of its own,
and each row is known by its id: whatever of them is in an answer names its tenant, its companies, its row and
its column. Nothing connects the tenants; the people of the matrix belong to the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from tortoise.exceptions import BaseORMException
from tortoise.fields import CharField, TextField
from tortoise.models import Model

from server import models
from tests.world import World, build_world

OWN, STRANGER, OTHER_STRANGER = TENANTS = ("a", "b", "c")
PUBLIC = "nova rival third"
"""Approved partners: everybody finds their names, in every world."""
MODELS: list[Any] = [getattr(models, name) for name in sorted(models.__all__)]

OWNED_THROUGH = {models.ApiTokenCustomer: "api_token"}
"""Rows that name two companies and belong to one: through which column they do."""

APPEND_ONLY = {models.AuditEvent, models.Receipt}
"""Rows that a trigger keeps as they were written: only their ids tell them apart."""

_SHORTEST = 8  # a shorter column has no room for a sign
_SIGNS = re.compile(r"‹\w+›|(?<![0-9a-f])[0-9a-f]{32,}")
_SECRET = re.compile(r"digest|password|secret")


@dataclass(frozen=True)
class Mark:
    """Where a sign stands. `row` is the row's name in the world, or the name of its model."""

    tenant: str
    owners: frozenset[str]
    model: str
    row: str
    column: str

    @property
    def is_secret(self) -> bool:
        return _SECRET.search(self.column) is not None


@dataclass
class Tenants:
    """The worlds by their letters, all rows of all, and the signs."""

    worlds: dict[str, World] = field(default_factory=dict[str, World])
    rows: dict[UUID, Any] = field(default_factory=dict[UUID, Any])
    tenant_of: dict[UUID, str] = field(default_factory=dict[UUID, str])
    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])

    def of(self, model: type[Model], tenant: str | None = None) -> list[Any]:
        """The rows of this model; of one tenant, or of all."""
        return [
            row
            for key, row in self.rows.items()
            if isinstance(row, model) and tenant in (None, self.tenant_of.get(key))
        ]

    def found_in(self, text: str) -> set[Mark]:
        """Where the signs in a text come from; cursors are looked into."""
        return set(self._signs(text))

    def _signs(self, text: str) -> Iterator[Mark]:
        for sign in set(_SIGNS.findall(text)):
            for part in (sign, sign[:32]):
                if part in self.marks:
                    yield self.marks[part]
            if len(sign) > 32 and sign[0] != "‹":
                rest = sign[32 : len(sign) - len(sign) % 2]
                yield from self._signs(bytes.fromhex(rest).decode("utf-8", "ignore"))


async def build_tenants() -> Tenants:
    """Store the three worlds, the one of the actors last: their credentials stay as they are."""
    tenants = Tenants()
    known = {row.pk for model in MODELS for row in await model.all()}
    for tenant in reversed(TENANTS):
        world = tenants.worlds[tenant] = await build_world()
        rows = {row.pk: row for model in MODELS for row in await model.all() if row.pk not in known}
        known |= set(rows)
        tenants.rows |= rows
        tenants.tenant_of |= dict.fromkeys(rows, tenant)
        await _mark(tenants, tenant, world, rows)
    for world in tenants.worlds.values():
        # Only the address says whom a request by e-mail is for.
        request = await models.CustomerInvitation.get(id=world.by_email.pk)
        await models.User.filter(id=world.bL.user.pk).update(email=request.email)
        for row in _named_rows(world).values():
            await row.refresh_from_db()
    return tenants


async def _mark(tenants: Tenants, tenant: str, world: World, rows: dict[UUID, Any]) -> None:
    names = {(type(row), row.pk): name for name, row in _named_rows(world).items()}
    companies = {row.pk: names[type(row), row.pk] for row in rows.values() if isinstance(row, models.Organisation)}
    numbers = count()
    for key, row in rows.items():
        owners = frozenset(companies[owner] for owner in _owners(row, rows))
        assert owners, f"whose is a {type(row).__name__}? Say it in OWNED_THROUGH of {__name__}"
        about = (tenant, owners, type(row).__name__, names.get((type(row), key), type(row).__name__).split(".")[0])
        tenants.marks[key.hex] = Mark(*about, "id")
        for column in _texts(type(row)):
            mark = Mark(*about, column)
            if getattr(row, column) is None:
                continue
            if mark.is_secret and tenant == OWN:
                tenants.marks[getattr(row, column)] = mark
                continue
            sign = f"‹{tenant}{next(numbers)}›"
            tenants.marks[sign] = mark
            try:
                await type(row).filter(id=key).update(**{column: sign})
            except BaseORMException as error:
                raise AssertionError(
                    f"{type(row).__name__} is never changed? Say it in APPEND_ONLY of {__name__}"
                ) from error


def _named_rows(world: World) -> dict[str, Any]:
    """The rows that have names; a person's name is their user's and their membership's."""
    users = {name: person.user for name, person in world.people.items()}
    return users | {f"{name}.membership": person.membership for name, person in world.people.items()} | world.rows


def _texts(model: type[Model]) -> list[str]:
    """The columns that take any text."""
    if model in APPEND_ONLY:
        return []
    return [
        name
        for name, column in model._meta.fields_map.items()
        if isinstance(column, (CharField, TextField))
        and not hasattr(column, "enum_type")
        and (getattr(column, "max_length", None) or _SHORTEST) >= _SHORTEST
    ]


def _owners(row: Any, rows: dict[UUID, Any]) -> set[UUID]:
    """The companies that a row belongs to: those it names, through whatever else it names; people come last."""
    if isinstance(row, models.Organisation):
        return {row.pk}
    if isinstance(row, models.User):
        memberships = [other for other in rows.values() if isinstance(other, models.Membership)]
        return {membership.organisation_id for membership in memberships if membership.user_id == row.pk}
    meta = type(row)._meta
    named = OWNED_THROUGH.get(type(row))
    columns = [named] if named else sorted({*meta.fk_fields, *meta.o2o_fields})
    others = [rows[key] for column in columns if (key := getattr(row, f"{column}_id")) in rows]
    things = [other for other in others if not isinstance(other, models.User)]
    return set[UUID]().union(*(_owners(other, rows) for other in things or others))
