"""Does each room have the same wings, and does one file have all lazy references?"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server"
WINGS = set("people partnerships products commerce programme tenders support oversight".split())
BESIDE_THE_WINGS = {"server/models": {"migrations", "visibility"}}
"""The folders of a room that are not wings, by room."""


@pytest.mark.parametrize(
    "room", ["server/domain", "server/models", "server/resolvers", "server/schema", "tests/api", "tests/domain"]
)
def test_a_room_has_no_folder_but_the_wings(room: str):
    folders = {file.relative_to(ROOT / room).parts[0] for file in (ROOT / room).glob("*/**/*.py")}

    assert folders - BESIDE_THE_WINGS.get(room, set()) - WINGS == set()


def test_one_file_has_all_lazy_references():
    files = {str(file.relative_to(SERVER)) for file in SERVER.rglob("*.py") if "strawberry.lazy" in file.read_text()}

    assert files == {"schema/references.py"}
