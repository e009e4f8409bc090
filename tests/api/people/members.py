"""What do tests of members and of what needs a password have in common?"""

from datetime import timedelta
from typing import Any

from server.models import Session
from tests.rows import Person
from tests.world import World


async def stale(who: Person, world: World) -> None:
    """Lets the person's password be typed too long ago."""
    await Session.filter(user_id=who.user.id).update(password_confirmed_at=world.now - timedelta(minutes=16))


def terms(who: Person, **other: Any) -> dict[str, Any]:
    """What an audit event writes down of a member."""
    written = {
        "user_id": who.user.id.hex,
        "role": who.membership.role.value,
        "status": "ACTIVE",
        "can_manage_billing": False,
        "notify_billing": True,
        "notify_products": True,
    }
    return written | other
