"""Downloads of receipts, for both sides of a partnership."""

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.app.downloads import download_context, refusal_response
from server.authentication.viewer_cache import ViewerCache
from server.domain.errors import Denied, MalformedInput, NotFound, NotSignedIn
from server.models import Partnership
from server.resolvers import ids
from server.resolvers.partnerships.receipts import file_of
from server.settings import Settings

_STATUS: Final[dict[str, int]] = {"UNAUTHENTICATED": 401, "NOT_FOUND": 404}
_FORBIDDEN: Final = 403


def receipts_route(settings: Settings, cache: ViewerCache) -> Route:
    """`/partnerships/ID/receipts.jsonl`: the whole chain, with the same credentials as the API."""

    async def answer(request: Request) -> Response:
        try:
            context = await download_context(request, settings, cache)
            content = await file_of(context, _parse_partnership_id(request))
        except Denied as denied:
            return _refusal_response(denied, request)
        attachment = {"Content-Disposition": 'attachment; filename="receipts.jsonl"'}
        return Response(content, 200, attachment, media_type="application/jsonl; charset=utf-8")

    return Route("/partnerships/{id}/receipts.jsonl", answer)


def _parse_partnership_id(request: Request) -> UUID:
    try:
        return ids.decode(request.path_params["id"], Partnership)
    except MalformedInput:
        raise NotFound(("id",)) from None


def _refusal_response(denied: Denied, request: Request) -> Response:
    more = {name: value for name, value in denied.extensions.items() if name != "code"}
    response = refusal_response(request, _STATUS.get(denied.code, _FORBIDDEN), denied.message, denied.code, **more)
    if isinstance(denied, NotSignedIn):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
