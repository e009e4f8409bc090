"""Enums of the domain, in the schema: every value says what it means."""

from enum import Enum
from typing import Any

import strawberry


def complete_meanings(enum: type[Enum], **values: str) -> dict[str, str]:
    """What each value of the enum means, by its name. Raises TypeError if one lacks its meaning."""
    if missing := {member.name for member in enum} ^ set(values):
        raise TypeError(f"{enum.__name__}: say what {sorted(missing)} mean")
    return values


def describe(enum: type[Enum], description: str, *, name: str | None = None, **values: str) -> None:
    """Make the enum a GraphQL type. Every value needs a description: an enum that lacks one does not load."""
    complete_meanings(enum, **values)
    strawberry.enum(enum, name=name, description=description)
    definition: Any = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[value.name]
