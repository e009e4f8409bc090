"""The explorer page (GraphiQL): its files, and the content security policy that fences it in."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

_BUILT = Path(__file__).resolve().parent.parent / "explorer"
_DEMO = Path(__file__).with_name("pages") / "demo.html"
_PAGE_BEGINS = '<div id="page">'

# Monaco writes its styles inline and brings its icon font and pictures as data: addresses;
# everything else comes from this server, and nothing is ever asked of another one.
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
    "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'none'; object-src 'none'"
)

_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Written out, because the machine's own table of types may call JavaScript text/plain,
# and a browser that must not sniff would then refuse to run it.
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".ttf": "font/ttf",
}


def explorer_routes(*, demo: bool = False) -> list[BaseRoute]:
    """The page at /graphiql and the files it loads, each with its security headers.

    In the demo the page links to the mailbox, which no other server has.
    """
    text = _page_text(demo=demo)
    # Names are looked up among the existing files, so that no path sent by a client reaches the disk.
    assets = {asset.name: asset for asset in (_BUILT / "assets").iterdir()}

    async def page(_: Request) -> Response:
        return HTMLResponse(text, headers={**_HEADERS, "Cache-Control": "no-cache"})

    async def asset(request: Request) -> Response:
        file = assets.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404, headers=_HEADERS)
        # The name contains a hash of the content, so that changed content has another name.
        return FileResponse(
            file,
            headers={**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"},
            media_type=_MEDIA_TYPES.get(file.suffix),
        )

    return [
        Route("/graphiql", page, methods=["GET"]),
        Route("/graphiql/assets/{name:path}", asset, methods=["GET"]),
    ]


def _page_text(*, demo: bool) -> str:
    built = (_BUILT / "index.html").read_text("utf-8")
    return built.replace(_PAGE_BEGINS, f"{_DEMO.read_text('utf-8')}    {_PAGE_BEGINS}") if demo else built
