"""Limits on how many of something there may be."""

from server.domain.errors import CommonCode, ErrorCode, Refusal, Refused


def check_limit(number: int, most: int, message: str, code: ErrorCode = CommonCode.TOO_MANY_ATTEMPTS) -> None:
    """Refuse one more than `most`, where there are `number` already. The message names the limit as `{most}`."""
    if number >= most:
        raise Refused(Refusal(code, message, values={"most": most}))
