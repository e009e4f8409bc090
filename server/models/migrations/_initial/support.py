"""The support access that people grant."""

from typing import Final

from server.models.migrations._initial.columns import enum, number, reference, table, text, timestamp
from server.models.migrations._initial.enums import SupportAccessKind, SupportAccessRevocation, SupportAccessStatus

TABLES: Final = [
    *table(
        "SupportAccessGrant",
        "support_access_grant",
        {
            "user": reference("User", "support_access_grants"),
            "kind": enum(SupportAccessKind, 10),
            "ticket": text(40, null=True),
            "status": enum(SupportAccessStatus, 10),
            "granted_at": timestamp(),
            "expires_at": timestamp(),
            "revoked_at": timestamp(null=True),
            "revocation_reason": enum(SupportAccessRevocation, 20, null=True),
            "notices": number(),
        },
        is_versioned=True,
        indexes=[
            ("user_id", "granted_at", "id"),
            ("status", "expires_at"),
        ],
        checks={
            "support_access_grant_revoked": "(status = 'REVOKED') = (revoked_at IS NOT NULL) AND "
            "(status = 'REVOKED') = (revocation_reason IS NOT NULL)",
        },
        uniques={
            "support_access_grant_one_open": (("user_id", "kind"), "status = 'ACTIVE'"),
        },
    ),
]
