"""Notes of a partner about its customers, as tests write and read them."""

from datetime import datetime
from typing import Any

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import Partnership
from tests.clients import Answer, Clients
from tests.rows import Person

NOTE = """
    customerNote { alias notes version updatedAt }
    partnership { id version customerNote { alias notes version } }
    userErrors { code message field }
"""
MARKER = "Zyxwvut"


async def update_note(clients: Clients, as_: Person | str, **input: Any) -> Answer:
    """Notes something, which works."""
    answer = await clients.change("updateCustomerNote", input, NOTE, as_=as_)
    assert answer.data["updateCustomerNote"]["userErrors"] == []
    return answer


async def read(clients: Clients, id: str, as_: Person | str) -> Any:
    """What somebody reads of the note in a partnership; the code of the error if it does not exist for them."""
    query = "query($id: ID!) { partnership(id: $id) { customerNote { alias notes version } } }"
    answer = await clients.ask(query, {"id": id}, as_=as_)
    return answer.code if answer.errors else answer.data["partnership"]["customerNote"]


async def ends(row: Partnership, at: datetime, status: PartnershipStatus = PartnershipStatus.TERMINATED) -> None:
    await Partnership.filter(id=row.id).update(status=status, ended_at=at)
