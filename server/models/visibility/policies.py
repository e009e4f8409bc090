"""Row policies: which rows a viewer sees.

This is the only place that says so. A policy has two parts. *Reach* is what the viewer has in an organisation, decided
only by the organisation's id: everything (`reaches_whole`), or something through partnerships. The *row's own part* is
evaluated only if the reach is not whole. Every condition is correlated and indexed, so that its cost depends on the
answer, not on the number of rows that a viewer may see in total.

`domain/access.py` has the same rules for values in Python.
"""

from typing import Final, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.domain.viewer import Viewer
from server.models.conditions import EVERY_ROW
from server.models.visibility import oversight, partnerships, people, products, support
from server.models.visibility.clauses import NO_ROW, Policies

_ModelT = TypeVar("_ModelT", bound=Model)

POLICIES: Final[Policies] = {
    **people.POLICIES,
    **partnerships.POLICIES,
    **products.POLICIES,
    **oversight.POLICIES,
    **support.POLICIES,
}
SHOWN_BY: Final = partnerships.SHOWN_BY


def visible_queryset(model: type[_ModelT], viewer: Viewer | None) -> QuerySet[_ModelT]:
    """The rows of `model` that are visible to this viewer. None is someone who is not signed in."""
    return model.filter(row_policy(model, viewer))


def row_policy(model: type[Model], viewer: Viewer | None) -> Q:
    """The condition behind `visible_queryset`, for statements that are built elsewhere.

    Raises KeyError for a model without a policy, so that nothing is visible by accident.
    """
    public, scope, policy = POLICIES[model]
    if viewer is None or not (scope is None or viewer.has_scope(scope)):
        return public
    return policy(viewer) if public is NO_ROW else public | policy(viewer)


def policy_through(model: type[Model], viewer: Viewer | None, seen: type[Model], column: str) -> Q:
    """The policy for a row that `column` of a visible row of `seen` names. Seeing one may show the other."""
    scope = SHOWN_BY.get((seen, column))
    if viewer is not None and scope is not None and viewer.has_scope(scope):
        return EVERY_ROW
    return row_policy(model, viewer)
