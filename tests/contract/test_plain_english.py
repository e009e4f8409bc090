"""Is what people read written in plain English? Holds the one list of phrases that are forbidden there.

To add a text, add a reader to SOURCES. To forbid a phrase, add it to FORBIDDEN with what to write instead. A sentence that
needs a forbidden phrase goes into EXCEPTIONS with its reason.
"""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po
from graphql import Visitor, parse, visit
from graphql.language import Node, StringValueNode

from server.domain.rights import Scope
from tests.contract.source_code import CODE, ROOT, read_code

FORBIDDEN = {
    r"who(m)?ever": "anyone who, the person who, no matter who",
    r"(for|to|by|of|than|with|from) who(?! (gets|may do) what)": "people who, the person who",
    r"(?<!no )one['’]s": "your",
    r"oneself": "yourself",
    r"(what|where|how|which) one (may|can|has|does|needs|holds|gets)": "what you may, what you can",
    r"(?:^|(?<=[.,;:(] ))one (may|can|must|should)": "you may, you can",
    r"anew": "again",
    r"for good": "permanently",
    r"for itself": "on its own",
    r"(?<!let )alone": "only, on its own",
    r"among it": "including",
    r"so long(?! (as|that))": "that long",
    r"besides?": "as well, next to, with",
    r"(is|are|was|were|be|been|being|gets?) told": "is notified, is reported, learns",
    r"(tells?|told) (of|by)": "reports, says",
    r"(?<!decision )(is|are) made(?! (up|of))": "is created",
    r"moments?": "time, timestamp",
    r"wish(es|ed)?": "want, prefer; preference",
    r"(?<!-)roads?": "path",
    r"the latest first": "newest first",
    r"the oldest first": "oldest first",
    r"(?<!there )(is|are|was|were) no (?!longer|more than|less|fewer|later|earlier|different|better|worse)\w+": "is not a",
    r"where it is in its life": "current status",
    r"counts the changes": "incremented on every change",
    r"null where": "null if",
    r"^(since|until) when": "when it began, when it ends",
    r"unless given": "defaults to",
    r"^what (is|was) (done|given|told|asked|held|noted|written)": "begin with the noun",
    r"without(?=, )": "otherwise, without it",
    r"what (is|was) to be": "say it with a verb",
    r"as far as there (is|are)": "if there is",
    r"(customers|ones|those|days) to come": "future",
    r"in vain": "without success",
    r"in hand": "being processed",
    r"(goes|go|going) round": "runs",
    r", save (for|the|where|in|that|when|with)": "except",
    r"whose time (is|was) over": "expired",
    r"(stands?|stood) in the way": "block",
    r"come(s)? to nothing|came to nothing": "fail, lead to nothing",
    r"needs it (other|more|no)": "if it needs",
    r"there(of|in|by)|where(of|by)|here(by|in)": "say it with of, in or by",
    r"must needs|lest|nought|naught|hither|thither|hence": "plain words",
}
"""Patterns of whole words, in any case, and what to write instead."""

EXCEPTIONS: dict[str, str] = {}
"""Sentences, or parts of them, that need a forbidden phrase, each with its reason."""

_FINDERS = {re.compile(rf"\b(?:{pattern})\b(?!\w)", re.IGNORECASE): instead for pattern, instead in FORBIDDEN.items()}
_CODE = re.compile(r"`[^`]*`|https?://\S+")
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*|#>]|\d+\.)\s?)")


class Passage(NamedTuple):
    """A piece of text that is read as a whole: a paragraph, an entry of a list, a row, a description, a message."""

    where: str
    text: str


def documents() -> Iterator[Passage]:
    """The paragraphs of the documents, without the code in them."""
    for name in DOCUMENTS:
        text = re.sub(r"^```.*?^```", "", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        yield from (Passage(name, block) for block in _BLOCK.split(text))


def sdl() -> Iterator[Passage]:
    """The descriptions of the schema."""
    found = list[Passage]()

    class _Descriptions(Visitor):
        def enter(self, node: Node, *_: object) -> None:
            description = getattr(node, "description", None)
            if isinstance(description, StringValueNode):
                name = getattr(getattr(node, "name", None), "value", node.kind)
                found.append(Passage(f"schema.graphql, {name}", description.value))

    visit(parse((ROOT / "schema.graphql").read_text("utf-8")), _Descriptions())
    yield from found


def messages() -> Iterator[Passage]:
    """The English messages of the API and of the e-mails, which are the keys of their translations."""
    for folder in ("server/translations", "server/mail/translations"):
        with (ROOT / folder / "fr.po").open("rb") as file:
            for message in read_po(file):
                texts = message.id if isinstance(message.id, (list, tuple)) else [message.id]
                yield from (Passage(folder, text) for text in texts if text)


def errors() -> Iterator[Passage]:
    """Every other text in the server's code, whether a caller, an operator or a developer reads it; not docstrings."""
    for code in (read_code(file) for file in CODE if file.is_relative_to(ROOT / "server")):
        yield from (Passage(f"{code.name}:{line}", text) for line, text in code.texts if "SELECT" not in text)


DOCUMENTS = sorted(
    str(file.relative_to(ROOT))
    for file in (
        *ROOT.glob("*.md"),
        *ROOT.glob("*/README.md"),
        ROOT / "benchmarks/RESULTS.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "server").rglob("README.md"),
        *(ROOT / "server").rglob("*.html"),
        *(ROOT / "explorer/examples").glob("*.graphql"),
        *(ROOT / "explorer/src").glob("*.js*"),
        ROOT / "Makefile",
    )
)


def docstrings() -> Iterator[Passage]:
    """The docstrings of modules, classes, functions and constants, and the names of tests as sentences."""
    for code in map(read_code, CODE):
        names = ((line, name) for line, name in code.functions if name.startswith("test_"))
        sentences = ((line, name.removeprefix("test_").replace("_", " ")) for line, name in names)
        yield from (Passage(f"{code.name}, line {line}", text) for line, text in (*code.docstrings, *sentences))


def comments() -> Iterator[Passage]:
    """The comments in the code; lines that follow each other are one passage."""
    for code in map(read_code, CODE):
        lines = [(number, line.strip()) for number, line in enumerate(code.lines, 1)]
        for is_comment, block in groupby(lines, lambda line: line[1].startswith("#")):
            if is_comment:
                numbers, texts = zip(*block, strict=True)
                yield Passage(f"{code.name}, line {numbers[0]}", " ".join(text[1:] for text in texts))


SOURCES: tuple[Callable[[], Iterator[Passage]], ...] = (documents, sdl, messages, errors, docstrings, comments)


def faults(passage: Passage) -> Iterator[str]:
    """Each forbidden phrase of a passage, in its surroundings."""
    text = _CODE.sub("CODE", " ".join(passage.text.split()))
    for exception in EXCEPTIONS:
        text = text.replace(exception, "")
    for finder, instead in _FINDERS.items():
        for match in finder.finditer(text):
            around = text[max(match.start() - 40, 0) : match.end() + 40]
            yield f"{passage.where}: …{around}… ({match[0]!r}; write: {instead})"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_no_text_has_a_forbidden_phrase(source: Callable[[], Iterator[Passage]]):
    found = [fault for passage in source() for fault in faults(passage)]

    assert found == [], "\n".join(found)


def test_scopes_are_spelt_as_in_the_enum():
    files = [ROOT / "schema.graphql", *(ROOT / "docs").rglob("*.md")]
    spellings = [scope.lower().replace("_", ":", 1) for scope in Scope]

    texts = {file.name: file.read_text("utf-8") for file in files}

    assert [(name, word) for name, text in texts.items() for word in spellings if word in text] == []


def test_an_exception_is_still_needed():
    texts = [" ".join(passage.text.split()) for source in SOURCES for passage in source()]

    assert [exception for exception in EXCEPTIONS if not any(exception in text for text in texts)] == []


def test_the_list_finds_what_it_is_for():
    examples = ("Whoever leads it.", "For who leads it.", "It is no company.", "Your life anew", "what was told of it")

    assert [example for example in examples if not list(faults(Passage("", example)))] == []


def test_the_list_does_not_flag_good_sentences():
    examples = (
        "There is no limit.",
        "It is no longer valid.",
        "`wish` is a field.",
        "Tell us about it.",
        "for those who ask",
    )

    assert [fault for example in examples for fault in faults(Passage("", example))] == []
