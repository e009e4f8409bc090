"""Members of an organisation, for races."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

from server.domain.errors import Denied, Refused
from server.domain.viewer import Viewer, ViewerMembership
from server.models.base import new_id
from server.resolvers.context import Context
from server.settings import Settings
from tests.long import amount

ACTORS = 16
ROUNDS = amount(2, long=100)
NOW = datetime.now(UTC)


def _context(settings: Settings, who: Any) -> Context:
    membership = ViewerMembership(who.membership.id, who.organisation_id, who.membership.role)
    return Context(viewer=Viewer(who.user.id, (membership,)), now=NOW, request_id=new_id().hex, settings=settings)


async def _outcomes(attempts: list[Awaitable[Any]]) -> Counter[str]:
    """How many attempts succeeded, and how many were refused or denied with which code. All else is a failure."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    outcomes = Counter[str]()
    for result in results:
        if isinstance(result, Refused):
            outcomes[result.refusals[0].code] += 1
        elif isinstance(result, Denied):
            outcomes[result.code] += 1
        elif isinstance(result, BaseException):
            raise result
        else:
            outcomes["ok"] += 1
    return outcomes
