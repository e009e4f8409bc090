"""What stands in the Python files: texts, docstrings, names of functions and public names. Each file is parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = [
    file
    for folder in ("server", "tests", "benchmarks", "scripts")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "node_modules" not in file.parts
]
Lines = list[tuple[int, str]]
"""Words, each with the line on which they begin."""
STRINGS = (ast.Constant, ast.JoinedStr)


@dataclass(frozen=True)
class SourceCode:
    """The facts about a file that tests look at. The tree itself is not kept: it is a hundred times as large."""

    name: str
    texts: Lines = field(default_factory=Lines)
    """Strings with several words, with an X for each value in them; not docstrings."""
    docstrings: Lines = field(default_factory=Lines)
    functions: Lines = field(default_factory=Lines)
    public_names: list[str] = field(default_factory=list[str])
    lines: list[str] = field(default_factory=list[str])


@cache
def read_code(file: Path) -> SourceCode:
    source = file.read_text("utf-8")
    module = ast.parse(source)
    found = SourceCode(str(file.relative_to(ROOT)), public_names=list(public_names(module)), lines=source.splitlines())
    described = set[ast.AST]()
    for node in ast.walk(module):  # breadth first: what describes comes before its text
        kind = type(node)
        if kind is ast.Expr:
            described.add(node.value)
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                found.docstrings.append((node.lineno, node.value.value))
        elif kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
            found.functions.append((node.lineno, node.name))
        elif kind in STRINGS and node not in described and (text := text_of(node)).count(" ") > 1:
            found.texts.append((node.lineno, text))
    return found


def text_of(node: ast.AST) -> str:
    """The text of a string, with an X for each value in it; otherwise nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    return ""


def public_names(module: ast.Module) -> Iterator[str]:
    """The functions, classes and constants at the top of a module; type variables are of their module only."""
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names = [name]
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec"))):
                continue
            case ast.Assign(targets=targets):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                continue
        yield from (name for name in names if not name.startswith("_"))
