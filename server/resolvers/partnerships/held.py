"""Changes to a partnership as rules over facts: what a change locks and reads is declared, and its body only decides.

    _PRODUCT = visible_by(Product, "product_id")

    @allow(RightOn(Right.X, Partnership, "partnership_id"))
    @holds(_PRODUCT)
    def do_something(context: Context, held: Held[Partnership], product_id: ProductId) -> Payload:
        if held.first(_PRODUCT) is None: ...

Three statements, however much is read and written: the locks, the facts, and the rows that the change leaves.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from tortoise.models import Model

from server.domain.events import AuditAction, Topic
from server.domain.partnerships.partnerships import Side
from server.domain.viewer import Viewer
from server.models import Partnership
from server.models.database import transaction
from server.models.questions import Question, rows_where
from server.models.visibility.lookups import for_update, lock_and_read, visible
from server.models.visibility.viewers import current_viewer, viewer_questions
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId
from server.resolvers.partnerships.partnerships import Note, Traces, act_of, authorise_as, entries_of, lock_named
from server.resolvers.partnerships.receipts import Chains, Granted, chain_questions, chains_of

# `Any` below: arguments are of whatever type.

ModelT = TypeVar("ModelT", bound=Model)
RowT = TypeVar("RowT", bound=Model)
Payload = dict[str, object]


@dataclass(frozen=True, eq=False)
class Fact(Generic[ModelT]):
    """Rows that a change reads under its locks, or with `is_lock` as one of them.

    `question` follows from the viewer and what is given: the arguments and, under the locks, `row`, the row that is
    changed, and `partnership_id`, `customer_id` and `partner_id`.
    """

    question: Callable[[Viewer, Mapping[str, Any]], Question[ModelT]]
    is_lock: bool = False


def visible_by(model: type[ModelT], name: str) -> Fact[ModelT]:
    """The row that this argument names, if the viewer sees it."""
    return Fact(lambda viewer, given: visible(model, viewer, [given[name]]))


def held_by(model: type[ModelT], name: str) -> Fact[ModelT]:
    """The same, locked after the partnership."""
    return Fact(lambda viewer, given: for_update(visible(model, viewer, [given[name]])), is_lock=True)


def rows_by(model: type[ModelT], **columns: str | Enum | None) -> Fact[ModelT]:
    """The rows whose columns have the values that are given by these names.

    None means that a column is empty, and a value of an enum is itself. For example,
    `rows_by(AccessChangeRequest, partnership_id="partnership_id", status=AccessChangeStatus.PENDING)`.
    """

    def question(_: Viewer, given: Mapping[str, Any]) -> Question[ModelT]:
        values = {
            column: name if name is None or isinstance(name, Enum) else given[name] for column, name in columns.items()
        }
        return rows_where(model, **values)

    return Fact(question)


def rows_to_change_by(model: type[ModelT], **columns: str | Enum | None) -> Fact[ModelT]:
    """The same, locked when they are read: others change them who do not hold the partnership."""
    rows = rows_by(model, **columns)
    return Fact(lambda viewer, given: for_update(rows.question(viewer, given)))


class Held(Generic[RowT]):
    """A locked row with its partnership, and the facts of the change. What it leaves is stored when the body ends."""

    def __init__(
        self,
        context: Context,
        row: RowT,
        partnership: Partnership,
        answers: Mapping[Fact[Any], list[Any]],
        chains: Chains,
    ) -> None:
        self.row = row
        self.partnership = partnership
        self._context = context
        self._answers = answers
        self._chains = chains

    @property
    def customer_name(self) -> str:
        return self._chains.names[self.partnership.customer_id]

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
        self.leave_traces(Traces([Note(action, self.partnership, side, subject, before, after, had, has)]))

    def log(self, act: journal.Act) -> None:
        """Log an act of which there is no receipt."""
        journal.leave_acts(self._context, [act])

    def announce(self, topic: Topic, subject: Model, *occasion: object, **payload: object) -> None:
        """Queue an announcement about `subject`."""
        self.leave_traces(Traces(news=[journal.News(topic, subject, occasion, payload)]))

    def leave_traces(self, traces: Traces) -> None:
        """Log several events in the partnership, issue their receipts, and queue announcements."""
        journal.leave_acts(self._context, [act_of(note) for note in traces.notes])
        self._chains.leave(self._context, entries_of(traces.notes))
        journal.leave_news(self._context, traces.news)


def holds(*facts: Fact[Any], **named: Any) -> Callable[[Callable[..., Payload]], Callable[..., Awaitable[Payload]]]:
    """A mutation of what an argument names, from its body: the partnership, or a row that belongs to one.

    The argument and the type of its ids are `named`, for example `product_access_id=ProductAccessId`; if nothing is,
    the mutation is of the partnership that `partnership_id` names. The body gets the context, a `Held` and the other
    arguments. It reads nothing: it checks, and leaves rows.
    """
    [(name, id_type)] = (named or {"partnership_id": PartnershipId}).items()
    target = _Target(name, get_args(id_type)[1], facts)

    def carry(body: Callable[..., Payload]) -> Callable[..., Awaitable[Payload]]:
        @wraps(body)
        async def resolver(context: Context, **arguments: Any) -> Payload:
            async with transaction():
                held = await _hold(context, target, arguments)
                return body(context, held, **{key: value for key, value in arguments.items() if key != name})

        hints = {"context": Context, name: id_type, **get_type_hints(body, include_extras=True)}
        resolver.__annotations__ = {key: hint for key, hint in hints.items() if key != "held"}
        return resolver

    return carry


@dataclass(frozen=True)
class _Target:
    """The argument that names what is changed, its model, and the facts of the change."""

    name: str
    model: type[Model]
    facts: tuple[Fact[Any], ...]

    def questions(self, viewer: Viewer, given: Mapping[str, Any], *, are_locks: bool) -> list[Question[Any]]:
        return [fact.question(viewer, given) for fact in self.facts if fact.is_lock is are_locks]


async def _hold(context: Context, target: _Target, arguments: Mapping[str, Any]) -> Held[Any]:
    viewer = context.signed_in
    more = target.questions(viewer, arguments, are_locks=True)
    row, partnership, locked = await lock_named(context, target.model, arguments[target.name], target.name, *more)
    sides = {"customer_id": partnership.customer_id, "partner_id": partnership.partner_id}
    given = {**arguments, **sides, "partnership_id": partnership.id, "row": row}
    who, chain = viewer_questions(viewer), chain_questions([partnership])
    found = await lock_and_read(*who, *chain, *target.questions(viewer, given, are_locks=False))
    of_viewer, of_chain, read = found[: len(who)], found[len(who) : len(who) + 2], found[len(who) + 2 :]
    now = current_viewer(viewer, of_viewer, context.now)
    await authorise_as(context, now, [row, partnership])
    if read and now != viewer:  # they see something else by now
        read = await lock_and_read(*target.questions(now, given, are_locks=False))
    facts = sorted(target.facts, key=lambda fact: not fact.is_lock)
    return Held(context, row, partnership, dict(zip(facts, [*locked, *read], strict=True)), chains_of(*of_chain))
