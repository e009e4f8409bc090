"""Tables to which every wing brings its part: is any part forgotten, and is anything in two wings?"""

from importlib import import_module
from pathlib import Path

import pytest

import server
from server.domain.errors import ErrorCode
from server.jobs import DEADLINES
from server.mail.topics import NOTICES, TEMPLATES
from server.models.visibility.policies import POLICIES
from server.resolvers.export_sheets import SHEETS
from server.resolvers.shared_tables import SharedTable
from server.schema import hubs
from server.schema.errors import join_error_codes

SERVER = Path(server.__file__).parent


def parts(pattern: str, name: str, joined: dict) -> list[dict]:
    """What each module of this pattern brings under this name, without the joined table."""
    modules = (
        import_module("server." + ".".join(file.relative_to(SERVER).with_suffix("").parts))
        for file in sorted(SERVER.glob(pattern))
    )
    return [vars(module)[name] for module in modules if name in vars(module) and vars(module)[name] is not joined]


@pytest.mark.parametrize(
    ("pattern", "name", "table"),
    [
        ("resolvers/*/deadlines.py", "DEADLINES", DEADLINES),
        ("resolvers/*/export_sheets.py", "SHEETS", SHEETS),
        ("models/visibility/*.py", "POLICIES", POLICIES),
        ("mail/*.py", "NOTICES", NOTICES),
        ("mail/*.py", "TEMPLATES", TEMPLATES),
    ],
    ids=["deadlines", "export sheets", "row policies", "notices", "templates"],
)
def test_a_table_has_what_every_wing_brings(pattern: str, name: str, table: dict):
    keys = [key for part in parts(pattern, name, table) for key in part]

    assert keys
    assert sorted(map(str, keys)) == sorted(map(str, table))


def test_the_api_has_the_error_codes_of_every_wing():
    codes = [code.name for wing in ErrorCode.__subclasses__() for code in wing]

    assert sorted(hubs.ErrorCode.__members__) == sorted(codes)


def test_a_key_that_two_wings_bring_is_refused():
    table = SharedTable[str, int]()
    table.join({"mail": 1})

    with pytest.raises(TypeError, match="mail"):
        table.join({"mail": 2})
    with pytest.raises(TypeError, match="NAME_TAKEN"):
        join_error_codes("Codes.", {"NAME_TAKEN": "One."}, {"NAME_TAKEN": "Another."})

    assert dict(table) == {"mail": 1}
