"""Implications: what is left of a condition for rows of which something is known."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, cast

from tortoise.expressions import Q

from server.models.conditions import EVERY_ROW, Condition, TwoPartPolicy

# `Any` below: the values in conditions are of whatever type a column takes.


def facts_of(conditions: Iterable[Q]) -> frozenset[Hashable]:
    """What is known of rows that meet these conditions."""
    return frozenset(structure_of(part) for condition in conditions for part in parts_of(condition))


def remainder(condition: Q, facts: frozenset[Hashable]) -> Q | None:
    """What is left to be tested of the condition: every row meets it if nothing is. None if the facts do not help."""
    parts = list(parts_of(condition))
    left = [part for part in parts if not _follows(part, facts)]
    return None if len(left) == len(parts) else Q(*left) if left else EVERY_ROW


def _follows(part: Q, facts: frozenset[Hashable]) -> bool:
    """Whether it is one of the facts, or one of its alternatives follows from them."""
    if structure_of(part) in facts:
        return True
    return _is_choice(part) and any(all(_follows(one, facts) for one in parts_of(branch)) for branch in _nodes(part))


def parts_of(condition: Q) -> Iterator[Q]:
    """The conditions that must all hold."""
    if isinstance(condition, Condition) or is_negated(condition) or _is_choice(condition):
        yield condition
    elif condition.filters:
        yield from _nodes(condition)
    else:
        for child in _nodes(condition):
            yield from parts_of(child)


def is_negated(condition: Q) -> bool:
    """Whether a plain condition, which is not one of ours, is negated."""
    return condition._is_negated  # pyright: ignore[reportPrivateUsage] - there is no other way to know


def _is_choice(condition: Q) -> bool:
    """Whether one of several conditions is enough."""
    if isinstance(condition, Condition) or is_negated(condition):
        return False
    return condition.join_type == Q.OR and len(_nodes(condition)) > 1


def _nodes(condition: Q) -> list[Q]:
    """What a plain condition joins. Tortoise leaves out the empty ones, on either side."""
    if condition.filters:
        filters: Any = condition.filters
        return [Q(**{name: value}) for name, value in filters.items()]
    return [child for child in condition.children if child]


def structure_of(condition: Q) -> Hashable:
    """What tells conditions apart: with equal structures they hold for the same rows."""
    if isinstance(condition, TwoPartPolicy):
        condition = condition.plain
    if isinstance(condition, Condition):
        classes = (class_ for class_ in type(condition).__mro__ if issubclass(class_, Condition))
        names: Any = (name for class_ in classes for name in class_.__slots__)
        return type(condition), *(_comparable(getattr(condition, name)) for name in names)
    if condition.filters:
        nodes: Any = tuple((name, _comparable(value)) for name, value in condition.filters.items())
    else:
        nodes = tuple(structure_of(child) for child in _nodes(condition))
        if len(nodes) == 1 and not is_negated(condition):
            return nodes[0]
    return condition.join_type, is_negated(condition), nodes


def _comparable(value: Any) -> Hashable:
    match value:
        case Q():
            return structure_of(value)
        case dict():
            return tuple((name, _comparable(one)) for name, one in cast("dict[str, Any]", value).items())
        case list() | tuple():
            return tuple(_comparable(one) for one in cast("list[Any]", value))
        case _:
            return cast("Hashable", (type(value), value))
