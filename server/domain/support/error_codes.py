"""Codes of refusals about support access."""

from server.domain.errors import ErrorCode


class SupportCode(ErrorCode):
    """Why a change to support access was refused."""

    SUPPORT_ACCESS_OPEN = "SUPPORT_ACCESS_OPEN"
