"""Shared tables: mappings to which every wing adds rows, put together by the roof (`wings.py`).

So a lower wing can use what only a higher one knows: exports use the sheets of invoices, and the end of a membership
ends the support access that its member gave.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

_KeyT = TypeVar("_KeyT")
_ValueT = TypeVar("_ValueT")


class SharedTable(Mapping[_KeyT, _ValueT]):
    """Rows in the order in which they are joined."""

    def __init__(self) -> None:
        self._rows = dict[_KeyT, _ValueT]()

    def join(self, *parts: Mapping[_KeyT, _ValueT]) -> None:
        """Add the rows of these parts. Raises TypeError if two parts have the same key."""
        for part in parts:
            if twice := self._rows.keys() & part.keys():
                raise TypeError(f"{sorted(map(str, twice))} are in two wings")
            self._rows |= part

    def __getitem__(self, key: _KeyT) -> _ValueT:
        return self._rows[key]

    def __iter__(self) -> Iterator[_KeyT]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
