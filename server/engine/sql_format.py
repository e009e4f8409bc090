"""Formats SQL on several lines, for people who read a statement with `explain`.

It knows the SQL that this engine writes, no more: clauses, parentheses, CASE and the operators between them. Only white
space is changed, and none within a literal or a name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

WIDTH: Final = 100
_TOKEN: Final = re.compile(r"""'(?:[^']|'')*'|(?:"[^"]*"\.)?"[^"]*"|-\d+|[\w$?.]+|\|\||::|[<>]=|[^\s\w]""")
_OPENS: Final = {"(": ")", "CASE": "END"}
_CLAUSES: Final = frozenset(
    {"WITH", "SELECT", "FROM", "JOIN", "LEFT", "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "WHEN", "ELSE"}
)
# What a text that is too long is broken at, first at the clauses; each word leads its line, but for the comma.
_BREAKS: Final = (_CLAUSES, frozenset({"||"}), frozenset({"OR"}), frozenset({"AND"}), frozenset({","}))
_TIGHT_BEFORE: Final = frozenset({")", ",", ".", "::", "]", "[", "<", ">", "=", "<=", ">="})
_TIGHT_AFTER: Final = frozenset({"(", ".", "::", "[", "<", ">", "=", "<=", ">="})


@dataclass
class _Group:
    """What stands between parentheses, or between CASE and END."""

    opening: str
    content: "list[_Node]" = field(default_factory=list["_Node"])


_Node = str | _Group


def format_sql(sql: str) -> str:
    """The statement with line breaks and indentation, at most `WIDTH` characters wide where it can be broken."""
    return "\n".join(_lines(_read(iter(_TOKEN.findall(sql))), 0))


def _read(tokens: Iterator[str], closing: str = "") -> list[_Node]:
    nodes = list[_Node]()
    for token in tokens:
        if token == closing:
            break
        nodes.append(_Group(token, _read(tokens, _OPENS[token])) if token in _OPENS else token)
    return nodes


def _lines(nodes: list[_Node], indent: int) -> list[str]:
    line = " " * indent + _one_line(nodes)
    if len(line) <= WIDTH:
        return [line]
    for words in _BREAKS:
        parts = _split(nodes, words)
        if len(parts) > 1:
            further = indent + 4 if words is not _CLAUSES and _is_clause(nodes[0]) else indent
            return [*_lines(parts[0], indent), *(line for part in parts[1:] for line in _lines(part, further))]
    return _open_group(nodes, indent) or [line]


def _split(nodes: list[_Node], words: frozenset[str]) -> list[list[_Node]]:
    """The parts, each but the first led by one of these words; a comma ends its part instead."""
    parts = list[list[_Node]]([[]])
    for place, node in enumerate(nodes):
        is_break = isinstance(node, str) and node in words and not _is_fixed(nodes, place)
        if is_break and node != "," and parts[-1]:
            parts.append([])
        parts[-1].append(node)
        if is_break and node == "," and place + 1 < len(nodes):
            parts.append([])
    return parts


def _is_clause(node: _Node) -> bool:
    """Whether what follows is set in from here; the sets of rows that WITH names stand below each other."""
    return isinstance(node, str) and node in _CLAUSES and node != "WITH"


def _is_fixed(nodes: list[_Node], place: int) -> bool:
    """Whether a word belongs to the one before it: JOIN to LEFT, AND to BETWEEN."""
    if nodes[place] == "JOIN":
        return place > 0 and nodes[place - 1] == "LEFT"
    return nodes[place] == "AND" and place > 1 and nodes[place - 2] == "BETWEEN"


def _open_group(nodes: list[_Node], indent: int) -> list[str]:
    """The longest group on lines of its own; nothing where there is no group."""
    groups = [node for node in nodes if isinstance(node, _Group)]
    if not groups:
        return []
    longest = max(groups, key=lambda group: len(_one_line([group])))
    place = next(place for place, node in enumerate(nodes) if node is longest)
    before, after = _one_line([*nodes[:place], longest.opening]), nodes[place + 1 :]
    closing = _lines([_OPENS[longest.opening], *after], indent)
    return [" " * indent + before, *_lines(longest.content, indent + 4), *closing]


def _one_line(nodes: list[_Node]) -> str:
    line, last = "", ""
    for token in _tokens(nodes):
        is_call = token == "(" and (last[-1:].isalnum() or last.endswith('"')) and last not in _KEYWORDS
        is_tight = not last or token in _TIGHT_BEFORE or last in _TIGHT_AFTER or is_call
        line += token if is_tight else f" {token}"
        last = token
    return line


_KEYWORDS: Final = _CLAUSES | {"AND", "OR", "NOT", "AS", "IN", "THEN", "ON", "BY", "IS", "MATERIALIZED", "OVER", "CASE"}


def _tokens(nodes: list[_Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        else:
            yield node.opening
            yield from _tokens(node.content)
            yield _OPENS[node.opening]
