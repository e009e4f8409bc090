"""Do the rules of GraphQL say of a document what they say where the library asks each of them at every node?"""

import sys
from typing import Any

import pytest
from graphql import BREAK, SKIP, Node, ParallelVisitor, Visitor, parse, specified_rules, visit
from graphql.language.visitor import VisitorAction
from strawberry.schema.schema import validate_document

from server.schema import schema
from server.schema.validation import Concerned
from tests.permissions.matrix import OPERATIONS

LIBRARY: Any = sys.modules["graphql.validation.validate"]

WRONG = [
    "{ nothing }",
    "{ viewer }",
    "{ viewer { user { id { x } } } }",
    "{ viewer { ...gone } }",
    "{ viewer { ...on Nothing { id } } }",
    "{ viewer { ...on Organisation { id } } }",
    "{ viewer { user { id @twice @twice } } }",
    "{ viewer @skip(if: true) @skip(if: true) { user { id } } }",
    "{ viewer @include { user { id } } }",
    "query a { viewer { user { id } } } query a { viewer { user { id } } }",
    "{ viewer { user { id } } } query a { viewer { user { id } } }",
    "query($a: Nothing) { viewer { user { id } } }",
    "query($a: Int, $a: Int) { viewer { user { id } } }",
    "query($unused: Int) { viewer { user { id } } }",
    "query($id: Organisation) { organisation(id: $id) { id } }",
    "query($id: Int) { organisation(id: $id) { id } }",
    "{ organisation(id: $unknown) { id } }",
    "{ organisation { id } }",
    '{ organisation(id: "a", id: "b", ids: 3) { id } }',
    '{ organisation(id: {a: "b"}) { id } }',
    '{ viewer { user { id } user { id: email } } a: organisation(id: "1") { id } a: organisation(id: "2") { id } }',
    "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }",
    "{ viewer { ...a } } fragment a on Viewer { user { id } } fragment a on Viewer { user { id } } fragment c on Viewer { user { id } }",
    "{ catalogue(filter: {search: 1, search: 2, nothing: 3}) { totalCount } }",
    "subscription { a } type A { a: Int } { viewer { user { id } } }",
    "{ " + " ".join(f"nothing{number}" for number in range(120)) + " }",
]


def errors_of(document: str, visitors: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    with monkeypatch.context() as patched:
        patched.setattr(LIBRARY, "ParallelVisitor", visitors)
        found = validate_document(schema._schema, parse(document), specified_rules)
    return [(error.message, error.locations, error.path) for error in found]


def test_documents_are_validated_with_the_rules_that_are_concerned() -> None:
    assert LIBRARY.ParallelVisitor is Concerned


@pytest.mark.parametrize("document", WRONG)
def test_a_wrong_document_has_the_librarys_mistakes(document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = errors_of(document, Concerned, monkeypatch)

    assert found
    assert found == errors_of(document, ParallelVisitor, monkeypatch)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_right_document_has_none(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert errors_of(OPERATIONS[operation].document, Concerned, monkeypatch) == []


class Everywhere(Visitor):
    """Writes down where it comes along, and answers something at the field of a name."""

    def __init__(self, answers: dict[tuple[str, str], Any]) -> None:
        super().__init__()
        self.answers = answers
        self.seen = list[tuple[str, str]]()

    def enter(self, node: Node, *_: Any) -> VisitorAction:
        return self._passed("enter", node)

    def leave(self, node: Node, *_: Any) -> VisitorAction:
        return self._passed("leave", node)

    def _passed(self, way: str, node: Node) -> VisitorAction:
        name = getattr(getattr(node, "name", None), "value", node.kind)
        self.seen.append((way, name))
        return self.answers.get((way, name))


class FieldsAlone(Everywhere):
    """Says nothing of other nodes, and nothing on leaving one."""

    enter = leave = None  # type: ignore[assignment]

    def enter_field(self, node: Node, *_: Any) -> VisitorAction:
        return self._passed("enter", node)


@pytest.mark.parametrize("way", ["enter", "leave"])
@pytest.mark.parametrize("answer", [SKIP, False, BREAK, True, None, Ellipsis])
@pytest.mark.parametrize("who", [Everywhere, FieldsAlone])
def test_what_a_rule_answers_is_heeded_as_the_library_does(way: str, answer: Any, who: type[Everywhere]) -> None:
    document = parse("{ a { b { c } d } e { b } }")
    passed = list[Any]()

    for together in (Concerned, ParallelVisitor):
        rules = [Everywhere({}), who({(way, "b"): answer}), FieldsAlone({("enter", "d"): SKIP}), Everywhere({})]
        visit(document, together(rules))
        passed.append([rule.seen for rule in rules])

    assert passed[0] == passed[1]
    assert all(passed[0])
