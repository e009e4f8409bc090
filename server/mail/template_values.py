"""Template values: an e-mail's data, shown as labelled lines below its text.

Terms, and the state before and after a change, are groups of such lines.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, cast

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.lists import format_list

from server.domain.errors import N_
from server.languages import translate
from server.mail.zones import UTC, zone_info

CATALOGUES: Final = Path(__file__).with_name("translations")

# `Any` below: variables are JSON.


@dataclass(frozen=True)
class LocaleFormat:
    """The language and formats of a locale such as de_DE, and the time zone for dates."""

    locale: str
    zone: str = UTC

    @property
    def language(self) -> str:
        return self.locale.partition("_")[0]

    def translate(self, message: str, /, **values: object) -> str:
        return translate(message, self.language, values, CATALOGUES)

    def format_moment(self, moment: str) -> str:
        """A date and time on the recipient's clock, with the name of their zone. A mere day has neither."""
        locale = Locale.parse(self.locale)
        if "T" not in moment:
            return format_date(date.fromisoformat(moment), "long", locale)
        local = datetime.fromisoformat(moment).astimezone(zone_info(self.zone))
        day, time = format_date(local, "long", locale), format_time(local, "short", locale=locale)
        return f"{day}, {time} ({get_timezone_name(local, 'long', locale=locale)})"

    def join_list(self, parts: Sequence[str]) -> str:
        return format_list(parts, locale=Locale.parse(self.locale))


@dataclass(frozen=True)
class Group:
    """Lines of label and value. The heading may be empty."""

    heading: str
    lines: list[tuple[str, str]]


_MEANINGS: Final[Mapping[str, str]] = {
    "LIMITED": N_("Limited access"),
    "COMPLETE": N_("Complete access"),
    "CUSTOMER": N_("The customer pays"),
    "PARTNER": N_("The partner pays"),
    "TECHNICAL": N_("Technical management"),
    "STATISTICS": N_("Statistics"),
    "LEGAL_REPRESENTATIVE": N_("Legal representative"),
    "ADMINISTRATOR": N_("Administrator"),
    "EMPLOYEE": N_("Employee"),
    "EXTERNAL": N_("External member"),
    "GRANTED": N_("Granted"),
    "CONFIRMED": N_("Confirmed"),
    "REFUSED": N_("Refused"),
    "EXPIRED": N_("Expired"),
    "MAIL": N_("Your e-mail"),
    "KDRIVE": N_("Your kDrive"),
}
_ENDED_BY: Final[Mapping[str, str]] = {
    "CUSTOMER": N_("The customer"),
    "PARTNER": N_("The partner"),
    "STAFF": N_("The hosting company"),
    "CLOCK": N_("The agreed last day"),
}
_REASONS: Final[Mapping[str, str]] = {
    "NO_LONGER_NEEDED": N_("No longer needed"),
    "DISSATISFIED": N_("Not satisfied"),
    "TERMS_CHANGED": N_("The terms changed"),
    "CHANGE_OF_PARTNER": N_("Change of partner"),
    "RELATIONSHIP_ENDED": N_("No longer working together"),
    "PROGRAMME_EXIT": N_("The partner has left the programme"),
    "DATE_REACHED": N_("The agreed last day has been reached"),
    "OTHER": N_("Another reason"),
}


def _format_text(words: LocaleFormat, value: Any) -> str:
    return str(value)


def _format_enum(words: LocaleFormat, value: str) -> str:
    return words.translate(_MEANINGS[value])


def _format_ended_by(words: LocaleFormat, value: str) -> str:
    return words.translate(_ENDED_BY[value])


def _format_reason(words: LocaleFormat, value: str) -> str:
    """A reason from the list for ending a partnership (D10), or else someone's own words."""
    return words.translate(_REASONS[value]) if value in _REASONS else value


def _format_rights(words: LocaleFormat, value: Sequence[str]) -> str:
    return words.join_list([_format_enum(words, right) for right in value])


def _format_products(words: LocaleFormat, value: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(_format_product(words, one) for one in value)


def _format_product(words: LocaleFormat, one: Mapping[str, Any]) -> str:
    if "expires_at" in one:
        return words.translate(
            N_("{product}, until {date}"), product=one["service_name"], date=words.format_moment(one["expires_at"])
        )
    return f"{one['service_name']}: {_format_rights(words, one['rights'])}"


_FIELDS: Final[Mapping[str, tuple[str, Callable[[LocaleFormat, Any], str]]]] = {
    "access_type": (N_("Access"), _format_enum),
    "payment_mode": (N_("Payment"), _format_enum),
    "products": (N_("Products"), _format_products),
    "role": (N_("Role"), _format_enum),
    "service_name": (N_("Product"), _format_text),
    "rights": (N_("Rights"), _format_rights),
    "token": (N_("API token"), _format_text),
    "opened": (N_("Support can access"), _format_enum),
    "ticket": (N_("Support request"), _format_text),
    "address": (N_("E-mail address"), _format_text),
    "expires_at": (N_("Until"), LocaleFormat.format_moment),
    "ends_at": (N_("Until"), LocaleFormat.format_moment),
    "days_left": (N_("Days left"), _format_text),
    "before": (N_("Before"), _format_enum),
    "after": (N_("After"), _format_enum),
    "asked": (N_("Requested"), _format_enum),
    "asked_by": (N_("Requested by"), _format_text),
    "granted": (N_("Granted"), _format_enum),
    "ended_by": (N_("Ended by"), _format_ended_by),
    "verdict": (N_("Outcome"), _format_enum),
    "reason": (N_("Reason"), _format_reason),
    "words": (N_("Their message"), _format_text),
    "message": (N_("Their message"), _format_text),
}


def group_values(words: LocaleFormat, variables: Mapping[str, Any]) -> list[Group]:
    """The values to show: groups first, then single ones."""
    of_terms = [
        Group(_heading(words, name), list(_labelled_lines(words, cast("Mapping[str, Any]", value))))
        for name, value in variables.items()
        if isinstance(value, dict)
    ]
    single = Group("", list(_labelled_lines(words, variables)))
    return [group for group in (*of_terms, single) if group.lines]


def _heading(words: LocaleFormat, name: str) -> str:
    return words.translate(_FIELDS[name][0]) if name in _FIELDS else ""


def _labelled_lines(words: LocaleFormat, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values to show that are not empty, in the given order."""
    for name, value in values.items():
        if name in _FIELDS and value and not isinstance(value, dict):
            label, shown = _FIELDS[name]
            yield words.translate(label), shown(words, value)
