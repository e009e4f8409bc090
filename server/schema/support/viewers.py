"""Support's fields of the viewer."""

import strawberry

from server.resolvers.support import support_access
from server.schema.connections import Connection
from server.schema.fields import connection
from server.schema.support.support_access import SupportAccessGrant


@strawberry.type
class ViewerSupport:
    """The support access that a person granted."""

    support_access_grants: Connection[SupportAccessGrant] | None = connection(
        support_access.OWN_SUPPORT_ACCESS,
        "The support access you have granted, newest first, including access that has ended.",
        support_access.MAY_GRANT,
    )
