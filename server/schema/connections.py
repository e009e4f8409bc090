"""Connections, in the schema: pages of lists that can grow."""

from typing import Any, Generic, TypeVar

import strawberry

from server.engine.declarations import PLAN, PagePart, SameRow
from server.resolvers.paging import Direction
from server.schema.enums import describe

describe(
    Direction,
    "A sort direction.",
    ASC="Ascending: smallest, earliest or A first.",
    DESC="Descending: largest, latest or Z first.",
)

NodeT = TypeVar("NodeT")


def page_part(name: str, description: str) -> Any:
    """A field that every connection has; `schema/connection_values.py` gives its value."""
    return strawberry.field(description=description, metadata={PLAN: PagePart(name)})


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = page_part("has_next_page", "Whether there are more rows after this page.")
    has_previous_page: bool = page_part("has_previous_page", "Whether there are more rows before this page.")
    start_cursor: str | None = page_part("start_cursor", "The cursor of the first row. Null if the page is empty.")
    end_cursor: str | None = page_part("end_cursor", "The cursor of the last row. Null if the page is empty.")


@strawberry.type(description="A row and its cursor.")
class Edge(Generic[NodeT]):
    cursor: str = page_part("cursor", "The row's position in the list, for `after` and `before`.")
    node: NodeT = strawberry.field(description="The row.", metadata={PLAN: SameRow()})


@strawberry.type(description="A page of a list.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = page_part("edges", "The rows of this page, each with its cursor.")
    nodes: list[NodeT] = page_part("nodes", "The rows of this page.")
    page_info: PageInfo = page_part("page_info", "The position of this page in the list.")
    total_count: int = page_part(
        "total_count", "The number of rows visible to you in the whole list. Counted only when requested."
    )
