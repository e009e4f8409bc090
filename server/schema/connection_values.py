"""Connection values: the objects from which a connection, its edges and its page info resolve."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.resolvers.paging import PageInfo, Window


@dataclass(frozen=True)
class ConnectionEdge:
    """The value of an edge: the row of the list, and its cursor."""

    cursor: str
    row: Any

    @property
    def node(self) -> Any:
        return self.row

    def __getattr__(self, name: str) -> Any:
        """The attributes of the edge's row. The edge itself is not a row."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.row, name)


@dataclass(frozen=True)
class ConnectionPage:
    """The value of a connection."""

    window: Window[Any]
    count: Callable[[], Awaitable[int]]

    @property
    def edges(self) -> list[ConnectionEdge]:
        return [ConnectionEdge(cursor, row) for cursor, row in zip(self.window.cursors, self.window.rows, strict=True)]

    @property
    def nodes(self) -> list[Any]:
        return list(self.window.rows)

    @property
    def total_count(self) -> Awaitable[int]:
        """Counted only when asked for."""
        return self.count()

    @property
    def page_info(self) -> PageInfo:
        return self.window.page_info
