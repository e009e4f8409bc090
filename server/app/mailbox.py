"""The demo's mailbox: the e-mails it would have sent. Pages without scripts, only in the demo.

An e-mail's HTML is a separate document. Its headers and its frame let it do nothing but open links.
"""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from server.mail.rendering import RenderedEmail, render_email, subject_of
from server.models import EmailMessage

MAX_ON_A_PAGE: Final = 50
_FOLDER: Final = Path(__file__).with_name("pages")
_PAGES: Final = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
_CLOSED_POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'"
_LINKS_ONLY: Final = "sandbox allow-popups allow-popups-to-escape-sandbox"
_PAGE_POLICY: Final = f"{_CLOSED_POLICY}; style-src 'self'; frame-src 'self'; frame-ancestors 'none'"
_HTML_PART_POLICY: Final = f"{_CLOSED_POLICY}; style-src 'unsafe-inline'; frame-ancestors 'self'; {_LINKS_ONLY}"


def mailbox_routes() -> list[BaseRoute]:
    """`/mailbox` with its e-mails, newest first, each with both of its parts."""
    return [
        Route("/mailbox", _show_list, methods=["GET"]),
        Route("/mailbox/style.css", _send_stylesheet, methods=["GET"]),
        Route("/mailbox/{id}", _show_email, methods=["GET"]),
        Route("/mailbox/{id}/html", _show_html_part, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _ListRow:
    """An e-mail in the list."""

    id: str
    address: str
    name: str
    subject: str
    at: str
    state: str


async def _show_list(request: Request) -> Response:
    emails = EmailMessage.all().order_by("-id").limit(MAX_ON_A_PAGE + 1)
    if before := request.query_params.get("before"):
        emails = emails.filter(id__lt=_parse_id(before))
    rows = [_list_row(email) for email in await emails]
    shown = rows[:MAX_ON_A_PAGE]
    return _render_page("mailbox.html", rows=shown, older=shown[-1].id if len(rows) > MAX_ON_A_PAGE else None)


async def _show_email(request: Request) -> Response:
    email = await _find_email(request)
    return _render_page("message.html", row=_list_row(email), text=_render_email(email).text)


async def _show_html_part(request: Request) -> Response:
    return _html_response(_render_email(await _find_email(request)).html, _HTML_PART_POLICY)


async def _send_stylesheet(request: Request) -> Response:
    return FileResponse(_FOLDER / "mailbox.css", media_type="text/css", headers=_page_headers(_CLOSED_POLICY))


async def _find_email(request: Request) -> EmailMessage:
    email = await EmailMessage.get_or_none(id=_parse_id(request.path_params["id"]))
    if email is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return email


def _parse_id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _list_row(email: EmailMessage) -> _ListRow:
    return _ListRow(
        id=email.id.hex,
        address=email.address,
        name=email.name,
        subject=subject_of(email.template, email.locale, email.variables),
        at=f"{email.created_at:%Y-%m-%d %H:%M} UTC",
        state="parked" if email.dead_at else "sent" if email.sent_at else "waiting",
    )


def _render_email(email: EmailMessage) -> RenderedEmail:
    return render_email(email.template, email.locale, email.name, email.variables, email.zone)


def _render_page(name: str, **values: object) -> Response:
    return _html_response(_PAGES.get_template(name).render(values), _PAGE_POLICY)


def _html_response(content: str, policy: str) -> Response:
    return HTMLResponse(content, headers=_page_headers(policy))


def _page_headers(policy: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
