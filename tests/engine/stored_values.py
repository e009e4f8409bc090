"""Values for random documents: ids and cursors of the rows that are stored, and texts."""

from random import Random
from typing import Any
from uuid import uuid4

from server import models
from server.resolvers import ids
from server.resolvers.paging import moment_text
from tests.engine.document_values import Values

_KEYS = {
    models.Organisation: ("name_key",),
    models.Product: ("customer_name_key", "expires_at", "created_at"),
    models.Partnership: ("invited_at",),
    models.Membership: ("created_at",),
    models.CatalogueItem: ("name_key", "sku"),
}


async def stored_values(random: Random) -> Values:
    """Ids and cursors of all rows there are, and others."""
    rows = {model: await model.all().limit(60) for model in ids.PREFIXES}
    encoded = {model: [ids.encode(row) for row in found] for model, found in rows.items()}
    every = [id for found in encoded.values() for id in found[:20]]
    cursors = list[str]()
    for model, keys in _KEYS.items():
        for row in rows[model][:12]:
            cursors += [_cursor(row, key) for key in keys]
    return Values(
        ids={
            "Query.organisation": encoded[models.Organisation],
            "Query.product": encoded[models.Product],
            "Query.partnership": encoded[models.Partnership],
            "Query.node": every,
            "Query.nodes": every,
            "any": every,
            "wrong": [f"org_{uuid4().hex}", f"prd_{uuid4().hex}", "", "org_", "ORG_1", "x" * 40, f"xyz_{uuid4().hex}"],
        },
        cursors=[
            *cursors,
            uuid4().hex,
            uuid4().hex + "7a",
            "",
            "zz",
            uuid4().hex + moment_text(rows[models.Product][0].created_at).encode().hex(),
        ],
        texts=["", "a", "web", "n", "o", "%", "_", "'", "É", "ß", "xyzzy", ".ch", "\\", "\x01", "🦊", "A" * 300],
    )


def _cursor(row: Any, key: str) -> str:
    value = getattr(row, key)
    return row.pk.hex + (value if isinstance(value, str) else moment_text(value)).encode().hex()
