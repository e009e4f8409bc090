"""Limits on one request, on the size of its head and the number of its parts, and the answers beyond them."""

from typing import Final

from server.app.requests import LONGEST_ADDRESS, MAX_HEADER_BYTES

MAX_LINE_BYTES: Final = 8_192
MAX_HEADERS: Final = 100
MAX_CHUNKS: Final = 2_048
MAX_PIPELINED: Final = 16
"""The number of pipelined requests that may wait on a connection. Further ones are not read yet."""
MAX_HEAD_BYTES: Final = LONGEST_ADDRESS + MAX_HEADER_BYTES


class OutOfBounds(Exception):
    """Raised in the parser's callbacks when a request exceeds a limit."""

    def __init__(self, status: int, message: str, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


def check_headers(headers: list[tuple[bytes, bytes]]) -> None:
    sizes = [len(name) + len(value) for name, value in headers]
    if sum(sizes) > MAX_HEADER_BYTES:
        raise too_large(b"")
    if max(sizes, default=0) > MAX_LINE_BYTES:
        raise OutOfBounds(431, f"A header has more than {MAX_LINE_BYTES} bytes.")


def too_large(address: bytes) -> OutOfBounds:
    if len(address) > LONGEST_ADDRESS:
        return OutOfBounds(414, "The address is too long.")
    return OutOfBounds(431, "The headers are too large.")
