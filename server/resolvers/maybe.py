"""Optional values of an input: absent, null or set."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Some(Generic[T]):
    """A value that was set, or null, which clears the stored one. An absent value is None instead."""

    value: T | None
