"""Is the house in order: names of functions, wings of each room, sizes of files, and the place of lazy references?"""

import re
from collections import defaultdict

import pytest

from tests.contract.source_code import CODE, ROOT, read_code

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
    lazy = re.compile(r"\blazy\(|\bLazyType\b|\bimport_module\b|\b__import__\b")
    files = {str(file.relative_to(SERVER)) for file in SERVER.rglob("*.py") if lazy.search(file.read_text("utf-8"))}

    assert files == {"schema/references.py"}


IRREGULAR = set(
    "held told given known written found made sent seen kept chosen taken left lost begun shown spoken said done gone bought"
    " brought built caught drawn driven felt heard hidden laid led lent meant met paid sold shut spent stood taught thought"
    " understood won worn grown thrown borne bound broken forgotten forbidden frozen got risen stolen sworn torn woken".split()
)
"""The participles that do not end in -ed."""
VERBS = set("need feed seed speed embed proceed exceed bleed breed".split())
"""The verbs that do."""
PARTICIPLES = {"server/schema/fields.py: computed": "gives a computed field, as GraphQL and Strawberry call it"}
"""The functions that may be named by a participle, each with its reason."""


def test_no_function_is_named_by_a_participle():
    found = [
        f"{code.name}: {name}"
        for code in map(read_code, CODE)
        for _, name in code.functions
        if is_participle(name.strip("_"))
    ]

    assert [name for name in found if name not in PARTICIPLES] == []
    assert [name for name in PARTICIPLES if name not in found] == []


def is_participle(name: str) -> bool:
    root = re.sub(r"^(fore|over|out|re|un|up|with)(?=\w{3})", "", name)
    return bool({name, root} & IRREGULAR) or (name.endswith("ed") and "_" not in name and name not in VERBS)


JOINED = set("DEADLINES LEAVING MEANINGS NOTICES POLICIES SHEETS SHOWN_BY TEMPLATES".split())
"""The tables that every wing adds to: each wing brings its part under the name of the whole."""
DICTATED = {"client_class": "Tortoise looks for it in the module of each database", "Client": "what it finds there"}
"""The names that a library looks for, each with its reason."""


def test_no_public_name_stands_in_two_modules_of_a_room():
    found = set[str]()
    for room in sorted(folder for folder in SERVER.iterdir() if (folder / "__init__.py").exists()):
        modules = defaultdict[str, set[str]](set)
        for file in (file for file in room.rglob("*.py") if "migrations" not in file.parts):
            for name in read_code(file).public_names:
                modules[name].add(str(file.relative_to(SERVER)))
        found |= {f"{name}: {', '.join(sorted(files))}" for name, files in modules.items() if len(files) > 1}

    assert [line for line in sorted(found) if line.split(":")[0] not in JOINED | set(DICTATED)] == []
    assert JOINED | set(DICTATED) <= {line.split(":")[0] for line in found}


def test_no_file_has_more_than_300_lines():
    lengths = {code.name: len(code.lines) for code in map(read_code, CODE) if "/migrations/" not in code.name}

    assert {name: length for name, length in lengths.items() if length > 300} == {}
