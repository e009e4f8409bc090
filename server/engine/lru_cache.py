"""A bounded cache that evicts what was used least recently, limited by its entries and by their size."""

import sys
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


def _nothing(_: int) -> None:
    """Does nothing about a change of size."""


class LRUCache(Generic[KeyT, ValueT]):
    """A dictionary of at most `max_entries` entries and `max_bytes` bytes that evicts what was not used recently.

    It has two halves: a used entry moves into the newer one, and when that is full, the older one is dropped. The
    caller states the size of an entry; `resized` is called with every change of the total size.
    """

    __slots__ = ("__weakref__", "_bytes", "_half", "_half_bytes", "_newer", "_older", "_on_resize", "_sizes")

    def __init__(
        self, max_entries: int, max_bytes: int = sys.maxsize, resized: Callable[[int], Any] = _nothing
    ) -> None:
        self._half = max(1, max_entries // 2)
        self._half_bytes = max_bytes // 2
        self._newer: dict[KeyT, ValueT] = {}
        self._older: dict[KeyT, ValueT] = {}
        self._sizes: dict[KeyT, int] = {}
        self._bytes = 0
        self._on_resize = resized

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    @property
    def size(self) -> int:
        """The bytes of all entries together."""
        return sum(self._sizes.values())

    def __iter__(self) -> Iterator[KeyT]:
        """The keys that are cached now."""
        return iter([*self._newer, *self._older])

    def size_of(self, key: KeyT) -> int:
        """The bytes of one entry. Zero if it is not cached."""
        return self._sizes.get(key, 0)

    def get(self, key: KeyT) -> ValueT | None:
        found = self._newer.get(key)
        if found is None and (found := self._older.get(key)) is not None:
            self.put(key, found, self._sizes[key])
        return found

    def put(self, key: KeyT, value: ValueT, size: int = 0) -> ValueT:
        """Cache a value of this size. One that would fill half the cache on its own is not cached."""
        self.drop(key)
        if size > self._half_bytes:
            return value
        if len(self._newer) >= self._half or self._bytes + size > self._half_bytes:
            self._turn_over()
        self._newer[key] = value
        self._sizes[key] = size
        self._bytes += size
        self._on_resize(size)
        return value

    def grow(self, key: KeyT, value: ValueT, more: int) -> None:
        """Note that the entry of this key has grown or shrunk by this much."""
        if self._newer.get(key) is value or self._older.get(key) is value:
            self.put(key, value, self._sizes[key] + more)

    def drop(self, key: KeyT) -> None:
        if key in self._sizes:
            size = self._sizes.pop(key)
            if key in self._newer:
                del self._newer[key]
                self._bytes -= size
            else:
                del self._older[key]
            self._on_resize(-size)

    def _turn_over(self) -> None:
        """Drop the older half; the newer one becomes the older."""
        gone = sum([self._sizes.pop(key) for key in self._older])
        self._older, self._newer, self._bytes = self._newer, {}, 0
        self._on_resize(-gone)
