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
from server.mail.template_values import LocaleFormat, group_values
from server.mail.topics import TEMPLATES
from server.mail.zones import UTC

_FOLDER: Final = Path(__file__).parent
_GREETING: Final = N_("Hello {name},")
_GREETING_WITHOUT_NAME: Final = N_("Hello,")
_FOOTER: Final = N_("This message was sent automatically by the partner programme.")

# `Any` below: variables are JSON.


@dataclass(frozen=True)
class RenderedEmail:
    """A rendered e-mail."""

    subject: str
    html: str
    text: str


def subject_of(template: str, locale: str, variables: Mapping[str, Any]) -> str:
    """Only the subject."""
    return LocaleFormat(locale).translate(TEMPLATES[template].subject, **_text_values(variables))


def render_email(template: str, locale: str, name: str, variables: Mapping[str, Any], zone: str = UTC) -> RenderedEmail:
    """The e-mail of this template in the recipient's language and time zone.

    Raises KeyError if a variable is missing.
    """
    words, chosen = LocaleFormat(locale, zone), TEMPLATES[template]
    address = variables.get("link") or variables.get("page")
    subject = subject_of(template, locale, variables)
    parts = {
        "language": words.language,
        "subject": subject,
        "greeting": words.translate(_GREETING, name=name) if name else words.translate(_GREETING_WITHOUT_NAME),
        "paragraph": words.translate(chosen.paragraph, **_text_values(variables)),
        "groups": group_values(words, variables),
        "button": words.translate(chosen.button) if address else "",
        "address": address,
        "footer": words.translate(_FOOTER),
    }
    return RenderedEmail(subject, _html_template().render(parts), _text_template().render(parts))


def preload_templates() -> None:
    """Load the catalogues, locale data and layout, so that the first e-mail in each language takes no longer."""
    names = {"customer": "", "partner": "", "ends_at": "2027-01-01T00:00:00+00:00", "page": "/"}
    for locale in LOCALES:
        render_email("partnership.ending", locale, "", names)


def _text_values(variables: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if isinstance(value, str)}


@cache
def _html_template() -> Template:
    layout = (_FOLDER / "layout.mjml").read_text("utf-8")
    built = mrml.to_html(layout, render_options=mrml.RenderOptions(disable_comments=True, fonts={}))
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(built.content)


@cache
def _text_template() -> Template:
    """The plain text. Nothing is escaped, because it is never shown as HTML."""
    environment = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True)  # noqa: S701
    return environment.from_string((_FOLDER / "layout.txt").read_text("utf-8"))
