"""With which credentials are files taken away?"""

from starlette.requests import Request

from server.app.cookies import session_cookie
from server.authentication import Credentials
from server.settings import Settings


def credentials(request: Request, settings: Settings) -> Credentials:
    """A token wins over the cookie, which counts for GET here: no other page can read the answer."""
    authorization = request.headers.get("authorization")
    return Credentials(authorization, None if authorization else session_cookie(request, settings))
