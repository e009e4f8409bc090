"""Guards: fields that only some viewers may see."""

from tortoise.expressions import Q

from server.engine import declarations as declared
from server.engine.errors import Unplannable
from server.engine.planning.builder import Planner
from server.engine.planning.json_text import JsonText, expression
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import Place


def write_guarded(planner: Planner, declaration: declared.Guarded, scope: Scope, place: Place) -> JsonText:
    row_filters = [(guard, planner.conditions.criteria.row_filter(guard)) for guard in declaration.guards]
    for guard, row_filter in row_filters:
        if row_filter is False:
            if planner.viewer is None and not declaration.withheld:
                raise Unplannable(f"nobody is signed in, and {place.parent.name} asks who it is")
            return _denial(planner, guard, declaration, place)
    text = planner.write_value(declaration.inner, scope, place)
    for guard, row_filter in reversed(row_filters):
        condition = _condition(planner, scope, guard, row_filter) if isinstance(row_filter, Q) else ""
        if condition:
            denied = _denial(planner, guard, declaration, place)
            text = expression(f"CASE WHEN {scope.extra(f'({condition})')} THEN {text.sql} ELSE {denied.sql} END")
    return text


def _condition(planner: Planner, scope: Scope, guard: declared.Guard, condition: Q) -> str:
    """Where the guard is given. Empty if that is every row here."""
    return planner.conditions.shared_condition(scope, guard, lambda: condition)


def _denial(planner: Planner, guard: declared.Guard, declaration: declared.Guarded, place: Place) -> JsonText:
    if declaration.withheld:
        return JsonText(planner.absent(place))
    return planner.add_refusal(lambda run: guard.refusal(run.viewer))
