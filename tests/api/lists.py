"""All lists of the API, and how each of them grows by a row."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.rows import (
    _access,
    _act,
    _act_of_the_clock,
    _assignment,
    _change_request,
    _closed_action,
    _create_closed_grant,
    _customer,
    _customer_invitation,
    _export,
    _invitation,
    _item,
    _member,
    _own_grant,
    _own_organisation,
    _own_team,
    _partner,
    _partner_in_force,
    _past_partnership,
    _product,
    _receipt,
    _team,
    _team_grant,
    _team_member,
    _token,
)
from tests.clients import Clients
from tests.world import (
    World,
)

PAGE = "edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@dataclass(frozen=True)
class List:
    """A list that can grow: the object it belongs to, its field there, who asks, and how it grows."""

    at: str | None
    field: str
    asker: str
    add: Callable[[World, int], Awaitable[Any]]
    order: str = ""

    @property
    def type(self) -> str:
        of = {None: "Query", "viewer": "Viewer", "limited": "Partnership", "cE": "Membership", "team": "Team"}
        return of.get(self.at, "Organisation")

    def query(self, world: World, pages: list[str], selection: str = PAGE) -> str:
        """Asks for as many pages at once as there are arguments."""
        fields = " ".join(self._field(arguments, f"p{place}", selection) for place, arguments in enumerate(pages))
        if self.at is None:
            return f"{{ {fields} }}"
        if self.at == "viewer":
            return f"{{ object: viewer {{ {fields} }} }}"
        return f'{{ object: node(id: "{world.id(self.at)}") {{ ... on {self.type} {{ {fields} }} }} }}'

    def _field(self, arguments: str, alias: str, selection: str) -> str:
        given = ", ".join(part for part in (arguments, self.order) if part)
        return f"{alias}: {self.field}{f'({given})' if given else ''} {{ {selection} }}"

    async def ask(self, world: World, clients: Clients, arguments: str = "", selection: str = PAGE) -> Any:
        """One page."""
        (page,) = await self.ask_all(world, clients, [arguments], selection)
        return page

    async def turn_to(self, world: World, clients: Clients, amount: str, side: str, cursor: str | None) -> Any:
        """The page next to a cursor, or the outermost one; the document is the same for every page."""
        query = f"query($cursor: String) {self.query(world, [f'{amount}, {side}: $cursor'])}"
        data = (await clients.ask(query, {"cursor": cursor}, as_=world.people[self.asker])).data
        return data["p0"] if self.at is None else data["object"]["p0"]

    async def ask_all(self, world: World, clients: Clients, pages: list[str], selection: str = PAGE) -> list[Any]:
        """Many pages, as many in one operation as a document may name."""
        at_once, found = (10 if self.at is None else 25), list[Any]()
        for start in range(0, len(pages), at_once):
            query = self.query(world, pages[start : start + at_once], selection)
            data = (await clients.ask(query, as_=world.people[self.asker])).data
            found.extend((data if self.at is None else data["object"]).values())
        return found

    async def refuse(self, world: World, clients: Clients, arguments: str) -> tuple[str, list[str]]:
        """The code of the one error, and the argument it names."""
        (error,) = (await clients.ask(self.query(world, [arguments]), as_=world.people[self.asker])).errors
        return error["extensions"]["code"], error["extensions"].get("field")


LISTS = {
    "viewer.organisations": List("viewer", "organisations", "cL", _own_organisation),
    "viewer.memberships": List("viewer", "memberships", "cL", _own_organisation),
    "viewer.supportAccessGrants": List("viewer", "supportAccessGrants", "cE", _create_closed_grant),
    "members": List("alpina", "members", "cL", _member),
    "memberInvitations": List("alpina", "memberInvitations", "cL", _invitation),
    "teams": List("alpina", "teams", "cL", _team),
    "ownProductGrants": List("alpina", "ownProductGrants", "cL", _own_grant),
    "teams of a member": List("cE", "teams", "cL", _own_team),
    "productGrants of a member": List("cE", "productGrants", "cL", _own_grant),
    "members of a team": List("team", "members", "cL", _team_member),
    "productGrants of a team": List("team", "productGrants", "cL", _team_grant),
    "products": List("alpina", "products", "cL", _product),
    "partnerships": List("alpina", "partnerships", "cL", _past_partnership),
    "customerPartnerships": List("nova", "customerPartnerships", "pL", _past_partnership),
    "managedCustomers": List("nova", "managedCustomers", "pL", _customer),
    "pendingActions": List("borea", "pendingActions", "bL", _closed_action),
    "requestedActions": List("nova", "requestedActions", "pL", _closed_action),
    "apiTokens": List("nova", "apiTokens", "pL", _token),
    "productAccesses": List("limited", "productAccesses", "pL", _access),
    "accessChangeRequests": List("limited", "accessChangeRequests", "pL", _change_request),
    "customerInvitations": List("nova", "customerInvitations", "pL", _customer_invitation),
    "assignments": List("limited", "assignments", "pL", _assignment),
    "auditLog": List("nova", "auditLog", "pL", _act),
    "partnerActivity": List("alpina", "partnerActivity", "cL", _act),
    "programmeActivity": List("alpina", "programmeActivity", "cL", _act_of_the_clock),
    "accessReview": List("alpina", "accessReview", "cL", _partner_in_force),
    "exports": List("nova", "exports", "pL", _export),
    "receipts": List("limited", "receipts", "pL", _receipt),
    "catalogue": List(None, "catalogue", "pU", _item),
    "partners": List(None, "partners", "pU", _partner),
}
every_list = pytest.mark.parametrize("name", LISTS)


async def _grow(world: World, listed: List, rows: int = 5) -> None:
    for number in range(rows):
        await listed.add(world, number)
