"""A joined table: a mapping to which every wing brings rows, and which the roof (`wings.py`) puts together.

So a lower wing may use what only a higher one knows: exports use the sheets of invoices, and the end of a
membership closes what its member opened to support.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Joined(Mapping[KeyT, ValueT]):
    """Rows in the order in which they are joined."""

    def __init__(self) -> None:
        self._rows = dict[KeyT, ValueT]()

    def join(self, *parts: Mapping[KeyT, ValueT]) -> None:
        """Add the rows of these parts. Raises TypeError where two parts bring the same key."""
        for part in parts:
            if twice := self._rows.keys() & part.keys():
                raise TypeError(f"{sorted(map(str, twice))} are in two wings")
            self._rows |= part

    def __getitem__(self, key: KeyT) -> ValueT:
        return self._rows[key]

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
