"""Does a whole partnership run, from the request to the receipts? On the product as people start it, with real mail."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from server.demo import DEMO_PASSWORD
from tests.contract.life import (
    CLAIRE,
    PIA,
    RALF,
    Person,
    activity,
    ask_for_the_end,
    download,
    free_products,
    hire,
    move_to_everything,
    office,
    organisation,
    refuse_the_end,
    request_everything,
    server,
    verify,
)
from tests.post import PostOffice, parts
from tests.servers import NO_CERTIFICATES, DemoServer

__all__ = ["office", "server"]
PARTNERSHIP = "id status accessType paymentMode grantDiffers requestedAccess { accessType paymentMode }"
GRANTED = f"{PARTNERSHIP} productAccesses {{ nodes {{ product {{ id }} rights revokedAt }} }} viewerRights"


@asynccontextmanager
async def at_a_browser(server: DemoServer, office: PostOffice, address: str) -> AsyncIterator[Person]:
    async with httpx2.AsyncClient(base_url=server.url, verify=NO_CERTIFICATES) as http:
        yield Person(http, office, address)


async def test_a_partnership_from_the_request_to_the_receipts(
    server: DemoServer, office: PostOffice, tmp_path: Path
) -> None:
    async with (
        at_a_browser(server, office, CLAIRE.email) as claire,
        at_a_browser(server, office, RALF.email) as ralf,
        at_a_browser(server, office, PIA) as pia,
    ):
        for person in (claire, ralf):
            signed_in = "viewer { user { email } }"
            await person.do("signIn", signed_in, email=person.address, password=DEMO_PASSWORD)
        customer, partner = await organisation(claire), await organisation(ralf)
        free = await free_products(claire, customer)

        # The partner asks for everything; the customer grants two products.
        await request_everything(ralf, partner)
        token = re.search(r"/invitations/([\w-]+)", parts(await claire.mail(RALF.organisation))[0])
        assert token is not None
        access = {"limited": {"products": [{"productId": id, "rights": ["TECHNICAL"]} for id in free[:2]]}}
        accepted = await claire.do(
            "acceptCustomerInvitation",
            f"partnership {{ {GRANTED} }}",
            customerId=customer,
            token=token[1],
            access=access,
        )
        partnership = accepted["partnership"]["id"]
        await ralf.mail(CLAIRE.organisation)

        # The partner sees the difference, and lets one employee manage.
        seen = (await ralf.ask(f'{{ partnership(id: "{partnership}") {{ {GRANTED} }} }}'))["partnership"]
        assert (seen["accessType"], seen["grantDiffers"]) == ("LIMITED", True)
        assert seen["requestedAccess"] == {"accessType": "COMPLETE", "paymentMode": "PARTNER"}
        assert sorted(node["product"]["id"] for node in seen["productAccesses"]["nodes"]) == sorted(free[:2])
        member = await hire(ralf, pia, partner)
        await ralf.do(
            "assignEmployee",
            "assignment { rights }",
            partnershipId=partnership,
            membershipId=member,
            rights=["MANAGE_PRODUCTS"],
        )

        # She manages, is refused what is beyond, and asks why.
        product = f'{{ product(id: "{free[0]}") {{ viewerRights }} }}'
        assert (await pia.ask(product))["product"]["viewerRights"] == ["VIEW_PRODUCT", "MANAGE_PRODUCT"]
        other = await pia.answer(f'{{ product(id: "{free[2]}") {{ id }} }}')
        assert other["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        denied = await pia.answer(
            "mutation($input: TerminateProductInput!) { terminateProduct(input: $input) { userErrors { code } } }",
            input={"productId": free[0], "confirmation": "its name"},
        )
        assert denied["errors"][0]["extensions"] | {"requestId": ""} == {
            "code": "FORBIDDEN",
            "right": "TERMINATE_PRODUCT",
            "requestId": "",
        }
        why = await pia.ask(
            f'{{ explainRight(right: TERMINATE_PRODUCT, id: "{free[0]}") {{ held links {{ link holds sentence }} }} }}'
        )
        assert why["explainRight"]["held"] is False
        withheld = [link["link"] for link in why["explainRight"]["links"] if not link["holds"]]
        assert "PRODUCT_GRANT" in withheld

        # The customer gives everything at the partner's expense; now the employee may ask for an end.
        await move_to_everything(claire, customer, partnership)
        await ralf.mail("hat Ihren Zugriff geändert")
        await ask_for_the_end(pia, free[2])

        # The customer reads who did what, refuses that, and ends the partnership.
        assert await activity(claire, customer) == [
            ("pendingAction.requested", "Pia Lang", RALF.organisation),
            ("assignment.made", "Ralf Kaufmann", RALF.organisation),
        ]
        await refuse_the_end(claire, customer)
        await claire.do(
            "terminatePartnership",
            "partnership { status }",
            partnershipId=partnership,
            confirmation=CLAIRE.organisation,
            reason="NO_LONGER_NEEDED",
        )
        await ralf.mail("ist beendet")
        await claire.mail("a pris fin")
        assert (await pia.answer(product))["errors"][0]["extensions"]["code"] == "NOT_FOUND"

        # Both sides hold the same receipts, which verify without the server.
        files = [await download(person, partnership, tmp_path) for person in (claire, ralf)]
        assert files[0].read_bytes() == files[1].read_bytes()
        assert len(files[0].read_text().splitlines()) >= 3
        for file in files:
            verified = verify(file)
            assert verified.returncode == 0, verified.stderr
        files[0].write_text(files[0].read_text().replace("COMPLETE", "LIMITED", 1))
        assert verify(files[0]).returncode == 1
