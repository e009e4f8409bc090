"""Who asks in the toy, which rows exist for them, and the permission classes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from graphql import GraphQLError
from strawberry import Info
from strawberry.permission import BasePermission
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.models.conditions import Among, Exists, TwoPartPolicy
from tests.engine.toy.models import Author, Book, Note, Renamed


@dataclass
class Visitor:
    """Somebody who asks: the authors they are, and whether they are of the staff."""

    author_ids: Any = ()
    is_staff: bool = False

    @property
    def own_id(self) -> UUID | None:
        return self.author_ids[0] if self.author_ids else None


@dataclass
class ToyContext:
    viewer: Visitor | None = None
    computed: list[str] = field(default_factory=list)
    now: datetime | None = None


def _authors(viewer: Visitor | None) -> Q:
    shown = Q(is_hidden=False)
    return shown if viewer is None else shown | Among("id", viewer.author_ids)


def _books(viewer: Visitor | None) -> Q:
    shown = Q(is_public=True)
    if viewer is None:
        return shown
    return TwoPartPolicy("author_id", lambda key: Among(key, viewer.author_ids), shown)


def _notes(viewer: Visitor | None) -> Q:
    of_book = Exists(Book, _books(viewer), id="book_id")
    return of_book if viewer is None else of_book | Among("author_id", viewer.author_ids)


POLICIES: dict[type[Model], Callable[[Any], Q]] = {
    Author: _authors,
    Book: _books,
    Note: _notes,
    Renamed: lambda viewer: Q(),
}


def visible(model: type[Model], viewer: Any) -> QuerySet[Any]:
    return model.filter(POLICIES[model](viewer))


class Missing(Exception):
    """There is no such row."""


class Denied(Exception):
    """Not for this visitor."""


class Wrong(GraphQLError):
    """An argument that cannot be read."""


class OwnRow(BasePermission):
    """Of rows that name an author by `column`: for the staff, and that author."""

    message = "not yours"

    def __init__(self, column: str) -> None:
        self.column = column

    async def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        viewer = info.context.viewer
        if viewer is None or not (viewer.is_staff or getattr(source, self.column) in viewer.author_ids):
            raise Denied("not yours")
        return True

    def row_filter(self, viewer: Any) -> Q | bool:
        if viewer is None:
            return False
        return viewer.is_staff or Among(self.column, viewer.author_ids)

    def refusal(self, viewer: Any) -> Exception:
        return Denied("not yours")


class WithMotto(BasePermission):
    """Of authors that have a motto."""

    message = "no motto"

    async def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        if source.motto is None:
            raise Denied("no motto")
        return True

    def row_filter(self, viewer: Any) -> Q:
        return Q(motto__isnull=False)

    def refusal(self, viewer: Any) -> Exception:
        return Denied("no motto")


class StaffOnly(BasePermission):
    message = "for the staff"

    async def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        if info.context.viewer is None or not info.context.viewer.is_staff:
            raise Denied("for the staff")
        return True

    def row_filter(self, viewer: Any) -> bool:
        return viewer is not None and viewer.is_staff

    def refusal(self, viewer: Any) -> Exception:
        return Denied("for the staff")


ADA, BOB, CAL = UUID(int=1), UUID(int=2), UUID(int=3)
"""The ids of authors."""
STAFF = Visitor(is_staff=True)
AS_ADA, AS_CAL = Visitor([ADA]), Visitor([CAL])
VISITORS = [None, Visitor(), AS_ADA, AS_CAL, STAFF, Visitor([ADA, CAL], is_staff=True)]
