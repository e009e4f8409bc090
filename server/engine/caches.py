"""How is something kept as long as it is used, and no more of it than there is room for?"""

from collections.abc import Hashable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Recent(Generic[KeyT, ValueT]):
    """A dictionary of at most `most` entries that drops what was not used lately.

    In two halves: what is asked for moves into the newer one; when that is full, the older one goes.
    """

    __slots__ = ("_half", "_newer", "_older")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._newer: dict[KeyT, ValueT] = {}
        self._older: dict[KeyT, ValueT] = {}

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def get(self, key: KeyT) -> ValueT | None:
        found = self._newer.get(key)
        if found is None and (found := self._older.pop(key, None)) is not None:
            self.put(key, found)
        return found

    def put(self, key: KeyT, value: ValueT) -> ValueT:
        if len(self._newer) >= self._half and key not in self._newer:
            self._older, self._newer = self._newer, {}
        self._newer[key] = value
        self._older.pop(key, None)
        return value
