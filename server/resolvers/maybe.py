"""What did a caller give for something that may be left out?"""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Some(Generic[T]):
    """A value that was given, or null, which clears what is stored. What was left out is no `Given`, but None."""

    value: T | None
