"""Limits on how many of something there may be."""

from server.domain.errors import ErrorCode, Refusal, Refused


def check_limit(number: int, most: int, code: ErrorCode, message: str) -> None:
    """Refuse one more than `most`, where there are `number` already. The message names the limit as `{most}`."""
    if number >= most:
        raise Refused(Refusal(code, message, values={"most": most}))
