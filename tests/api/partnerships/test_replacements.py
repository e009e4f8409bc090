"""What becomes of a customer's other partnership when a partner gets complete access (E1, S2.4, S1.8, C2, C4)?

Whether it ends, stays as it is, or keeps the new access from beginning depends on its status and on what the customer
has confirmed. A suspended partnership is still in force: it ends where the customer replaces everybody, and otherwise
stays suspended.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from textwrap import dedent
from typing import Any

from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.models import AccessChangeRequest, Partnership
from server.resolvers import ids
from tests.api.partnerships.proposals import complete, limited_access
from tests.clients import Clients
from tests.databases import rolled_back
from tests.rows import Person, customer_invitation, partnership
from tests.snapshots import contents
from tests.world import World

# For each way to begin complete access at Delta: what becomes of its other partnership, with Rival, by its access type
# (L limited, C complete) and status.
#
#   ends    it is terminated, by the customer, for a change of partner
#   stays   nothing about it changes, and the new access is in force
#   other   refused, and nothing changes
TABLE = """
                              L.INVITED L.ACTIVE L.SUSPENDED C.INVITED C.ACTIVE C.SUSPENDED over
    acceptInvitation          stays     limited  stays       stays     complete stays       stays
    acceptInvitation+         stays     ends     ends        stays     ends     ends        stays
    requestCustomer           stays     limited  stays       stays     complete stays       stays
    requestCustomer+          stays     ends     ends        stays     ends     ends        stays
    acceptRequest             stays     limited  stays       stays     complete stays       stays
    acceptRequest+            stays     ends     ends        stays     ends     ends        stays
    acceptRequest+limited     stays     stays    stays       stays     complete stays       stays
    invitePartner             stays     limited  stays       stays     complete stays       stays
    invitePartner+            stays     ends     ends        stays     ends     ends        stays
    acceptCustomerInvitation  stays     limited  stays       stays     complete stays       stays
    acceptCustomerInvitation+ stays     ends     ends        stays     ends     ends        stays
    changeAccessType          stays     limited  stays       stays     -        stays       stays
    changeAccessType+         nobody    ends     nobody      nobody    -        nobody      nobody
    grantAccessChange         stays     limited  stays       stays     -        stays       stays
"""
"""`+`: the customer has said that others end. `over`: every other status. `-`: no other may be in force next to it."""

Asking = tuple[str, dict[str, Any], Person]
LETTERS = {"COMPLETE_PARTNER_EXISTS": "complete", "LIMITED_PARTNER_EXISTS": "limited"}


async def accept_invitation(world: World, other: Partnership, *, replaces: bool) -> Asking:
    await Partnership.filter(id=world.invitation.id).update(replaces_others=replaces)
    return "acceptInvitation", {"partnershipId": world.id("invitation")}, world.pL


async def request_the_same(world: World, other: Partnership, *, replaces: bool) -> Asking:
    await Partnership.filter(id=world.invitation.id).update(replaces_others=replaces)
    wanted = {"accessType": "COMPLETE", "paymentMode": "CUSTOMER"}
    input = {"partnerId": world.id("nova"), "customerId": world.id("delta"), "wanted": wanted}
    return "requestCustomer", input, world.pL


async def asked_by_third(world: World) -> Partnership:
    mode, status = PaymentMode.CUSTOMER, PartnershipStatus.INVITED
    return await partnership(world.delta, world.third, mode, status=status, now=world.now, initiated_by=Side.PARTNER)


async def accept_request(world: World, other: Partnership, *, replaces: bool, access: Any = None) -> Asking:
    input = {"partnershipId": ids.encode(await asked_by_third(world)), "access": access or complete()}
    return "acceptRequest", input | {"replaceExisting": replaces}, world.dL


async def accept_with_limited_access(world: World, other: Partnership, *, replaces: bool) -> Asking:
    access = limited_access((world.id("deltaic"), ["TECHNICAL"]))
    return await accept_request(world, other, replaces=replaces, access=access)


async def invite_the_same(world: World, other: Partnership, *, replaces: bool) -> Asking:
    await asked_by_third(world)
    input = {"customerId": world.id("delta"), "partnerId": world.id("third"), "access": complete()}
    return "invitePartner", input | {"replaceExisting": replaces}, world.dL


async def accept_by_email(world: World, other: Partnership, *, replaces: bool) -> Asking:
    await customer_invitation(world.third, world.dL.user.email, "a secret of Delta", now=world.now)
    input = {"customerId": world.id("delta"), "token": "a secret of Delta", "access": complete()}
    return "acceptCustomerInvitation", input | {"replaceExisting": replaces}, world.dL


async def change_type(world: World, other: Partnership, *, replaces: bool) -> Asking:
    row = await partnership(world.delta, world.third, now=world.now)
    to_end = {"endOtherPartnerships": [ids.encode(other)] if replaces else []}
    return "changeAccessType", {"partnershipId": ids.encode(row), "access": complete(), **to_end}, world.dL


async def grant_change(world: World, other: Partnership, *, replaces: bool) -> Asking:
    row = await partnership(world.delta, world.third, now=world.now)
    change = await AccessChangeRequest.create(
        partnership_id=row.id,
        access_type="COMPLETE",
        payment_mode="CUSTOMER",
        requested_at=world.now,
        expires_at=world.invitation.answer_by,
        status="PENDING",
    )
    return "grantAccessChange", {"accessChangeRequestId": ids.encode(change), "access": complete()}, world.dL


WAYS: dict[str, Callable[..., Awaitable[Asking]]] = {
    "acceptInvitation": accept_invitation,
    "requestCustomer": request_the_same,
    "acceptRequest": accept_request,
    "acceptRequest+limited": accept_with_limited_access,
    "invitePartner": invite_the_same,
    "acceptCustomerInvitation": accept_by_email,
    "changeAccessType": change_type,
    "grantAccessChange": grant_change,
}


async def test_the_other_partnership_ends_stays_or_keeps_complete_access_from_beginning(
    world: World, engine_clients: Clients
):
    header, *lines = dedent(TABLE).strip().splitlines()
    expected = {line.split()[0]: line.split()[1:] for line in lines}

    found = {
        name: [
            "-" if cell == "-" else await outcome(world, engine_clients, name, column)
            for column, cell in zip(header.split(), cells, strict=True)
        ]
        for name, cells in expected.items()
    }

    assert found == expected


async def outcome(world: World, clients: Clients, name: str, column: str) -> str:
    """The word of the table; of all statuses in which nothing is in force any more, the one word."""
    over = sorted(set(PartnershipStatus) - {"INVITED", "ACTIVE", "SUSPENDED"})
    others = [("L", status) for status in over] if column == "over" else [column.split(".")]
    words = set[str]()
    for access, status in others:
        async with rolled_back():
            mode = PaymentMode.PARTNER if access == "C" else None
            other = await partnership(world.delta, world.rival, mode, status=PartnershipStatus(status), now=world.now)
            way = WAYS.get(name) or WAYS[name.removesuffix("+")]
            mutation, input, who = await way(world, other, replaces="+" in name)
            words.add(await word(clients, other, mutation, input, who))
    (found,) = words
    return found


async def word(clients: Clients, other: Partnership, mutation: str, input: dict[str, Any], who: Person) -> str:
    before, rows = await contents(), Partnership.filter(id=other.id)
    (was,) = await rows.values()
    answer = await clients.change(mutation, input, "partnership { status accessType } userErrors { code }", as_=who)
    if answer.errors or answer.data[mutation]["userErrors"]:
        assert await contents() == before
        return "nobody" if answer.errors else LETTERS[answer.data[mutation]["userErrors"][0]["code"]]
    access = "LIMITED" if "limited" in input.get("access", {}) else "COMPLETE"
    assert answer.data[mutation]["partnership"] == {"status": "ACTIVE", "accessType": access}
    (now,) = await rows.values()
    if now == was:
        return "stays"
    assert was | ENDED | {"version": 2} == now | {"ended_at": None, "updated_at": was["updated_at"]}
    assert now["ended_at"] <= datetime.now(UTC)
    return "ends"


ENDED = {
    "status": PartnershipStatus.TERMINATED,
    "ended_by": EndedBy.CUSTOMER,
    "termination_reason": TerminationReason.CHANGE_OF_PARTNER,
}
