"""Optional values of an input: absent, null or set."""

from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class Some(Generic[_T]):
    """A value that was set, or null, which clears the stored one. An absent value is None instead."""

    value: _T | None
