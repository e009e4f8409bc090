"""Receipts of all partnerships, as tests read them."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from server.domain.partnerships.receipts import receipt_line, verify_chain
from server.models import Receipt
from tests.clients import Clients
from tests.rows import Person

QUERY = """
    query($id: ID!) { partnership(id: $id) { receipts { nodes { id sequence what body hash writtenAt } } } }
"""


async def list_receipts(clients: Clients, id: str, as_: Person | str) -> list[dict[str, Any]]:
    answer = await clients.ask(QUERY, {"id": id}, as_=as_)
    return answer.data["partnership"]["receipts"]["nodes"]


async def chains() -> dict[UUID, list[str]]:
    """What was receipted of each partnership, in chains that all verify."""
    found = defaultdict[UUID, list[Receipt]](list)
    for receipt in await Receipt.all().order_by("sequence"):
        found[receipt.partnership_id].append(receipt)
    for receipts in found.values():
        verify_chain([receipt_line(receipt.body, receipt.hash).encode() for receipt in receipts], receipts[-1].hash)
    return {id: [receipt.what for receipt in receipts] for id, receipts in found.items()}


def newer(before: dict[UUID, list[str]], after: dict[UUID, list[str]]) -> dict[UUID, list[str]]:
    return {id: whats[len(before.get(id, [])) :] for id, whats in after.items() if whats != before.get(id)}
