"""Changes to a partnership as rules over facts: what a change locks and reads is declared, and its body only decides.

    _PRODUCT = visible_by(Product, "product_id")

    @allow(RightOn(Right.X, Partnership, "partnership_id"))
    @holds(_PRODUCT)
    def do_something(context: Context, held: Held, product_id: ProductId) -> Payload:
        if held.first(_PRODUCT) is None: ...

Three statements, however much is read and written: the lock, the facts, and the rows that the change leaves.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar, get_type_hints
from uuid import UUID

from tortoise.models import Model

from server.domain.events import AuditAction, Topic
from server.domain.partnerships.partnerships import Side
from server.domain.viewer import Viewer
from server.models import Partnership
from server.models.database import transaction
from server.models.questions import Question, ask, rows_where
from server.models.visibility.lookups import visible
from server.models.visibility.viewers import current_viewer, viewer_questions
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId
from server.resolvers.partnerships.partnerships import (
    Note,
    act_of,
    authorise_as,
    entries_of,
    lock_visible_partnership,
)
from server.resolvers.partnerships.receipts import Chains, Granted, chain_questions, chains_of

# `Any` below: arguments are of whatever type.

ModelT = TypeVar("ModelT", bound=Model)
Payload = dict[str, object]


@dataclass(frozen=True, eq=False)
class Fact(Generic[ModelT]):
    """Rows that a change reads under its lock. `question` follows from the viewer and the arguments."""

    question: Callable[[Viewer, Mapping[str, Any]], Question[ModelT]]


def visible_by(model: type[ModelT], argument: str) -> Fact[ModelT]:
    """The row that this argument names, if the viewer sees it."""
    return Fact(lambda viewer, given: visible(model, viewer, [given[argument]]))


def rows_by(model: type[ModelT], **columns: str | None) -> Fact[ModelT]:
    """The rows whose columns have the values of these arguments; None means that a column is empty."""

    def question(viewer: Viewer, given: Mapping[str, Any]) -> Question[ModelT]:
        return rows_where(model, **{column: name and given[name] for column, name in columns.items()})

    return Fact(question)


class Held:
    """A locked partnership, and the facts of the change. What it leaves is stored when the body ends."""

    def __init__(
        self, context: Context, partnership: Partnership, answers: Mapping[Fact[Any], list[Any]], chains: Chains
    ) -> None:
        self.partnership = partnership
        self._context = context
        self._answers = answers
        self._chains = chains

    def all(self, fact: Fact[ModelT]) -> list[ModelT]:
        """The rows of a fact, in no order."""
        return self._answers[fact]

    def first(self, fact: Fact[ModelT]) -> ModelT | None:
        """The row of a fact that has one at most."""
        return next(iter(self._answers[fact]), None)

    def note(
        self,
        action: AuditAction,
        side: Side | None,
        *,
        subject: Model | None = None,
        before: journal.State | None = None,
        after: journal.State | None = None,
        had: Sequence[Granted] | None = None,
        has: Sequence[Granted] | None = None,
    ) -> None:
        """Log an event in the partnership, and issue its receipt."""
        note = Note(action, self.partnership, side, subject, before, after, had, has)
        journal.leave_acts(self._context, [act_of(note)])
        self._chains.leave(self._context, entries_of([note]))

    def announce(self, topic: Topic, subject: Model, *occasion: object, **payload: object) -> None:
        """Queue an announcement about `subject`."""
        journal.leave_news(self._context, [journal.News(topic, subject, occasion, payload)])


def holds(*facts: Fact[Any]) -> Callable[[Callable[..., Payload]], Callable[..., Awaitable[Payload]]]:
    """A mutation of the partnership that its argument `partnership_id` names, from its body.

    The body gets the context, a `Held` and the other arguments. It reads nothing: it checks, and leaves rows.
    """

    def carry(body: Callable[..., Payload]) -> Callable[..., Awaitable[Payload]]:
        @wraps(body)
        async def resolver(context: Context, partnership_id: UUID, **arguments: Any) -> Payload:
            async with transaction():
                return body(context, await _hold(context, partnership_id, facts, arguments), **arguments)

        hints = {"context": Context, "partnership_id": PartnershipId, **get_type_hints(body, include_extras=True)}
        resolver.__annotations__ = {name: hint for name, hint in hints.items() if name != "held"}
        return resolver

    return carry


async def _hold(
    context: Context, partnership_id: UUID, facts: Sequence[Fact[Any]], arguments: Mapping[str, Any]
) -> Held:
    partnership = await lock_visible_partnership(context, partnership_id)
    viewer = context.signed_in
    who, chain = viewer_questions(viewer), chain_questions([partnership])
    found = await ask(*who, *chain, *_questions(facts, viewer, arguments))
    of_viewer, of_chain, answers = found[: len(who)], found[len(who) : len(who) + 2], found[len(who) + 2 :]
    now = current_viewer(viewer, of_viewer, context.now)
    await authorise_as(context, now, [partnership])
    if facts and now != viewer:  # they see something else by now
        answers = await ask(*_questions(facts, now, arguments))
    return Held(context, partnership, dict(zip(facts, answers, strict=True)), chains_of(*of_chain))


def _questions(facts: Sequence[Fact[Any]], viewer: Viewer, arguments: Mapping[str, Any]) -> list[Question[Any]]:
    return [fact.question(viewer, arguments) for fact in facts]
