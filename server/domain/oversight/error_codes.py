"""Codes of refusals about exports."""

from server.domain.errors import ErrorCode


class OversightCode(ErrorCode):
    """Why a change to exports was refused."""

    EXPORT_LIMIT_REACHED = "EXPORT_LIMIT_REACHED"
    EXPORT_NOT_READY = "EXPORT_NOT_READY"
    EXPORT_OF_ANOTHER = "EXPORT_OF_ANOTHER"
    EXPORT_OUTDATED = "EXPORT_OUTDATED"
