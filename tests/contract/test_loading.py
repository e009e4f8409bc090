"""Does the server refuse to load what CONTRIBUTING.md and README.md say it refuses? Each time on the code as it is, with one thing missing."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from server.app import create_app
from server.domain import rights
from server.domain.rights import Right
from server.engine.declarations import Column
from server.engine.errors import Undeclared
from server.engine.reading.field_index import PLAN
from server.engine.reading.types import DEFINITION
from server.schema import schema
from server.schema.enums import complete_meanings
from tests.contract.source_code import ROOT
from tests.databases import settings_for

SOURCE = Path(str(rights.__file__)).read_text("utf-8")
NEW = '    NEW_RIGHT = "NEW_RIGHT"\n\n\nclass Scope('


def load_rights(source: str) -> list[str]:
    """The names of the rights, if the module loads."""
    module = vars(ModuleType("rights")) | {"__name__": "rights"}
    exec(compile(source, "rights.py", "exec"), module)
    return [right.name for right in module["Right"]]


def test_the_rights_as_they_are_load():
    assert load_rights(SOURCE) == [right.name for right in Right]


def test_no_right_loads_without_a_scope():
    for right in Right:
        line = re.compile(rf"^    (    )?Right\.{right}(: Scope\.\w+)?,\n", re.MULTILINE)

        with pytest.raises(TypeError, match=f"rights without a token scope: .*{right}'"):
            load_rights(line.sub(keep_of_a_role, SOURCE))


def keep_of_a_role(line: re.Match[str]) -> str:
    """A line of the tables of scopes goes; one of a role's table stays."""
    is_of_scopes = bool(line[2]) or SOURCE.index("NEVER_BY_TOKEN: Final") < line.start()
    return "" if is_of_scopes else line[0]


def test_a_new_right_that_no_role_holds_does_not_load():
    added = SOURCE.replace("\n\nclass Scope(", NEW, 1).replace(
        "SCOPE_OF: Final[Mapping[Right, Scope]] = {",
        "SCOPE_OF: Final[Mapping[Right, Scope]] = {\n    Right.NEW_RIGHT: Scope.MEMBERS_READ,",
    )

    with pytest.raises(TypeError, match="rights that nobody holds: .*NEW_RIGHT"):
        load_rights(added)


def test_a_right_without_a_description_does_not_load():
    described = {right.name: "Something." for right in Right if right is not Right.VIEW_PRODUCT}

    with pytest.raises(TypeError, match=r"Right: say what \['VIEW_PRODUCT'\] mean"):
        complete_meanings(Right, **described)


def test_every_right_is_described_where_the_schema_is_built():
    """By `describe`, which refuses a right that lacks its description."""
    values = schema._schema.type_map["Right"].values

    assert [name for name, value in values.items() if not value.description] == []


WITHOUT_PERMISSION = """
from server.resolvers.people import teams
from server.resolvers.permission_base import ATTRIBUTE
delattr(teams.create_team, ATTRIBUTE)
import server.schema
"""


def test_a_schema_with_a_resolver_that_does_not_say_who_may_call_it_does_not_load():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PERMISSION], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    message = "TypeError: server.resolvers.people.teams.create_team does not say who may call it"
    assert done.stderr.splitlines()[-1] == message


def test_a_server_with_a_declaration_that_can_never_be_planned_does_not_start(monkeypatch: pytest.MonkeyPatch):
    definition = schema._schema.type_map["Product"].fields["serviceName"].extensions[DEFINITION]
    monkeypatch.setattr(definition, "metadata", {PLAN: Column("no_such_column")})

    with pytest.raises(Undeclared, match=r"Product\.serviceName: .*no_such_column"):
        create_app(settings_for("sqlite://none.sqlite3"))
