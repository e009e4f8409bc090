"""How is the text of an answer put together in SQL?"""

from server.engine.dialects import quoted

OPENING, BEFORE_PAYLOAD, CLOSING = "\x01", "\x02", "\x03"
"""They mark places in an answer that Python fills. In JSON itself they never stand as they are."""

_LONGEST_CHAIN = 50


class Text:
    """Constants and expressions, one after the other; neighbouring constants become one."""

    def __init__(self, *parts: "str | Text") -> None:
        self._parts: list[tuple[bool, str]] = []
        for part in parts:
            self.add(part)

    def add(self, part: "str | Text") -> "Text":
        """Append a constant, or another text."""
        if isinstance(part, Text):
            for is_constant, content in part._parts:
                self._append(is_constant, content)
        else:
            self._append(True, part)
        return self

    def _append(self, is_constant: bool, content: str) -> None:
        if is_constant and self._parts and self._parts[-1][0]:
            content = self._parts.pop()[1] + content
        self._parts.append((is_constant, content))

    @property
    def constant(self) -> str | None:
        """The text where it holds no expression."""
        if all(is_constant for is_constant, _ in self._parts):
            return "".join(content for _, content in self._parts)
        return None

    @property
    def sql(self) -> str:
        parts = [quoted(content) if is_constant else content for is_constant, content in self._parts]
        # In groups: a database counts each link of a chain as one level of depth.
        while len(parts) > _LONGEST_CHAIN:
            groups = range(0, len(parts), _LONGEST_CHAIN)
            parts = [f"({' || '.join(parts[start : start + _LONGEST_CHAIN])})" for start in groups]
        return " || ".join(parts) or "''"


def expression(sql: str) -> Text:
    """An SQL expression that gives text and is never null."""
    text = Text()
    text._append(False, sql)
    return text


def marker(kind: str, number: int, payload: Text | None = None) -> Text:
    """A place that Python fills: `!` with a refusal, `?` where null is not allowed, nothing for a hole."""
    text = Text(f"{OPENING}{kind}{number}")
    if payload is not None:
        text.add(BEFORE_PAYLOAD).add(payload)
    return text.add(CLOSING)


def together(*parts: str) -> str:
    """Conditions that all hold."""
    return " AND ".join(f"({part})" for part in parts if part)
