"""Do all lists page alike: every row exactly once, in either direction, whatever happens in between?"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.domain.folding import name_key
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import Period, ProductCategory
from server.domain.rights import ProductRight, Role, Scope
from server.domain.support.support_access import SupportAccessKind, SupportAccessStatus
from server.models import (
    AccessChangeRequest,
    AuditEvent,
    CatalogueItem,
    EmployeeAssignment,
    MemberInvitation,
    Membership,
    OwnProductGrant,
    Product,
    ProductAccess,
    Receipt,
    SupportAccessGrant,
    Team,
    TeamMember,
    User,
)
from server.schema import schema
from tests.api.traces import key
from tests.clients import Clients
from tests.statements import collect_statements
from tests.world import (
    World,
    change_request,
    customer_invitation,
    export,
    organisation,
    partnership,
    pending_action,
    product,
    token,
)

pytestmark = pytest.mark.database

PAGE = "edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


# How each list grows by one row. The sort keys of rows 0 and 1, 2 and 3, … are equal.


def _name(number: int) -> str:
    return f"Row {number // 2}"


async def _own_organisation(world: World, number: int) -> None:
    await Membership.create(
        user_id=world.cL.user.id,
        organisation_id=(await organisation(_name(number))).id,
        role=Role.EMPLOYEE,
        status=MembershipStatus.ACTIVE,
        created_at=world.now + timedelta(hours=number // 2),
    )


async def _member(world: World, number: int) -> None:
    user = await User.create(email=f"m{number}@alpina.example", first_name=str(number), last_name="M")
    await Membership.create(
        user_id=user.id,
        organisation_id=world.alpina.id,
        role=Role.EMPLOYEE,
        status=MembershipStatus.ACTIVE,
        created_at=world.now + timedelta(hours=number // 2),
    )


async def _product(world: World, number: int) -> None:
    row = await product(_name(number), world.alpina)
    moment = world.now + timedelta(hours=number // 2)
    await Product.filter(id=row.id).update(expires_at=moment, created_at=moment, service_name=f"{number}.example")


async def _past_partnership(world: World, number: int) -> None:
    moment = world.now - timedelta(hours=number // 2)
    await partnership(world.alpina, world.nova, status=PartnershipStatus.TERMINATED, now=moment)


async def _partner_in_force(world: World, number: int) -> None:
    partner = await organisation(_name(number), partner_status=PartnerStatus.APPROVED)
    await partnership(world.alpina, partner, now=world.now + timedelta(hours=number // 2))


async def _customer(world: World, number: int) -> None:
    customer = await organisation(_name(number))
    await partnership(customer, world.nova, now=world.now + timedelta(hours=number // 2))


async def _token(world: World, number: int) -> None:
    moment = world.now + timedelta(hours=number // 2)
    await token(world.pL, [Scope.MEMBERS_READ], [], now=world.now, created_at=moment)


async def _change_request(world: World, number: int) -> None:
    request = await change_request(world.limited, now=world.now)
    moment = world.now + timedelta(hours=number // 2)
    await AccessChangeRequest.filter(id=request.id).update(requested_at=moment)


async def _customer_invitation(world: World, number: int) -> None:
    moment = world.now + timedelta(hours=number // 2)
    await customer_invitation(world.nova, f"{number}@example.com", f"secret {number}", now=moment)


async def _access(world: World, number: int) -> None:
    await ProductAccess.create(
        partnership_id=world.limited.id,
        product_id=world.kept.id,
        rights=[ProductRight.TECHNICAL],
        granted_at=world.now + timedelta(hours=number // 2),
        revoked_at=world.now + timedelta(days=1),
    )


async def _assignment(world: World, number: int) -> None:
    await EmployeeAssignment.create(
        membership_id=world.pU.membership.id,
        partnership_id=world.limited.id,
        rights=["VIEW"],
        assigned_at=world.now + timedelta(hours=number // 2),
        ended_at=world.now + timedelta(days=1),
    )


async def _act(world: World, number: int) -> None:
    await AuditEvent.create(
        actor_id=world.pE.user.id,
        acting_organisation_id=world.nova.id,
        on_behalf_of_id=world.alpina.id,
        action="access.revoked",
        subject_type="ProductAccess",
        subject_id=world.access.id,
        request_id="another request",
        created_at=world.now + timedelta(hours=number // 2),
    )


async def _act_of_the_clock(world: World, number: int) -> None:
    await AuditEvent.create(
        on_behalf_of_id=world.alpina.id,
        action="partnership.expired",
        subject_type="Partnership",
        subject_id=world.limited.id,
        request_id="the clock",
        created_at=world.now + timedelta(hours=number // 2),
    )


async def _export(world: World, number: int) -> None:
    await export(world.pE, now=world.now, created_at=world.now + timedelta(hours=number // 2))


async def _receipt(world: World, number: int) -> None:
    moment = world.now + timedelta(hours=number // 2)
    await Receipt.create(
        partnership_id=world.limited.id,
        sequence=number + 2,
        what="access.granted",
        body="{}",
        hash="",
        created_at=moment,
    )


async def _item(world: World, number: int) -> None:
    name = _name(number)
    await CatalogueItem.create(
        sku=f"ROW-{number}",
        category=ProductCategory.OTHER,
        name=name,
        name_key=name_key(name),
        period=Period.MONTH,
    )


async def _partner(world: World, number: int) -> None:
    await organisation(_name(number), partner_status=PartnerStatus.APPROVED, is_listed_partner=True)


async def _invitation(world: World, number: int) -> None:
    await MemberInvitation.create(
        organisation_id=world.alpina.id,
        email=f"i{number}@alpina.example",
        first_name="In",
        last_name="Vited",
        locale="en_GB",
        role=Role.EMPLOYEE,
        secret_digest=str(number),
        invited_by_id=world.cL.user.id,
        invited_at=world.now + timedelta(hours=number // 2),
        expires_at=world.now + timedelta(days=14),
    )


async def _team(world: World, number: int) -> Team:
    """No two have the same name."""
    name = f"Row {number:02}"
    return await Team.create(organisation_id=world.alpina.id, name=name, name_key=name_key(name))


async def _own_team(world: World, number: int) -> None:
    await _join(world, await _team(world, number), world.cE.membership, number)


async def _team_member(world: World, number: int) -> None:
    await _member(world, number)
    member = await Membership.get(user__email=f"m{number}@alpina.example")
    await _join(world, world.team, member, number)


async def _join(world: World, team: Team, member: Membership, number: int) -> None:
    joined_at = world.now + timedelta(hours=number // 2)
    await TeamMember.create(team_id=team.id, membership_id=member.id, joined_at=joined_at)


async def _own_grant(world: World, number: int) -> None:
    await _past_grant(world, number, membership_id=world.cE.membership.id)


async def _team_grant(world: World, number: int) -> None:
    await _past_grant(world, number, team_id=world.team.id)


async def _past_grant(world: World, number: int, **to: UUID) -> None:
    await OwnProductGrant.create(
        organisation_id=world.alpina.id,
        category=ProductCategory.MAIL,
        covers_until=world.now,
        rights=[ProductRight.TECHNICAL],
        granted_by_id=world.cL.user.id,
        granted_at=world.now + timedelta(hours=number // 2),
        revoked_at=world.now + timedelta(days=1),
        **to,
    )


async def _closed_action(world: World, number: int) -> None:
    requested_at = world.now + timedelta(hours=number // 2)
    closed = {"status": PendingActionStatus.WITHDRAWN, "requested_at": requested_at}
    await pending_action(world.complete, world.borean, world.pE.user, now=world.now, **closed)


async def _create_closed_grant(world: World, number: int) -> None:
    """What was opened to support and is closed again."""
    await SupportAccessGrant.create(
        user_id=world.cE.user.id,
        kind=SupportAccessKind.KDRIVE,
        status=SupportAccessStatus.EXPIRED,
        granted_at=world.now + timedelta(hours=number // 2),
        expires_at=world.now + timedelta(days=7),
    )


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


def _by(field: str, direction: str) -> str:
    return f"orderBy: {{field: {field}, direction: {direction}}}"


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
ORDERED = LISTS | {
    f"{name} by {field} {direction}": List(at, name, asker, add, _by(field, direction))
    for at, name, asker, add, fields in (
        ("alpina", "products", "cL", _product, ("NAME", "EXPIRES_AT", "CREATED_AT")),
        ("alpina", "partnerships", "cL", _past_partnership, ("INVITED_AT",)),
        ("nova", "managedCustomers", "pL", _customer, ("NAME", "SINCE")),
        (None, "catalogue", "pU", _item, ("NAME", "SKU")),
    )
    for place, field in enumerate(fields)
    for direction in ("DESC",) * (place == 0) + ("ASC", "DESC") * (place > 0)
}
"""The lists as they are unless asked otherwise, and every other order there is."""

every_list = pytest.mark.parametrize("name", LISTS)
every_order = pytest.mark.parametrize("name", ORDERED)


def test_every_list_of_the_schema_is_tried_here():
    connections = {
        (type_.name, field)
        for type_ in schema._schema.type_map.values()
        for field, definition in getattr(type_, "fields", {}).items()
        if "first" in getattr(definition, "args", {})
    }

    assert connections == {(each.type, each.field) for each in LISTS.values()}


async def _grow(world: World, listed: List, rows: int = 5) -> None:
    for number in range(rows):
        await listed.add(world, number)


def _ids(page: Any) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


def _check_page(page: Any) -> None:
    """Edges, nodes and cursors of one page tell the same story."""
    cursors = [edge["cursor"] for edge in page["edges"]]
    assert [node["id"] for node in page["nodes"]] == _ids(page)
    assert len(set(cursors)) == len(cursors)
    ends = (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"])
    assert ends == ((cursors[0], cursors[-1]) if cursors else (None, None))


Between = Callable[[int], Awaitable[None]]


async def _walk(
    world: World, clients: Clients, listed: List, size: int, *, backwards: bool, between: Between
) -> list[str]:
    """The ids of the whole list, page by page from one end to the other, with something done between two pages."""
    found, cursor, pages = list[str](), None, 0
    amount, side, edge, more = (
        ("last", "before", "startCursor", "hasPreviousPage")
        if backwards
        else ("first", "after", "endCursor", "hasNextPage")
    )
    while True:
        page = await listed.turn_to(world, clients, f"{amount}: {size}", side, cursor)
        _check_page(page)
        found = _ids(page) + found if backwards else found + _ids(page)
        if not page["pageInfo"][more]:
            return found
        assert len(page["edges"]) == size
        cursor, pages = page["pageInfo"][edge], pages + 1
        await between(pages)


def _steps(cursors: list[str], size: int) -> Iterator[tuple[str, slice]]:
    """The pages of this size from the start to the end and back again, and where their rows are in the list."""
    number = len(cursors)
    for start in range(0, number, size):
        after = f', after: "{cursors[start - 1]}"' if start else ""
        yield f"first: {size}{after}", slice(start, min(start + size, number))
    for end in range(number, 0, -size):
        before = f', before: "{cursors[end]}"' if end < number else ""
        yield f"last: {size}{before}", slice(max(end - size, 0), end)


@every_order
async def test_pages_of_every_size_give_every_row_once_in_both_directions(world, clients, name):
    listed = ORDERED[name]
    await _grow(world, listed, 4)
    whole = await listed.ask(world, clients, "first: 100", f"{PAGE} totalCount")
    cursors = [edge["cursor"] for edge in whole["edges"]]
    rows = len(cursors)
    sizes = (3, rows, rows + 1) if rows < 10 else (9, rows)
    steps = [step for size in sizes for step in _steps(cursors, size)]

    pages = await listed.ask_all(world, clients, [arguments for arguments, _ in steps])

    _check_page(whole)
    assert len(set(_ids(whole))) == rows == whole["totalCount"]
    for page, (_, part) in zip(pages, steps, strict=True):
        _check_page(page)
        assert page["edges"] == whole["edges"][part]
        assert page["pageInfo"]["hasPreviousPage"] is (part.start > 0)
        assert page["pageInfo"]["hasNextPage"] is (part.stop < rows)


@pytest.mark.parametrize(
    ("name", "backwards"), [*((name, False) for name in LISTS), ("products", True), ("managedCustomers", True)]
)
async def test_rows_that_come_between_two_pages_move_no_other_row(world, clients, name, backwards):
    listed = LISTS[name]
    await _grow(world, listed)
    at_first = _ids(await listed.ask(world, clients, "first: 100"))

    async def one_more(page: int) -> None:
        if page <= 3:
            await listed.add(world, 4 * page + 1)

    found = await _walk(world, clients, listed, 2 if len(at_first) < 20 else 20, backwards=backwards, between=one_more)

    assert [id for id in found if id in at_first] == at_first
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", ["products by NAME DESC", "products by EXPIRES_AT ASC"])
@pytest.mark.parametrize("backwards", [False, True])
async def test_rows_that_go_between_two_pages_move_no_other_row(world, clients, name, backwards):
    listed = ORDERED[name]
    await _grow(world, listed, 8)
    at_first = _ids(await listed.ask(world, clients, "first: 100"))
    standing = {world.id(name) for name in ("granted", "watched", "kept", "rivals")}
    gone = set[str]()

    async def the_row_of_the_cursor_and_the_next_go(page: int) -> None:
        around = at_first[::-1][2 * page - 1 : 2 * page + 1] if backwards else at_first[2 * page - 1 : 2 * page + 1]
        for id in set(around) - standing:
            await Product.filter(id=key(id)).delete()
            gone.add(id)

    found = await _walk(world, clients, listed, 2, backwards=backwards, between=the_row_of_the_cursor_and_the_next_go)

    seen_before_they_went = gone & set(found)
    assert seen_before_they_went
    assert gone - set(found)
    assert found == [id for id in at_first if id not in gone - seen_before_they_went]


@every_list
async def test_a_page_between_two_cursors_is_what_lies_between(world, clients, name):
    listed = LISTS[name]
    await _grow(world, listed)
    whole = await listed.ask(world, clients, "first: 100")
    rows, cursors = _ids(whole), [edge["cursor"] for edge in whole["edges"]]
    between = f'after: "{cursors[0]}", before: "{cursors[4]}"'

    expected = {
        f"first: 100, {between}": rows[1:4],
        f"last: 100, {between}": rows[1:4],
        between: rows[1:4],
        f"first: 2, {between}": rows[1:3],
        f"last: 2, {between}": rows[2:4],
        f'after: "{cursors[4]}", before: "{cursors[0]}"': [],
    }

    pages = await listed.ask_all(world, clients, list(expected))

    assert [_ids(page) for page in pages] == list(expected.values())


@every_list
async def test_an_empty_page_has_no_cursors_and_says_whether_there_are_rows(world, clients, name):
    listed = LISTS[name]
    await _grow(world, listed)
    last = (await listed.ask(world, clients, "last: 1"))["pageInfo"]["endCursor"]

    nothing_asked = await listed.ask(world, clients, "first: 0", f"{PAGE} totalCount")
    nothing_left = await listed.ask(world, clients, f'first: 5, after: "{last}"')

    ends = {"startCursor": None, "endCursor": None}
    assert nothing_asked["totalCount"] >= 5
    assert (nothing_asked["edges"], nothing_asked["nodes"]) == ([], [])
    assert nothing_asked["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": False, **ends}
    assert (nothing_left["edges"], nothing_left["nodes"]) == ([], [])
    assert nothing_left["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True, **ends}


async def test_an_empty_list_is_one_empty_page(world, clients):
    listed = List("rival", "customerPartnerships", "qL", _past_partnership)
    narrowed = "filter: {status: EXPIRED}"

    page = await listed.ask(world, clients, narrowed, f"{PAGE} totalCount")

    info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page == {"edges": [], "nodes": [], "totalCount": 0, "pageInfo": info}


@every_list
async def test_a_page_has_twenty_rows_unless_asked_otherwise(world, clients, name):
    listed = LISTS[name]
    await _grow(world, listed, 21)

    nulls = "first: null, last: null, after: null, before: null"
    pages = await listed.ask_all(world, clients, ["", nulls, "last: 21"])

    assert [len(_ids(page)) for page in pages] == [20, 20, 21]


IMPOSSIBLE = {
    "first: 101": "first",
    "first: -1": "first",
    "first: 2147483647": "first",
    "last: 101": "last",
    "last: -1": "last",
    "first: 1, last: 1": "last",
    "first: 0, last: 0": "last",
}


@every_list
async def test_an_impossible_page_is_refused_by_the_name_of_the_argument(world, clients, name):
    for arguments, named in IMPOSSIBLE.items() if name == "products" else (("first: 101", "first"),):
        assert await LISTS[name].refuse(world, clients, arguments) == ("BAD_USER_INPUT", [named]), arguments


_ID = "00" * 16
GARBAGE = {
    "nothing": "",
    "a word": "garbage",
    "a number": "20",
    "an offset in base64": "YXJyYXljb25uZWN0aW9uOjE=",
    "an id cut short": _ID[:-1],
    "half a digit": _ID + "0",
    "no digits": _ID + "zz",
    "no text": _ID + "ff",
    "a zero byte": _ID + "00",
    "an accent": "é" * 40,
    "an id as callers see it": "org_" + _ID,
    "a quote": "'" * 40,
    "very much": "g" * 5_000,
}


@every_list
async def test_garbage_is_not_a_cursor_of_any_list(world, clients, name):
    for argument in ("after", "before"):
        answer = await LISTS[name].refuse(world, clients, f'{argument}: "garbage"')

        assert answer == ("BAD_USER_INPUT", [argument])


@pytest.mark.parametrize("name", ["products", "members"])
async def test_no_garbage_is_a_cursor(world, clients, name):
    for what, garbage in GARBAGE.items():
        answer = await LISTS[name].refuse(world, clients, f'after: "{garbage}"')

        assert answer == ("BAD_USER_INPUT", ["after"]), what


async def test_a_cursor_of_another_order_is_not_a_cursor_of_timestamps(world, clients):
    for text in ("Alpina", "2026-11-23", "2026-11-23T08:30:00", "23:59", "٢٠٢٦", "2026-13-45T99:00:00+00:00"):
        answer = await LISTS["members"].refuse(world, clients, f'after: "{_ID + text.encode().hex()}"')

        assert answer == ("BAD_USER_INPUT", ["after"]), text


@every_list
async def test_rows_are_counted_only_when_that_is_asked(world, resolver_clients, name):
    listed = LISTS[name]
    await _grow(world, listed)

    with collect_statements() as plain:
        await listed.ask(world, resolver_clients, "first: 2")
    with collect_statements() as counting:
        page = await listed.ask(world, resolver_clients, "first: 2", f"{PAGE} totalCount")
    with collect_statements() as only_counting:
        await listed.ask(world, resolver_clients, "first: 2", "totalCount")

    assert page["totalCount"] > 2
    assert not any("COUNT(" in statement for statement in plain)
    assert sum("COUNT(" in statement for statement in counting) == 1
    assert len(counting) == len(plain) + 1
    assert sum("COUNT(" in statement for statement in only_counting) == 1
