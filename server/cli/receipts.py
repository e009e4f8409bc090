"""Is a file of receipts whole? Nothing but the file is needed for that."""

from pathlib import Path

from server.cli.failures import Failure
from server.domain.partnerships.receipts import WrongReceipt, verify


def verify_file(file: Path, head: str | None) -> None:
    """Say how many receipts there are and the hash of the last, or which is the first that is wrong."""
    try:
        lines = file.read_bytes().removesuffix(b"\n").split(b"\n")
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error}.") from error
    try:
        count, last = verify(lines if lines != [b""] else [], head)
    except WrongReceipt as wrong:
        raise Failure(f"{file}, {wrong}.") from wrong
    print(f"{count} receipts, the last with the hash {last}")
