"""Downloads of exports: the person who asked gets the file, once."""

import asyncio

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Send

from server.app.downloads import download_context, refusal_response
from server.app.requests import accepted_language
from server.authentication.viewer_cache import ViewerCache
from server.domain.errors import Denied, NotFound, Refused
from server.domain.oversight.exports import MEDIA_TYPES, file_name
from server.languages import translate
from server.models import Export
from server.resolvers.oversight.export_files import LONGEST_DOWNLOAD, content, export_behind_link, take_file
from server.settings import Settings

_log = structlog.get_logger(__name__)


class Download(StreamingResponse):
    """A file being sent. A download that takes longer than files are kept is ended by closing the connection early."""

    async def stream_response(self, send: Send) -> None:
        try:
            async with asyncio.timeout(LONGEST_DOWNLOAD.total_seconds()):
                await super().stream_response(send)
        except TimeoutError:
            _log.warning("download_ended", after_seconds=LONGEST_DOWNLOAD.total_seconds())


def exports_route(settings: Settings, cache: ViewerCache) -> Route:
    """`/exports/SECRET`: the file behind a link, for the person who created it. HEAD does not use up the link.

    A caller who waits too long for someone else's change gets an error, and the link is not used up.
    """

    async def answer(request: Request) -> Response:
        try:
            context = await download_context(request, settings, cache)
            secret: str = request.path_params["secret"]
            if request.method == "HEAD":
                looked_at = await export_behind_link(context, secret)
                return Response(None, 200, _download_headers(looked_at), MEDIA_TYPES[looked_at.format])
            export = await take_file(context, secret)
        except Denied:  # one answer for a link that never existed, was used, has expired or belongs to someone else
            return refusal_response(request, 404, NotFound().message, NotFound.code)
        except Refused as refused:
            (conflict,) = refused.refusals
            message = translate(conflict.message, accepted_language(request), conflict.values)
            return refusal_response(request, 409, message, conflict.code)
        return Download(content(export), 200, _download_headers(export), MEDIA_TYPES[export.format])

    return Route("/exports/{secret}", answer)


def _download_headers(export: Export) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{file_name(export.kind, export.created_at, export.format)}"',
        "Content-Length": str(export.size_in_bytes),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
