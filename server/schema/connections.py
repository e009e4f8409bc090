"""What is promised of a list that can grow."""

from typing import Any, Generic, TypeVar

import strawberry

from server.engine.declarations import PLAN, Itself, PagePart
from server.schema.fields import computed

NodeT = TypeVar("NodeT")


def part(name: str, description: str) -> Any:
    """A field that every connection has, as `schema/slices.py` answers it."""
    return strawberry.field(description=description, metadata={PLAN: PagePart(name)})


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = part("has_next_page", "Whether there are rows after this page.")
    has_previous_page: bool = part("has_previous_page", "Whether there are rows before this page.")
    start_cursor: str | None = part("start_cursor", "The cursor of the first row; null on an empty page.")
    end_cursor: str | None = part("end_cursor", "The cursor of the last row; null on an empty page.")


@strawberry.type(description="A row and its place in the list.")
class Edge(Generic[NodeT]):
    cursor: str = part("cursor", "The place of the row, for `after` and `before`.")
    node: NodeT = strawberry.field(description="The row.", metadata={PLAN: Itself()})


@strawberry.type(description="One page of a list that can grow.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = part("edges", "The rows of this page with their cursors.")
    nodes: list[NodeT] = part("nodes", "The rows of this page.")
    page_info: PageInfo = part("page_info", "Where this page lies in the list.")
    total_count: int = computed(
        lambda context, found: found.count(),
        "How many rows the whole list has for the viewer; counted only when asked for.",
        PagePart("total_count"),
    )
