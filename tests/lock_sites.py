"""Where does the server lock rows, and at which of these places does it wait now?

A site is written `caller > callee`: `create_team > lock_organisation`. The sites from the outermost to the one whose
statement waits are one line: `create_team > lock_organisation > lock_row Organisation`.
"""

import ast
import asyncio
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType
from typing import Any

import server

SERVER = Path(server.__file__).parent
_LOCKS = re.compile(r"_?lock_|select_for_update")
_LOCKING_SQL = re.compile(r"FOR (?:NO KEY )?UPDATE|FOR (?:KEY )?SHARE|pg_advisory\w*")
_TOOL = SERVER / "models" / "visibility" / "lookups.py"
"""What every lock of a row by its id goes through."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def lock_sites() -> Counter[str]:
    """Each place in the source that locks something, and how often it is written."""
    return Counter(
        f"{function.name} > {lock}"
        for path in _sources()
        for function in _functions(path)
        for lock, _ in _locks(function)
    ) + Counter(f"{path.stem} > {lock}" for path in _sources() for lock in _constants(path))


def waiting_sites() -> set[str]:
    """Where the tasks wait that wait for a lock: the sites from the outermost to the innermost."""
    return {site for task in asyncio.all_tasks() if (site := _chain(_frames(task.get_coro())))}


def running_sites() -> list[str]:
    """The sites that the running task is at."""
    frames = list[tuple[CodeType, int]]()
    frame = sys._getframe()
    while frame is not None:
        frames.insert(0, (frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return edges(_chain(frames))


def _chain(frames: Iterable[tuple[CodeType, int]]) -> str:
    found = list[str]()
    for code, line in frames:
        if locks := _locks_at(code, line):
            found += [code.co_name] if not found or found[-1] != code.co_name else []
            found.append(locks)
    return " > ".join(found)


def edges(chain: str) -> list[str]:
    """`a > b > c` has the sites `a > b` and `b > c`."""
    names = chain.split(" > ")
    return [f"{caller.split()[0]} > {callee}" for caller, callee in pairwise(names)]


def _frames(coroutine: Any) -> Iterator[tuple[CodeType, int]]:
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None:
            yield frame.f_code, frame.f_lineno
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)


def _locks_at(code: CodeType, line: int) -> str:
    path = Path(code.co_filename)
    if path not in _sources():
        return ""
    for function in _functions(path):
        if function.name == code.co_name and function.lineno <= line <= (function.end_lineno or 0):
            return next((lock for lock, lines in _locks(function) if line in lines), "")
    return ""


def _locks(function: Function) -> Iterator[tuple[str, range]]:
    """What the function locks, and the lines at which it waits for that."""
    for statement in _statements(function):
        for call in ast.walk(statement):
            if isinstance(call, ast.Call) and _LOCKS.match(name := _name(call.func)):
                yield f"{name}{_model(call)}", _lines(function, statement)
            elif isinstance(call, ast.Constant) and isinstance(call.value, str):
                for sql in _LOCKING_SQL.findall(call.value if not _is_docstring(statement) else ""):
                    yield sql, _lines(function, statement)


def _statements(function: Function) -> Iterator[ast.stmt | ast.expr]:
    """The simple statements, and the heads of the others."""
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node
        elif isinstance(node, ast.If | ast.While):
            yield node.test
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield node.iter


def _lines(function: Function, statement: ast.stmt | ast.expr) -> range:
    """Those of the statement, or, where it only builds a query, of those that run it."""
    lines = range(statement.lineno, (statement.end_lineno or 0) + 1)
    if any(isinstance(node, ast.Await) for node in ast.walk(statement)) or not isinstance(statement, ast.Assign):
        return lines
    return range(lines.stop, (function.end_lineno or 0) + 1)


def _is_docstring(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _model(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return f" {first.id}" if isinstance(first, ast.Name) and first.id[0].isupper() else ""


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


@cache
def _sources() -> frozenset[Path]:
    return frozenset(path for path in SERVER.rglob("*.py") if path != _TOOL and "migrations" not in path.parts)


@cache
def _functions(path: Path) -> list[Function]:
    return [node for node in ast.walk(_tree(path)) if isinstance(node, Function)]


@cache
def _tree(path: Path) -> ast.Module:
    """The source; of a file that locks nothing, nothing."""
    text = path.read_text("utf-8")
    return ast.parse(text if _LOCKS.search(text) or _LOCKING_SQL.search(text) else "")


def _constants(path: Path) -> Iterator[str]:
    """Locks in the SQL of a module's constants."""
    for statement in _tree(path).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Constant):
            yield from _LOCKING_SQL.findall(str(statement.value.value))
