"""Sheets of exports: the list of each kind of export, who may read it, and its rows as lines of cells."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from tortoise.models import Model

from server.domain.oversight.exports import ExportKind
from server.models import Export
from server.resolvers.context import Context
from server.resolvers.listings import Listing, Narrowed
from server.resolvers.permissions import Permission
from server.resolvers.shared_tables import SharedTable

_ModelT = TypeVar("_ModelT", bound=Model)
Value = str | datetime | None
Line = tuple[Value, ...]

# `Any` here and below: the rows of a sheet are of the model of its list.


@dataclass(frozen=True)
class Sheet:
    """A list as a file. `columns` are names of the API, starting from a row of the list.

    The rows come from the list itself, with its row policy and the permissions of its field (D1, E33).
    """

    listing: Listing[Any]
    permissions: Sequence[Permission]
    columns: tuple[str, ...]
    lines: Callable[[Context, Any], Awaitable[list[Line]]]
    """Turns a row into cells. Rows requested at once share the same statements."""

    @property
    def is_dated(self) -> bool:
        """Whether the list can be filtered by time."""
        return "since" in self.listing.filters

    def narrow(self, export: Export) -> Narrowed:
        return self.listing.narrow({"since": export.since, "until": export.until})


SHEETS: Final = SharedTable[ExportKind, Sheet]()
"""The sheets; each wing adds those of its own lists."""


async def find_visible(context: Context, model: type[_ModelT], key: UUID | None) -> _ModelT | None:
    """The row with this key, if it is visible to the viewer."""
    return None if key is None else await context.row(model, key)
