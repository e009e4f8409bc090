"""Errors: the exception tree of everything that the programme refuses or denies.

    ProgrammeError
    ├── Refused                 a refusal that the business foresees: data in a payload's userErrors
    ├── Denied                  a request that is wrong for this caller: a top-level error with a code
    │   ├── NotSignedIn             UNAUTHENTICATED
    │   ├── RightMissing            FORBIDDEN
    │   ├── NotFound                NOT_FOUND
    │   ├── MalformedInput          BAD_USER_INPUT
    │   ├── WrongVariable           VALIDATION_FAILED
    │   ├── LimitExceeded           VALIDATION_FAILED
    │   └── SudoRequired            SUDO_REQUIRED
    └── Unavailable             the database does not answer: UNAVAILABLE, and over HTTP 503
        └── OutcomeUnknown          it stopped answering while a change was being stored: OUTCOME_UNKNOWN

Every other exception is a bug: logged with its traceback, reported as INTERNAL with a reference.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final, ParamSpec, TypeVar

from server.domain.rights import Right, Scope

P = ParamSpec("P")
T = TypeVar("T")


class ErrorCode(StrEnum):
    """Why a mutation was refused. Codes are stable; messages are for people, and translated.

    Each wing has an enum of its own codes, such as `PartnershipCode`; the API shows them all as one.
    """


class CommonCode(ErrorCode):
    """Refusals that every wing has."""

    VALIDATION_FAILED = "VALIDATION_FAILED"
    CONFLICT = "CONFLICT"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    NOT_FOUND = "NOT_FOUND"
    RIGHT_MISSING = "RIGHT_MISSING"
    STALE_VERSION = "STALE_VERSION"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name: babel's extractor looks for it
    """Mark an English message for translation. It is translated when the answer is written."""
    return message


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: a stable code, an English message (a gettext id) and the input field concerned.

    `field` is the path in the input, such as ("access", "limited", "products", "0"). Empty if no single field is at
    fault.
    """

    code: ErrorCode
    message: str
    field: tuple[str, ...] = ()
    values: Mapping[str, object] = dataclasses.field(default_factory=dict[str, object])


class ProgrammeError(Exception):
    """The base of all intended errors."""


class Refused(ProgrammeError):
    """A refusal that the business foresees. Nothing was changed."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(", ".join(refusal.code for refusal in refusals))
        self.refusals = refusals


class Problems:
    """What several rules refuse, so that a person hears of all the problems in an input at once."""

    def __init__(self) -> None:
        self._refusals = list[Refusal]()

    def check(self, rule: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | None:
        """The rule's result, or None if it refuses; its refusals are collected."""
        try:
            return rule(*arguments, **named)
        except Refused as refused:
            self._refusals.extend(refused.refusals)
            return None

    def raise_if_any(self) -> None:
        """Raise all collected refusals as one, if there are any."""
        if self._refusals:
            raise Refused(*self._refusals)


class Denied(ProgrammeError):
    """The request is wrong for this caller. `field` is the argument concerned, `extensions` what they may know.

    `is_spelled` says that `field` is spelt as in the document and the schema, and not as in Python.
    """

    code = "FORBIDDEN"
    is_spelled = False

    def __init__(self, message: str, field: Iterable[str] = (), **extensions: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = tuple(field)
        self.extensions: dict[str, object] = {"code": self.code} | extensions


class NotSignedIn(Denied):
    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in or send an API token.") -> None:
        super().__init__(message)


class RightMissing(Denied):
    """The viewer sees the object but lacks the right. A token's missing scope is named as well."""

    code = "FORBIDDEN"

    def __init__(self, right: Right, scope: Scope | None = None, reason: str | None = None) -> None:
        needed = reason or (f"This token lacks the scope {scope}." if scope else f"You need the right {right}.")
        super().__init__(needed, right=right.value, **({"scope": scope.value} if scope else {}))


class NotFound(Denied):
    """The same error for what does not exist and for what this viewer may not see."""

    code = "NOT_FOUND"

    def __init__(self, field: Iterable[str] = ()) -> None:
        super().__init__("Not found.", field)


class MalformedInput(Denied):
    code = "BAD_USER_INPUT"


class WrongVariable(Denied):
    """A variable whose type does not accept the value sent."""

    code = "VALIDATION_FAILED"
    is_spelled = True


class LimitExceeded(Denied):
    """The document is larger than the limits. It was not run."""

    code = "VALIDATION_FAILED"


class SudoRequired(Denied):
    code = "SUDO_REQUIRED"

    def __init__(self) -> None:
        super().__init__("Confirm your password first: sign in again, then repeat this.")


class Unavailable(ProgrammeError):
    """Something that the server depends on does not answer, or not in time. Nothing was changed."""

    code = "UNAVAILABLE"

    def __init__(self, message: str = "The database is not responding. Nothing was changed.") -> None:
        super().__init__(message)
        self.message = message


class OutcomeUnknown(Unavailable):
    """The database stopped answering while a change was being stored, so it is not known whether it was."""

    code = "OUTCOME_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "The database stopped responding while this was being stored. "
            "Check whether it was stored before you repeat it."
        )


CHANGED_MEANWHILE: Final = Refusal(
    CommonCode.CONFLICT, N_("Someone else changed this at the same time. Check it, then try again.")
)
"""A lost race that the rules could not see."""
