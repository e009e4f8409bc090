"""Changes to memberships, as tests make them."""

from typing import Any

from server.domain.rights import Role
from tests.clients import Answer, Clients
from tests.rows import Person, person
from tests.world import World

MEMBER = """
    membership { id role status canManageBilling notifyBilling notifyProducts version }
    userErrors { code message field }
"""
LAST = [
    (
        "LAST_LEGAL_REPRESENTATIVE",
        "An organisation must keep at least one legal representative. Appoint another one first.",
        None,
    )
]
BINDING = "Only a legal representative can add, change or remove legal representatives."


async def change_member(clients: Clients, mutation: str, as_: Person | str, member: str, **input: Any) -> Answer:
    """Changes or removes a member, which works."""
    answer = await clients.change(mutation, {"membershipId": member, **input}, MEMBER, as_=as_)
    assert answer.data[mutation]["userErrors"] == []
    return answer


async def second_legal_representative(world: World) -> Person:
    return await person("second", world.alpina, Role.LEGAL_REPRESENTATIVE, world.now)
