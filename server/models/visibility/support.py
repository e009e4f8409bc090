"""Row policies of support access."""

from typing import Final

from tortoise.expressions import Q

from server.domain.viewer import Viewer
from server.models.conditions import Exists, equals
from server.models.people.users import User
from server.models.support.support_access import SupportAccessGrant
from server.models.visibility.clauses import NO_ROW, Policies


def _support_access_grants(viewer: Viewer) -> Q:
    """People see their own, the programme's staff see all, and a token sees none (M39)."""
    if viewer.token is not None:
        return NO_ROW
    return equals("user_id", viewer.user_id) | Exists(User, equals("id", viewer.user_id) & Q(is_staff=True))


POLICIES: Final[Policies] = {
    SupportAccessGrant: (NO_ROW, None, _support_access_grants),
}
