"""A bounded cache with a gate: new entries wait apart until they are admitted, and cannot push out admitted ones.

Anybody can send a new document each time, and have each refused. Only what somebody may run displaces what others run.
"""

from collections.abc import Callable
from typing import Generic

from server.engine.lru_cache import KeyT, LRUCache, ValueT


class GatedCache(Generic[KeyT, ValueT]):
    """Two caches: one for admitted entries, and a smaller one for those that wait or were refused."""

    def __init__(self, admitted: LRUCache[KeyT, ValueT], waiting: LRUCache[KeyT, ValueT]) -> None:
        self.admitted = admitted
        self.waiting = waiting

    def __len__(self) -> int:
        return len(self.admitted) + len(self.waiting)

    @property
    def size(self) -> int:
        """The bytes of all entries together."""
        return self.admitted.size + self.waiting.size

    def get(self, key: KeyT) -> ValueT | None:
        found = self.admitted.get(key)
        return self.waiting.get(key) if found is None else found

    def put(self, key: KeyT, value: ValueT, size: int) -> ValueT:
        """Cache a new value of this size, which waits."""
        return self.waiting.put(key, value, size)

    def admit(self, key: KeyT) -> None:
        """Keep the entry of this key, if it still waits, with those that were admitted."""
        found = self.waiting.get(key)
        if found is not None:
            size = self.waiting.size_of(key)
            self.waiting.drop(key)
            self.admitted.put(key, found, size)

    def forget(self, is_refused: Callable[[KeyT], bool]) -> None:
        """Drop the entries with such keys, unless they were admitted."""
        for key in filter(is_refused, self.waiting):
            self.waiting.drop(key)

    def grow(self, key: KeyT, value: ValueT, more: int) -> None:
        """Note that the entry of this key has grown or shrunk by this much."""
        self.admitted.grow(key, value, more)
        self.waiting.grow(key, value, more)
