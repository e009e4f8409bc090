"""How is a document validated sooner?

The library asks each of its thirty rules, for every document anew, what it has to say of each kind of node, and
calls at every node also those that have nothing to say. That is known of the rules' classes, once and for all.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, cast

from graphql import BREAK, SKIP, Node, Visitor
from graphql.language.visitor import EnterLeaveVisitor, ParallelVisitor

# `Any` below: what visitors answer is the library's own.
_Said = Callable[..., Any] | None
_NOTHING = EnterLeaveVisitor(None, None)


class Concerned(ParallelVisitor):
    """Goes through a document with all rules at once, and at each node with those that its kind concerns."""

    def __init__(self, visitors: Sequence[Visitor]) -> None:
        super().__init__(visitors)
        self._visitors = visitors
        self._classes = tuple(map(type, visitors))

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        found = self.enter_leave_map.get(kind)
        if found is None:
            found = self.enter_leave_map[kind] = self._of(kind)
        return found

    def _of(self, kind: str) -> EnterLeaveVisitor:
        places = _concerned(self._classes, kind)
        if not places:
            return _NOTHING
        both = [(place, *self._visitors[place].get_enter_leave_for_kind(kind)) for place in places]
        enters = tuple((place, enter) for place, enter, _ in both if enter)
        leaves = tuple((place, leave) for place, _, leave in both)
        return EnterLeaveVisitor(partial(_enter, self.skipping, enters), partial(_leave, self.skipping, leaves))


@cache
def _concerned(classes: tuple[type[Visitor], ...], kind: str) -> tuple[int, ...]:
    """The places of the rules that have something to say of a kind of node."""
    names = (f"enter_{kind}", f"leave_{kind}", "enter", "leave")
    return tuple(place for place, rule in enumerate(classes) if any(getattr(rule, name, None) for name in names))


def _enter(skipping: list[Any], enters: Sequence[tuple[int, Any]], node: Node, *args: Any) -> Any:
    for place, enter in enters:
        if skipping[place]:
            continue
        said = enter(node, *args)
        if said is None:
            continue
        if said is SKIP or said is False:
            skipping[place] = node
        elif said is BREAK or said is True:
            skipping[place] = BREAK
        else:
            return said
    return None


def _leave(skipping: list[Any], leaves: Sequence[tuple[int, _Said]], node: Node, *args: Any) -> Any:
    for place, leave in leaves:
        if skipping[place]:
            if skipping[place] is node:
                skipping[place] = None
            continue
        said = leave(node, *args) if leave else None
        if said is BREAK or said is True:
            skipping[place] = BREAK
        elif said is not None and said is not SKIP and said is not False:
            return said
    return None


def validate_sooner() -> None:
    """From now on documents are validated by `Concerned`."""
    # The package has a function of this module's name.
    cast("Any", sys.modules["graphql.validation.validate"]).ParallelVisitor = Concerned
