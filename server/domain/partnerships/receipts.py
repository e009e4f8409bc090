"""Receipts: a hash chain with which both sides of a partnership can prove what was agreed, and when (D17).

Each receipt is canonical JSON (RFC 8785): sorted keys, no spaces, UTF-8, only whole numbers. It contains the hash of
the receipt before it, so none can be changed, left out or moved unnoticed. A file has one receipt and its hash on each
line: `{"body":{…},"hash":"…"}`.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final, cast

FIRST_PREVIOUS_HASH: Final = "0" * 64
"""The previous hash in the first receipt of a chain."""


class InvalidReceipt(Exception):
    """An invalid line of a receipt file. `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def canonical_json(value: Any) -> str:
    """The canonical JSON of a value (RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def receipt_hash(body: str) -> str:
    """The SHA-256 hash of a receipt, in hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


def receipt_line(body: str, hash: str) -> str:
    """The line of a receipt in a file. `body` is already canonical."""
    return f'{{"body":{body},"hash":"{hash}"}}'


def verify_chain(lines: Iterable[bytes], head: str | None = None) -> tuple[int, str]:
    """The number of receipts in a file, and the hash of the last one. Raises WrongReceipt for the first invalid line.

    With `head` the chain has to end with that hash. Without it, missing lines at the end go unnoticed.
    """
    count, last, partnership = 0, FIRST_PREVIOUS_HASH, None
    for count, line in enumerate(lines, 1):
        body, hash = _read_line(line, count)
        partnership = body.get("partnership") if count == 1 else partnership
        _check_place(body, count, last, partnership)
        last = hash
    if count == 0:
        raise InvalidReceipt(1, "there are no receipts")
    if head not in (None, last):
        raise InvalidReceipt(count, "the chain does not end with the expected hash")
    return count, last


def _read_line(line: bytes, number: int) -> tuple[dict[str, Any], str]:
    """The body of a line and its hash, which has been verified."""
    try:
        text = line.decode()
        value: Any = json.loads(text)
        is_canonical = canonical_json(value) == text
    except (ValueError, RecursionError):
        raise InvalidReceipt(number, "it is not JSON in UTF-8") from None
    if not is_canonical:
        raise InvalidReceipt(number, "it is not in canonical form")
    receipt = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if set(receipt) != {"body", "hash"} or not isinstance(receipt["body"], dict):
        raise InvalidReceipt(number, "it is not a receipt")
    body, hash = cast("dict[str, Any]", receipt["body"]), receipt["hash"]
    if receipt_hash(canonical_json(body)) != hash:
        raise InvalidReceipt(number, "its hash does not match its body")
    return body, hash


def _check_place(body: dict[str, Any], number: int, last: str, partnership: Any) -> None:
    if not isinstance(body.get("partnership"), str):
        raise InvalidReceipt(number, "it does not name a partnership")
    if body["partnership"] != partnership:
        raise InvalidReceipt(number, "it belongs to another partnership")
    # In Python `true` and 1.0 are 1 too, and neither is the number of a receipt.
    if type(body.get("sequence")) is not int or body["sequence"] != number:
        raise InvalidReceipt(number, "it is out of sequence")
    if body.get("previous") != last:
        raise InvalidReceipt(number, "it does not follow the one before it")
