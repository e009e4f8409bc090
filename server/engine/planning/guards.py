"""How does a field depend on who asks?"""

from typing import TYPE_CHECKING

from tortoise.expressions import Q

from server.engine import declarations as declared
from server.engine.errors import Unplannable
from server.engine.planning.json_text import Text, expression
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import Place

if TYPE_CHECKING:
    from server.engine.planning.builder import Planner


def guarded(planner: "Planner", declaration: declared.Guarded, scope: Scope, place: Place) -> Text:
    held = [(guard, planner.conditions.criteria.held(guard)) for guard in declaration.guards]
    for guard, given in held:
        if given is False:
            if planner.viewer is None and not declaration.withheld:
                raise Unplannable(f"nobody is signed in, and {place.parent.name} asks who it is")
            return _denied(planner, guard, declaration, place)
    text = planner.value(declaration.inner, scope, place)
    for guard, given in reversed(held):
        if isinstance(given, Q):
            decided = scope.extra(f"({_known(planner, scope, guard, given)})")
            denied = _denied(planner, guard, declaration, place)
            text = expression(f"CASE WHEN {decided} THEN {text.sql} ELSE {denied.sql} END")
    return text


def _known(planner: "Planner", scope: Scope, guard: declared.Guard, condition: Q) -> str:
    return planner.conditions.known(scope, guard, lambda: condition)


def _denied(planner: "Planner", guard: declared.Guard, declaration: declared.Guarded, place: Place) -> Text:
    if declaration.withheld:
        return Text(planner.absent(place))
    return planner.refusal(lambda run: guard.refusal(run.viewer))
