"""How can both sides of a partnership prove what was agreed, and when (D17)?

Each receipt is canonical JSON, as RFC 8785 has it: keys in order, no spaces, UTF-8; its numbers are whole. It
names the hash of the one before it, so that none can be changed, left out or moved without a trace. A file has
one receipt a line with its hash: `{"body":{…},"hash":"…"}`.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final, cast

FIRST: Final = "0" * 64
"""What the first receipt of a chain names in place of a hash."""


class WrongReceipt(Exception):
    """A line of a file that is not what it should be; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def canonical(value: Any) -> str:
    """The one way to write this JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(body: str) -> str:
    """The hash of a receipt."""
    return hashlib.sha256(body.encode()).hexdigest()


def line_of(body: str, hash: str) -> str:
    """A receipt as a file has it; `body` is canonical already."""
    return f'{{"body":{body},"hash":"{hash}"}}'


def verify(lines: Iterable[bytes], head: str | None = None) -> tuple[int, str]:
    """How many receipts a file has, and the hash of the last. Raises WrongReceipt for the first that is wrong.

    With `head` the chain has to end there: only so is it noticed that its end is missing.
    """
    count, last, partnership = 0, FIRST, None
    for count, line in enumerate(lines, 1):
        body, hash = _read(line, count)
        partnership = body.get("partnership") if count == 1 else partnership
        _check_place(body, count, last, partnership)
        last = hash
    if count == 0:
        raise WrongReceipt(1, "there is no receipt")
    if head not in (None, last):
        raise WrongReceipt(count, "the chain does not end with the expected hash")
    return count, last


def _read(line: bytes, number: int) -> tuple[dict[str, Any], str]:
    """The body of a line, and its hash, which is right."""
    try:
        text = line.decode()
        value: Any = json.loads(text)
        is_canonical = canonical(value) == text
    except (ValueError, RecursionError):
        raise WrongReceipt(number, "it is not JSON in UTF-8") from None
    if not is_canonical:
        raise WrongReceipt(number, "it is not in canonical form")
    receipt = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if set(receipt) != {"body", "hash"} or not isinstance(receipt["body"], dict):
        raise WrongReceipt(number, "it is no receipt")
    body, hash = cast("dict[str, Any]", receipt["body"]), receipt["hash"]
    if digest(canonical(body)) != hash:
        raise WrongReceipt(number, "its hash is not that of its body")
    return body, hash


def _check_place(body: dict[str, Any], number: int, last: str, partnership: Any) -> None:
    if not isinstance(body.get("partnership"), str):
        raise WrongReceipt(number, "it names no partnership")
    if body["partnership"] != partnership:
        raise WrongReceipt(number, "it is of another partnership")
    # In Python `true` and 1.0 are 1 too, and neither is the number of a receipt.
    if type(body.get("sequence")) is not int or body["sequence"] != number:
        raise WrongReceipt(number, "its place in the sequence is another")
    if body.get("previous") != last:
        raise WrongReceipt(number, "it does not follow the one before it")
