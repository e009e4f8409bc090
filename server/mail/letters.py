"""Rendering of an e-mail's text and HTML from its template.

The layout is turned from MJML into HTML once, before any value is filled in. So no user's text is ever read as MJML,
and Jinja escapes it in the HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import mrml
from jinja2 import Environment, StrictUndefined, Template

from server.domain.errors import N_
from server.domain.people.users import LOCALES
from server.mail.template_values import Words, groups
from server.mail.topics import TEMPLATES
from server.mail.zones import UTC

_FOLDER: Final = Path(__file__).parent
_GREETING: Final = N_("Hello {name},")
_GREETING_WITHOUT_NAME: Final = N_("Hello,")
_FOOTER: Final = N_("This message was sent automatically by the partner programme.")

# `Any` below: variables are JSON.


@dataclass(frozen=True)
class Letter:
    """A rendered e-mail."""

    subject: str
    html: str
    text: str


def subject_of(template: str, locale: str, variables: Mapping[str, Any]) -> str:
    """Only the subject."""
    return Words(locale).say(TEMPLATES[template].subject, **_told(variables))


def written(template: str, locale: str, name: str, variables: Mapping[str, Any], zone: str = UTC) -> Letter:
    """The e-mail of this template in the recipient's language and time zone.

    Raises KeyError if a variable is missing.
    """
    words, chosen = Words(locale, zone), TEMPLATES[template]
    address = variables.get("link") or variables.get("page")
    subject = subject_of(template, locale, variables)
    parts = {
        "language": words.language,
        "subject": subject,
        "greeting": words.say(_GREETING, name=name) if name else words.say(_GREETING_WITHOUT_NAME),
        "paragraph": words.say(chosen.paragraph, **_told(variables)),
        "groups": groups(words, variables),
        "button": words.say(chosen.button) if address else "",
        "address": address,
        "footer": words.say(_FOOTER),
    }
    return Letter(subject, _html().render(parts), _text().render(parts))


def prepare() -> None:
    """Load the catalogues, locale data and layout, so that the first e-mail in each language takes no longer."""
    names = {"customer": "", "partner": "", "ends_at": "2027-01-01T00:00:00+00:00", "page": "/"}
    for locale in LOCALES:
        written("partnership.ending", locale, "", names)


def _told(variables: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if isinstance(value, str)}


@cache
def _html() -> Template:
    layout = (_FOLDER / "layout.mjml").read_text("utf-8")
    built = mrml.to_html(layout, render_options=mrml.RenderOptions(disable_comments=True, fonts={}))
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(built.content)


@cache
def _text() -> Template:
    """The plain text. Nothing is escaped, because it is never shown as HTML."""
    environment = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True)  # noqa: S701
    return environment.from_string((_FOLDER / "layout.txt").read_text("utf-8"))
