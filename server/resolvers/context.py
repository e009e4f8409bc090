"""The context of a request, which every resolver gets."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from strawberry import Info
from strawberry.dataloader import DataLoader
from tortoise.models import Model

from server.domain.errors import NotFound, NotSignedIn
from server.domain.viewer import Viewer
from server.models.visibility.lookups import visible_row, visible_rows
from server.resolvers.work_budget import Work
from server.settings import Settings

_KeyT = TypeVar("_KeyT", bound=Hashable)
_ValueT = TypeVar("_ValueT")
_ModelT = TypeVar("_ModelT", bound=Model)


class _Loader(DataLoader[_KeyT, _ValueT]):
    """A batch that goes on for the others if one field that waits for it is cancelled."""

    def load(self, key: _KeyT) -> Awaitable[_ValueT]:
        return asyncio.shield(super().load(key))


@dataclass
class Context:
    """The context of one request. `now` is the same time throughout.

    `session_secret` is the new session cookie: None leaves it unchanged, an empty text ends it. `has_changed_viewers`
    says that a membership, session or token was changed. `coerced` keeps the coerced variables. `authorise` checks what
    the running mutation requires on a partnership, once that is locked; until then `is_authorised` may be False.
    `is_document_refused` says that the errors are those of the document, which is then the same for the next caller.
    """

    viewer: Viewer | None
    now: datetime
    request_id: str
    settings: Settings
    language: str = "en"
    address: str = ""
    session_secret: str | None = None
    has_changed_viewers: bool = False
    coerced: object = None
    authorise: Callable[[], Awaitable[None]] | None = None
    is_authorised: bool = True
    is_document_refused: bool = False
    work: Work = field(default_factory=Work)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict[Hashable, DataLoader[Any, Any]])

    @property
    def signed_in(self) -> Viewer:
        """The viewer, in a resolver that permission classes close to anonymous callers."""
        if self.viewer is None:
            raise NotSignedIn
        return self.viewer

    def for_viewer(self, viewer: Viewer | None) -> "Context":
        """The same request with another viewer, or with the same viewer read again."""
        return Context(viewer, self.now, self.request_id, self.settings, self.language, self.address)

    def loader(
        self, key: Hashable, load: Callable[[list[_KeyT]], Awaitable[list[_ValueT]]]
    ) -> DataLoader[_KeyT, _ValueT]:
        """The batch of this name in this request. `load` answers it, with one value for each key."""
        loader = self._loaders.get(key)
        if loader is None:
            loader = self._loaders[key] = _Loader(load_fn=load)
        return loader

    async def row(self, model: type[_ModelT], id: UUID, column: str = "id") -> _ModelT | None:
        """The row with this id, if it is visible to the viewer. All those requested at once are one statement.

        `column` can be another unique column.
        """
        return await self._rows(model, column).load(id)

    def put(self, row: Model) -> None:
        """Answer `row` with this one from now on: it is locked, and visible to the viewer or was so when they asked."""
        self._rows(type(row), "id").prime(row.pk, row, force=True)

    def _rows(self, model: type[_ModelT], column: str) -> DataLoader[UUID, _ModelT | None]:
        async def load(ids: list[UUID]) -> list[_ModelT | None]:
            rows = {getattr(row, column): row for row in await visible_rows(model, self.viewer, ids, column)}
            return [rows.get(id) for id in ids]

        return self.loader((model, column), load)

    async def rows(self, model: type[_ModelT], ids: Iterable[UUID]) -> list[_ModelT]:
        """The rows with these ids that are visible to the viewer, in this order. One statement."""
        found = await asyncio.gather(*(self.row(model, id) for id in ids))
        return [row for row in found if row is not None]

    async def require_row(self, model: type[_ModelT], id: UUID, path: tuple[str, ...] = ("id",)) -> _ModelT:
        """The same. Raises NotFound, which names the argument, if it is not visible."""
        row = await self.row(model, id)
        if row is None:
            raise NotFound(path)
        return row

    async def require_current_row(self, model: type[_ModelT], id: UUID, path: tuple[str, ...]) -> _ModelT:
        """The same as it is stored now, whatever was read before in this request."""
        row = await visible_row(model, self.viewer, id)
        if row is None:
            raise NotFound(path)
        return row

    def viewers_changed(self) -> None:
        """Note that a membership, a session or an API token was written, so that no viewer cached before is used."""
        self.has_changed_viewers = True

    def forget(self) -> None:
        """Drop what was loaded, because a mutation has changed it."""
        self._loaders.clear()


def context_of(info: Info[Any, Any]) -> Context:
    context: Context = info.context
    return context
