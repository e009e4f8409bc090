"""Encoding and folding of e-mail headers (RFC 5322, RFC 2047).

Headers are folded here and not by Python's `email`, which loses the quotes of a long display name and the blanks
between encoded words: `Boss, other@post.example` became two addresses.

Example: `Subject: =?utf-8?q?Caf=C3=A9_Z=C3=BCrich?=`.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Final

_LINE: Final = 76
"""The longest line with an encoded word. Other lines may be longer, up to `_LONGEST`."""
_LONGEST: Final = 900
"""The longest line that is not folded. 998 are allowed, without the line end (RFC 5322)."""
_WORD: Final = 64
"""The longest encoded word. 75 are allowed; shorter ones fit after the longest header name."""
_FRAME: Final = len("=?utf-8?q??=")
_BYTES: Final = (_WORD - _FRAME) // 4 * 3
"""The number of bytes that fill an encoded word in base64."""
_FOLD: Final = "\r\n "
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
"""The characters that need no encoding in an encoded word, also in names (RFC 2047, section 5)."""


def text_header(name: str, text: str) -> str:
    """A header of free text, such as the subject, with its line end. `text` is one line without control characters."""
    line = f"{name}: {text}"
    if _needs_no_encoding(text):
        if len(line) <= _LINE:
            return line + "\r\n"
        if folded := _fold(line):
            return folded + "\r\n"
    return f"{name}: {_FOLD.join(_encode_words(text))}\r\n"


def address_header(name: str, display_name: str, address: str) -> str:
    """A header of one address, with its line end. The display name may be empty."""
    *words, last = [*_encode_phrase(display_name), f"<{address}>" if display_name else address]
    line = f"{name}: {' '.join([*words, last])}"
    return (line if len(line) <= _LINE else f"{name}: {_FOLD.join([*words, last])}") + "\r\n"


def _encode_phrase(display_name: str) -> list[str]:
    """A display name: unchanged, in quotes, or as encoded words. Only encoded words are split over several lines."""
    if not display_name:
        return []
    if not _needs_no_encoding(display_name):
        return list(_encode_words(display_name))
    if _ATOMS.fullmatch(display_name) and len(display_name) <= _LINE:
        return [display_name]
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", display_name) + '"'
    return [quoted] if len(quoted) <= _LONGEST else list(_encode_words(display_name))


def _needs_no_encoding(text: str) -> bool:
    """Whether the text contains nothing that a reader would decode."""
    return text.isascii() and "=?" not in text


def _fold(line: str) -> str:
    """The line, folded before blanks. Empty if a word is too long for that. Unfolding gives the original line."""
    lines, rest = list[str](), line
    while len(rest) > _LINE:
        # Not within the header's name, and never a line of only blanks.
        place = max((match.start() for match in re.finditer(r"(?<=[^ ]) ", rest[: _LINE + 1])), default=0)
        if place <= (line.index(":") + 1 if not lines else 0):
            return ""
        lines.append(rest[:place])
        rest = rest[place:]
    return "\r\n".join([*lines, rest])


def _encode_words(text: str) -> Iterator[str]:
    """The text as encoded words of whole characters, in the shorter of the two encodings."""
    quoted = [_encode_q(character) for character in text]
    if sum(map(len, quoted)) <= len(text.encode()) * 4 // 3:
        yield from (f"=?utf-8?q?{part}?=" for part in _join_parts(quoted, _WORD - _FRAME))
    else:
        yield from (f"=?utf-8?b?{b64encode(part.encode()).decode()}?=" for part in _join_parts(list(text), _BYTES))


def _join_parts(pieces: list[str], most: int) -> Iterator[str]:
    """The pieces, joined into parts of at most this many bytes."""
    part, length = list[str](), 0
    for piece in pieces:
        size = len(piece.encode())
        if part and length + size > most:
            yield "".join(part)
            part, length = [], 0
        part.append(piece)
        length += size
    yield "".join(part)


def _encode_q(character: str) -> str:
    """A character in the Q encoding, in which a blank is an underscore."""
    if character == " ":
        return "_"
    return "".join(chr(byte) if byte in _PLAIN else f"={byte:02X}" for byte in character.encode())
