"""Do the paths that the documents name exist?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
]
_ROOMS = "app authentication cli demo domain engine mail models resolvers schema".split()
_PATH = re.compile(rf"`((?:server|tests|benchmarks|docs|explorer|scripts|{'|'.join(_ROOMS)})/[\w./-]*)`")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
_PLACEHOLDERS = ("WING", "NOUN")


def exists(path: str) -> bool:
    """Whether there is such a file or folder; a path may begin with a room of server/."""
    return (ROOT / path).exists() or (ROOT / "server" / path).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_path_of_a_document_exists(document: Path):
    text = document.read_text("utf-8")

    paths = {path for path in _PATH.findall(text) if not any(word in path for word in _PLACEHOLDERS)}

    assert sorted(path for path in paths if not exists(path)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_link_of_a_document_leads_to_a_file(document: Path):
    links = set(_LINK.findall(document.read_text("utf-8")))

    assert sorted(link for link in links if not (document.parent / link).exists()) == []
