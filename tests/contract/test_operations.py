"""Does docs/operations.md list the settings, the commands and the options that there are?"""

import json
import re
from pathlib import Path

from server.cli import app
from server.settings import INTERNAL, Settings
from tests.contract.command_line import commands

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def section(title: str) -> str:
    """What stands under a heading of the second level."""
    return OPERATIONS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_table_of_settings_is_that_of_the_code():
    expected = [
        f"| `RESELLER_{name.upper()}` | `{render_default(field.default)}` | {field.description} |"
        for name, field in Settings.model_fields.items()
        if INTERNAL not in field.metadata
    ]

    assert re.findall(r"^\| `RESELLER_.*$", section("Settings"), re.MULTILINE) == expected


def render_default(default: object) -> str:
    """A default as people write it into the environment."""
    if isinstance(default, tuple):
        return ", ".join(map(str, default))
    return default if isinstance(default, str) else json.dumps(default)


def test_every_command_and_no_other_is_listed():
    listed = re.findall(r"^\| `([a-z -]+)` \|", section("Commands"), re.MULTILINE)

    assert sorted(listed) == sorted(name for name, _ in commands(app))


def test_every_option_and_no_other_is_explained_with_its_command():
    rows = dict(re.findall(r"^\| `([a-z -]+)` \|(.*)", section("Commands"), re.MULTILINE))

    explained = {name: set(re.findall(r"`(--[a-z-]+)`", row)) for name, row in rows.items()}

    assert explained == {
        name: {
            option
            for argument in command.assemble_argument_collection(default_parameter=app.default_parameter)
            for option in argument.names
            if option.startswith("--")
        }
        for name, command in commands(app)
    }


def test_the_numbers_the_text_names_are_those_of_the_code():
    from server.app import bounds, requests
    from server.cli import serving

    proxy = " ".join(section("Behind a reverse proxy").split())

    kilobytes = [size // 1024 for size in (bounds.MAX_LINE_BYTES, requests.MAX_HEADER_BYTES)]
    assert f"| {bounds.MAX_HEADERS}, {kilobytes[0]} kB each, {kilobytes[1]} kB together |" in proxy
    assert f"| path and query string | {requests.LONGEST_ADDRESS // 1024} kB |" in proxy
    assert f"while another is answered | {bounds.MAX_PIPELINED} |" in proxy
    assert f"{serving.SECONDS_TO_FINISH} seconds for the current requests" in proxy
