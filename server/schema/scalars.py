"""The scalars that GraphQL does not bring along, and how each is written and read."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from server.domain.people import MOST_EMAIL_CHARACTERS, normal_email
from server.resolvers.paging import moment_text

CountryCode = NewType("CountryCode", str)
EmailAddress = NewType("EmailAddress", str)

# A value that is refused is refused as a GraphQLError: every other exception counts as a bug of ours.

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise GraphQLError("A DateTime is written as in RFC 3339, with its time zone.") from None


def _email(value: Any) -> str:
    address = normal_email(value) if isinstance(value, str) else ""
    if not _EMAIL.fullmatch(address) or len(address) > MOST_EMAIL_CHARACTERS:
        raise GraphQLError("This is not an e-mail address.")
    return address


def _country(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
        raise GraphQLError("A CountryCode has two capital letters.")
    return value


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise GraphQLError("A Decimal is a number written in a string, such as `-12.50`.")
    return Decimal(value)


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, such as `2026-11-23T08:30:00.000000Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=moment_text,
        parse_value=_moment,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number, written in a string so that nothing rounds it.",
        serialize=str,
        parse_value=_decimal,
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode",
        description="A country by its two-letter code.",
        specified_by_url="https://www.iso.org/iso-3166-country-codes.html",
        serialize=str,
        parse_value=_country,
    ),
    EmailAddress: strawberry.scalar(
        name="EmailAddress",
        description="An e-mail address.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc5321",
        serialize=str,
        parse_value=_email,
    ),
}
