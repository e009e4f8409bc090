"""Everything that a viewer sees, found in one statement."""

from collections.abc import Hashable, Mapping
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from server.domain.viewer import Viewer
from server.models import Partnership
from server.models.questions import BindingParameterizer, arguments_of, render_statement
from server.models.visibility.lookups import ForViewer
from server.models.visibility.policies import POLICIES, visible_queryset
from server.models.visibility.viewer_parameters import cache_key, viewer_template
from server.resolvers.partnerships.managed_customers import MANAGED_CUSTOMERS

MANAGED = "managed customers"
"""The one list that says in its own words which rows a viewer sees."""

Sight = Mapping[str, set[UUID]]
"""By the name of the model: the keys of the rows that are seen."""

_statements: dict[Hashable, tuple[str, list[Any]]] = {}


async def sight(viewer: Viewer | None) -> Sight:
    """The keys of all rows that the viewer sees, by the policies as they are written for all viewers of this kind."""
    key = cache_key(viewer)
    if key not in _statements:
        _statements[key] = _statement(viewer)
    sql, values = _statements[key]
    _, rows = await get_connection("default").execute_query(sql, arguments_of(values, ForViewer(viewer)))
    found = {name: set[UUID]() for name in (*(model.__name__ for model in POLICIES), MANAGED)}
    for row in rows:
        found[row["name"]].add(UUID(str(row["id"])))
    return found


def _statement(viewer: Viewer | None) -> tuple[str, list[Any]]:
    template, parameters = viewer_template(viewer), BindingParameterizer()
    lists: dict[str, Any] = {model.__name__: visible_queryset(model, template) for model in POLICIES}
    if template is not None:
        lists[MANAGED] = Partnership.filter(MANAGED_CUSTOMERS.always(template))
    texts = [
        f"SELECT '{name}' AS name, id FROM ({render_statement(rows.values('id'), parameters)}) t{number}"
        for number, (name, rows) in enumerate(lists.items())
    ]
    return " UNION ALL ".join(texts), parameters.values
