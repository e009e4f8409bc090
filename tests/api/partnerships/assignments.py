"""Assignments of employees, and what the employees see."""

from typing import Any

from server.models import EmployeeAssignment
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.world import World

ASSIGNMENT = """
    assignment { id partnership { id } member { id } rights assignedAt endedAt version }
    partnership { id status version assignments { nodes { id endedAt } } }
    userErrors { code message field }
"""


def task(world: World, member: str = "pU", rights: tuple[str, ...] = (), **other: Any) -> dict[str, Any]:
    """The input that lets a member serve Alpina."""
    return {"partnershipId": world.id("limited"), "membershipId": world.id(member), "rights": list(rights), **other}


async def assign_employee(clients: Clients, input: dict[str, Any], as_: Person | str) -> Answer:
    """Assigns, which works."""
    answer = await clients.change("assignEmployee", input, ASSIGNMENT, as_=as_)
    assert answer.data["assignEmployee"]["userErrors"] == []
    return answer


async def sight(world: World, clients: Clients, as_: Person) -> tuple[set[str], str | dict[str, list[str]]]:
    """The customers this employee of Nova serves, and what they may do with Alpina's products.

    The code of the error if Alpina does not exist for them.
    """
    query = """
        query($nova: ID!, $alpina: ID!) {
          organisation(id: $nova) { managedCustomers { nodes { name } } }
          customer: node(id: $alpina) {
            ... on Organisation { products { nodes { customerName viewerRights } } }
          }
        }
    """
    answer = await clients.ask(query, {"nova": world.id("nova"), "alpina": world.id("alpina")}, as_=as_)
    data = answer.json["data"]
    served = {node["name"] for node in data["organisation"]["managedCustomers"]["nodes"]}
    if answer.errors:
        return served, answer.code
    return served, {node["customerName"]: node["viewerRights"] for node in data["customer"]["products"]["nodes"]}


def audited_terms(assignment: EmployeeAssignment, **other: Any) -> dict[str, Any]:
    """What an audit event writes down of an assignment."""
    terms = {
        "membership_id": assignment.membership_id.hex,
        "partnership_id": assignment.partnership_id.hex,
        "rights": list(assignment.rights),
        "ended_at": None,
    }
    return terms | other
