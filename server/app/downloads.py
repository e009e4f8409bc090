"""File downloads: who asks, and the answer if they get none."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.app import answers
from server.app.cookies import session_cookie
from server.app.requests import accepted_language
from server.authentication import Credentials, authenticate
from server.authentication.viewer_cache import ViewerCache
from server.resolvers.context import Context
from server.settings import Settings


async def download_context(request: Request, settings: Settings, cache: ViewerCache) -> Context:
    """The viewer, by token or cookie. The cookie counts for GET here, because no other page can read the answer."""
    now = datetime.now(UTC)
    authorization = request.headers.get("authorization")
    credentials = Credentials(authorization, None if authorization else session_cookie(request, settings))
    viewer = await authenticate(credentials, now, cache)
    return Context(viewer, now, request.state.request_id, settings, accepted_language(request))


def refusal_response(request: Request, status: int, message: str, code: str, **more: object) -> Response:
    """The reason why there is no file, in the form of an API error. `more` are other extensions."""
    content = answers.problem_body(message, request.state.request_id, code, **more)
    return Response(content, status, {"Content-Type": f"{answers.JSON}; charset=utf-8"})
