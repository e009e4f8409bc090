"""Codes of refusals about products."""

from server.domain.errors import ErrorCode


class ProductCode(ErrorCode):
    """Why a change to products was refused."""

    ACTION_CLOSED = "ACTION_CLOSED"
    ACTION_PENDING = "ACTION_PENDING"
    ASKER_NOT_ENTITLED = "ASKER_NOT_ENTITLED"
    PRODUCT_ENDED = "PRODUCT_ENDED"
    PRODUCT_LOCKED = "PRODUCT_LOCKED"
