"""Events: one name each, and one place where each is spelt."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

from server.domain.events import AuditAction, Topic
from server.resolvers.journal import Act, News
from server.resolvers.partnerships.receipts import Entry

SERVER = Path(__file__).parents[2] / "server"
WINGS = ("people", "partnerships", "products", "oversight", "support")
TEMPLATES = {SERVER / "mail" / f"{name}.py" for name in (*WINGS, "rendering")}
"""E-mails have names of their own, many of them those of their event."""


def test_an_event_that_is_written_down_and_announced_alike_has_one_name():
    topics = {topic.value: topic.name for topic in Topic}

    assert {action.name for action in AuditAction if topics.get(action.value, action.name) != action.name} == set()


def test_the_journal_takes_no_misspelt_event():
    assert get_type_hints(Act)["action"] is AuditAction
    assert get_type_hints(Entry)["what"] is AuditAction
    assert get_type_hints(News)["topic"] is Topic


def test_no_event_is_spelt_twice():
    files = set(SERVER.rglob("*.py")) - TEMPLATES - {SERVER / "domain" / "events.py"}
    values = {event.value for event in (*AuditAction, *Topic)}

    assert {(file.name, text) for file in files for text in literals(file) if text in values} == set()


def literals(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
