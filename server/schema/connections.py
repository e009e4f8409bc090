"""What is promised of a list that can grow."""

from typing import Generic, TypeVar

import strawberry

from server.schema.fields import computed

NodeT = TypeVar("NodeT")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are rows after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are rows before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last row; null on an empty page.")


@strawberry.type(description="A row and its place in the list.")
class Edge(Generic[NodeT]):
    cursor: str = strawberry.field(description="The place of the row, for `after` and `before`.")
    node: NodeT = strawberry.field(description="The row.")


@strawberry.type(description="One page of a list that can grow.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = strawberry.field(description="The rows of this page with their cursors.")
    nodes: list[NodeT] = strawberry.field(description="The rows of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    total_count: int = computed(
        lambda context, found: found.count(),
        "How many rows the whole list has for the viewer; counted only when asked for.",
    )
