"""All lists of the API, and how each of them grows by a row."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.rows import (
    add_access,
    add_act,
    add_act_of_the_clock,
    add_assignment,
    add_change_request,
    add_closed_action,
    add_closed_grant,
    add_customer,
    add_customer_invitation,
    add_export,
    add_invitation,
    add_item,
    add_member,
    add_own_grant,
    add_own_organisation,
    add_own_team,
    add_partner,
    add_partner_in_force,
    add_past_partnership,
    add_product,
    add_receipt,
    add_team,
    add_team_grant,
    add_team_member,
    add_token,
)
from tests.clients import Clients
from tests.world import World

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
    "viewer.organisations": List("viewer", "organisations", "cL", add_own_organisation),
    "viewer.memberships": List("viewer", "memberships", "cL", add_own_organisation),
    "viewer.supportAccessGrants": List("viewer", "supportAccessGrants", "cE", add_closed_grant),
    "members": List("alpina", "members", "cL", add_member),
    "memberInvitations": List("alpina", "memberInvitations", "cL", add_invitation),
    "teams": List("alpina", "teams", "cL", add_team),
    "ownProductGrants": List("alpina", "ownProductGrants", "cL", add_own_grant),
    "teams of a member": List("cE", "teams", "cL", add_own_team),
    "productGrants of a member": List("cE", "productGrants", "cL", add_own_grant),
    "members of a team": List("team", "members", "cL", add_team_member),
    "productGrants of a team": List("team", "productGrants", "cL", add_team_grant),
    "products": List("alpina", "products", "cL", add_product),
    "partnerships": List("alpina", "partnerships", "cL", add_past_partnership),
    "customerPartnerships": List("nova", "customerPartnerships", "pL", add_past_partnership),
    "managedCustomers": List("nova", "managedCustomers", "pL", add_customer),
    "pendingActions": List("borea", "pendingActions", "bL", add_closed_action),
    "requestedActions": List("nova", "requestedActions", "pL", add_closed_action),
    "apiTokens": List("nova", "apiTokens", "pL", add_token),
    "productAccesses": List("limited", "productAccesses", "pL", add_access),
    "accessChangeRequests": List("limited", "accessChangeRequests", "pL", add_change_request),
    "customerInvitations": List("nova", "customerInvitations", "pL", add_customer_invitation),
    "assignments": List("limited", "assignments", "pL", add_assignment),
    "auditLog": List("nova", "auditLog", "pL", add_act),
    "partnerActivity": List("alpina", "partnerActivity", "cL", add_act),
    "programmeActivity": List("alpina", "programmeActivity", "cL", add_act_of_the_clock),
    "accessReview": List("alpina", "accessReview", "cL", add_partner_in_force),
    "exports": List("nova", "exports", "pL", add_export),
    "receipts": List("limited", "receipts", "pL", add_receipt),
    "catalogue": List(None, "catalogue", "pU", add_item),
    "partners": List(None, "partners", "pU", add_partner),
}
every_list = pytest.mark.parametrize("name", LISTS)


async def grow(world: World, listed: List, rows: int = 5) -> None:
    for number in range(rows):
        await listed.add(world, number)
