"""The command `verify-receipts`, which needs no database."""

from pathlib import Path

from server.cli.failures import Failure
from server.cli.settings import read_settings
from server.domain.partnerships.receipts import InvalidReceipt, verify_chain


def verify_file(file: Path, head: str | None) -> None:
    """Print the number of receipts and the last hash, or fail with the first invalid line."""
    read_settings()
    try:
        lines = file.read_bytes().removesuffix(b"\n").split(b"\n")
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error}.") from error
    try:
        count, last = verify_chain(lines if lines != [b""] else [], head)
    except InvalidReceipt as wrong:
        raise Failure(f"{file}, {wrong}.") from wrong
    print(f"{count} receipts, the last with the hash {last}")
