"""How is each mutation asked by somebody who may, so that it works?"""

from collections.abc import Callable
from typing import Any

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import Partnership
from tests.permissions.matrix import OPERATIONS, cells
from tests.rows import Person
from tests.world import World

Input = dict[str, Any]
Path = tuple[str, ...]

BESIDES: dict[str, tuple[tuple[str, Callable[[World], Input]], ...]] = {
    "createApiToken": (("pL", lambda world: {"organisationId": world.id("nova"), "customerIds": [world.id("borea")]}),),
    "acceptCustomerInvitation": (
        (
            "bL",
            lambda world: {
                "access": {"limited": {"products": [{"productId": world.id("borean"), "rights": ["TECHNICAL"]}]}},
                "replaceExisting": None,
            },
        ),
    ),
    "changeAccessType": (
        (
            "bL",
            lambda world: {
                "partnershipId": world.id("complete"),
                "access": {"limited": {"products": [{"productId": world.id("borean"), "rights": ["TECHNICAL"]}]}},
                "endOtherPartnerships": None,
            },
        ),
    ),
    "inviteMember": (("cL", lambda world: {"teamIds": [world.id("team")]}),),
    "createTeam": (("cL", lambda world: {"leaderId": world.id("cE")}),),
    "updateTeam": (("cL", lambda world: {"leaderId": world.id("cE")}),),
    "grantOwnProducts": (
        ("cL", lambda world: {"to": {"teamId": world.id("team")}}),
        ("cL", lambda world: {"to": {"membershipId": world.id("cE")}}),
    ),
}
"""Other ways to ask, for the places of ids that the permission matrix leaves out: who asks, and what replaces what.

By mutation. One whose ids are all in the matrix needs no line.
"""


async def prepare(world: World, mutation: str, input: Input) -> None:
    """What has to be so before the mutation works, where the world is not."""
    if mutation == "resumePartnership":
        await Partnership.filter(id=world.limited.pk).update(status=PartnershipStatus.SUSPENDED)
    if mutation == "acceptCustomerInvitation" and "limited" in input["access"]:
        await Partnership.filter(id=world.complete.pk).update(status=PartnershipStatus.TERMINATED)


STAFF = {"approvePartner", "suspendPartner", "suspendPartnership", "resumePartnership", "recoverOrganisation"}
"""Only for the staff, who see every row: kL is one of them."""


def ways(world: World, mutation: str) -> list[tuple[Person | None, Input]]:
    """Who may run the mutation, nobody at all where it is for those who are not signed in yet, and with what."""
    assert mutation in OPERATIONS, f"how is {mutation} asked? Add a line to tests/permissions/mutations.py"
    allowed = [actor for name, actor, outcome in cells() if (name, outcome) == (mutation, "ok")]
    who = "kL" if mutation in STAFF else next((actor for actor in allowed if actor in world.people), None)
    input = OPERATIONS[mutation].variables(world)["input"]
    others = [(world.people[name], input | more(world)) for name, more in BESIDES.get(mutation, ())]
    return [(world.people[who] if who else None, input), *others]
