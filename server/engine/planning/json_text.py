"""JSON text expressions: how SQL concatenates the text of an answer."""

from collections.abc import Iterator

OPENING, BEFORE_PAYLOAD, CLOSING = "\x01", "\x02", "\x03"
"""Delimit placeholders in an answer. They never occur unescaped in JSON."""

_LONGEST_CHAIN = 50


def sql_literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


class JsonText:
    """A sequence of constants and SQL expressions."""

    __slots__ = ("_parts",)

    def __init__(self, content: str = "", *, is_constant: bool = True) -> None:
        self._parts: list[tuple[bool, str]] = [(is_constant, content)] if content else []

    def add(self, part: "str | JsonText") -> "JsonText":
        """Append a constant, or another text."""
        if isinstance(part, JsonText):
            self._parts += part._parts
        elif part:
            self._parts.append((True, part))
        return self

    def replace(self, old: str, new: str) -> "JsonText":
        """The same, with `new` for `old` in each expression."""
        text = JsonText()
        text._parts = [(known, content if known else content.replace(old, new)) for known, content in self._parts]
        return text

    @property
    def constant(self) -> str | None:
        """The text, if it contains no expression."""
        if all(is_constant for is_constant, _ in self._parts):
            return "".join(content for _, content in self._parts)
        return None

    @property
    def sql(self) -> str:
        parts = list(self._pieces())
        # In groups, because a database counts each link of a chain as one level of depth.
        while len(parts) > _LONGEST_CHAIN:
            groups = range(0, len(parts), _LONGEST_CHAIN)
            parts = [f"({' || '.join(parts[start : start + _LONGEST_CHAIN])})" for start in groups]
        return " || ".join(parts) or "''"

    def _pieces(self) -> Iterator[str]:
        """The expressions, with adjacent constants merged."""
        constant = ""
        for is_constant, content in self._parts:
            if is_constant:
                constant += content
                continue
            if constant:
                yield sql_literal(constant)
                constant = ""
            yield content
        if constant:
            yield sql_literal(constant)


def expression(sql: str) -> JsonText:
    """The SQL expression of the text, which is never null."""
    return JsonText(sql, is_constant=False)


def in_quotes(text: JsonText) -> JsonText:
    """The text as a JSON string. It contains nothing that has to be escaped."""
    return JsonText('"').add(text).add('"')


def in_brackets(sql: str) -> JsonText:
    """A JSON list of these items."""
    return JsonText("[").add(expression(sql)).add("]")


def placeholder(kind: str, number: int, payload: JsonText | None = None) -> JsonText:
    """A placeholder that Python fills: `!` for a refusal, `?` for a forbidden null, nothing for a computed field."""
    text = JsonText(f"{OPENING}{kind}{number}")
    if payload is not None:
        text.add(BEFORE_PAYLOAD).add(payload)
    return text.add(CLOSING)


def all_of(*parts: str) -> str:
    """The conjunction of conditions."""
    return " AND ".join(f"({part})" for part in parts if part)
