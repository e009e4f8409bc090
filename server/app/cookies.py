"""Session cookies, which keep a browser signed in."""

from starlette.requests import Request
from starlette.responses import Response

from server.resolvers.context import Context
from server.settings import Settings


def _cookie_name(settings: Settings) -> str:
    """The cookie's name. Browsers accept `__Host-` only over https, and then no other site can set or see it."""
    return "__Host-session" if settings.is_https else "session"


def session_cookie(request: Request, settings: Settings) -> str | None:
    return request.cookies.get(_cookie_name(settings))


def session_cookies(context: Context, settings: Settings) -> list[tuple[bytes, bytes]]:
    """The headers that begin or end the browser's session, if the operation did."""
    if context.session_secret is None:
        return []
    response = Response()
    set_session_cookie(response, context, settings)
    return [header for header in response.raw_headers if header[0] == b"set-cookie"]


def set_session_cookie(response: Response, context: Context, settings: Settings) -> None:
    """Begin or end the browser's session, if the operation did."""
    if context.session_secret is None:
        return
    if context.session_secret:
        response.set_cookie(
            _cookie_name(settings),
            context.session_secret,
            max_age=settings.session_hours * 3600,
            path="/",
            secure=settings.is_https,
            httponly=True,
            samesite="lax",
        )
    else:
        response.delete_cookie(
            _cookie_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax"
        )
