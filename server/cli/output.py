"""Standard output that ends early: a closed pipe, a full disk, or letters that a terminal cannot show."""

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Final, TextIO, cast

from server.cli.failures import Failure

_NOT_WRITTEN: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


class ClosedPipe(Exception):
    """Nobody reads the rest, as in `python -m server schema | head`."""


def write_utf8(text: str) -> None:
    """Write a file's content to standard output: in UTF-8 wherever it is, so that it can be read again."""
    if (stdout := _standard_streams()[0]) is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    stdout.flush()
    rest = memoryview(text.encode())
    while rest:
        rest = rest[stdout.buffer.write(rest) :]  # less than all of it, if PYTHONUNBUFFERED is set


@contextmanager
def checked_output() -> Generator[None]:
    """Write out all that is printed inside, and report what cannot be written.

    SIGPIPE does not end the process, because a server must survive callers who hang up.
    """
    for stream in _standard_streams():
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
        for stream in _standard_streams():
            if stream is not None:
                stream.flush()
    except BrokenPipeError as error:
        _discard_the_rest()
        raise ClosedPipe from error
    except OSError as error:
        if error.errno not in _NOT_WRITTEN:
            raise
        _discard_the_rest()
        raise Failure(f"The output could not be written: {error.strerror}.") from error


def _standard_streams() -> tuple[TextIO | None, TextIO | None]:
    """Standard output and standard error. One that was closed before the process began is missing."""
    return cast("TextIO | None", sys.stdout), cast("TextIO | None", sys.stderr)


def _discard_the_rest() -> None:
    """Lead what cannot be written nowhere. Otherwise Python tries again when it ends, and complains."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in _standard_streams():
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
