"""Custom scalars, and how each is parsed and serialised."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from server.domain.people.users import MAX_EMAIL_CHARACTERS, normal_email
from server.domain.timestamps import read_moment
from server.resolvers.paging import moment_text

CountryCode = NewType("CountryCode", str)
EmailAddress = NewType("EmailAddress", str)

# An invalid value raises a GraphQLError: any other exception counts as our own bug.

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_MAX_OCTETS_BEFORE_AT: Final = 64
_ATOM: Final = r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_QUOTED: Final = r'"(?:[ !#-\[\]-~\x80-\U0010ffff]|\\[ -~])*"'
_LABEL: Final = r"[0-9A-Za-z\x80-\U0010ffff](?:[0-9A-Za-z\x80-\U0010ffff-]*[0-9A-Za-z\x80-\U0010ffff])?"
_EMAIL: Final = re.compile(rf"({_ATOM}(?:\.{_ATOM})*|{_QUOTED})@(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Za-z.:-]+\])")
"""The `Mailbox` of RFC 5321, with letters of any script as in RFC 6531."""


def _parse_moment(value: Any) -> datetime:
    try:
        return read_moment(value)
    except (TypeError, ValueError):
        raise GraphQLError("A DateTime must be in the format of RFC 3339, with its time zone.") from None


def _parse_email(value: Any) -> str:
    """The address in the form in which it is stored and looked up."""
    typed = value.strip() if isinstance(value, str) else ""
    is_short = len(typed) <= MAX_EMAIL_CHARACTERS and len(typed.encode("utf-8", "replace")) <= MAX_EMAIL_CHARACTERS
    found = _EMAIL.fullmatch(typed) if is_short and typed.isprintable() else None
    if found is None or len(found[1].encode()) > _MAX_OCTETS_BEFORE_AT:
        raise GraphQLError("This is not an e-mail address.")
    address = normal_email(typed)
    if not 0 < len(address) <= MAX_EMAIL_CHARACTERS:  # some letters become two in lower case
        raise GraphQLError("This is not an e-mail address.")
    return address


def _parse_country(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
        raise GraphQLError("A CountryCode must be two capital letters, as in ISO 3166-1.")
    return value


def _parse_decimal(value: Any) -> Decimal:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise GraphQLError("A Decimal must be a number in a string, such as `-12.50`.")
    return Decimal(value)


def _decimal_text(value: Any) -> str:
    """The decimal, never with an exponent."""
    return format(Decimal(value), "f")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A timestamp, such as `2026-11-23T08:30:00.000000Z`. Answers are in UTC. You can send any "
        "`date-time` of RFC 3339 in the years 1 to 9999, with its offset. "
        "Anything finer than a microsecond is cut off.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=moment_text,
        parse_value=_parse_moment,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number, sent as a string so that it is never rounded: at most 15 digits before the "
        "decimal point and 6 after it, such as `-12.50`.",
        serialize=_decimal_text,
        parse_value=_parse_decimal,
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode",
        description="A two-letter country code in capitals (ISO 3166-1), or XK, which the EU uses for Kosovo.",
        specified_by_url="https://www.iso.org/iso-3166-country-codes.html",
        serialize=str,
        parse_value=_parse_country,
    ),
    EmailAddress: strawberry.scalar(
        name="EmailAddress",
        description="An e-mail address: a `Mailbox` of at most 254 octets, with letters of any script (RFC 6531). "
        "Surrounding spaces are ignored.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc5321",
        serialize=str,
        parse_value=_parse_email,
    ),
}
