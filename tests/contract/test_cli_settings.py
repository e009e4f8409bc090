"""Is a wrong or unknown setting reported, by each command, without its value?"""

from pathlib import Path
from typing import Any

import pytest

from server.cli import app, settings
from tests.contract.command_line import Answer, commands, free_port, no_settings, run_here

__all__ = ["no_settings", "run_here"]

ARGUMENTS = {
    "explain": ["explain", "query.graphql"],
    "verify-receipts": ["verify-receipts", "receipts.jsonl"],
    "staff add": ["staff", "add", "a@b.example"],
    "staff remove": ["staff", "remove", "a@b.example"],
    "token create": ["token", "create", "--email=a@b.example", "--organisation=b", "--name=c", "--scope=PRODUCTS_READ"],
    "token revoke": ["token", "revoke", "aaaa"],
}
"""What must be typed after the commands that need something."""
COMMANDS = {name: ARGUMENTS.get(name, [name]) for name, _ in commands(app)}


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    (tmp_path / "query.graphql").write_text("{ viewer { user { email } } }")
    (tmp_path / "receipts.jsonl").write_text("")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_reports_a_wrong_setting_and_begins_nothing(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
):
    monkeypatch.setenv("RESELLER_PORT", "hush")
    before = sorted(tmp_path.iterdir())

    answer = run_here(*COMMANDS[command])

    message = "RESELLER_PORT: Input should be a valid integer, unable to parse string as an integer.\n"
    assert answer == Answer(2, "", message)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_need_no_settings(run_here: Any, monkeypatch: pytest.MonkeyPatch, option: str):
    monkeypatch.setenv("RESELLER_PORT", "hush")

    answer = run_here(option)

    assert (answer.exit_code, answer.err) == (0, "")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DATABASE_URL", "postgres://hush", "it must begin with sqlite:// or asyncpg://"),
        ("DATABASE_URL", "asyncpg://u:hu/sh@h/x", "percent-encode the characters of the password"),
        ("DATABASE_URL", "asyncpg://u:12#hush@h/x", "percent-encode the characters of the password"),
        ("DATABASE_URL", "asyncpg://u:hu@sh@h/x", "percent-encode the characters of the password"),
        ("DATABASE_URL", "asyncpg://u:p@h:hush/x", "write it as asyncpg://USER:PASSWORD@HOST:PORT/DATABASE"),
        ("DIRECT_DATABASE_URL", "asyncpg://u:hu/sh@h/x", "percent-encode the characters of the password"),
        ("DEMO", "hush", "Input should be a valid boolean"),
        ("POOLER", "hush", "Input should be 'none' or 'transaction'"),
        ("MAIL_FROM", "hush", "write it as `no-reply@company.example` or"),
        ("MAIL_REPLY_TO", "hush@", "write it as `no-reply@company.example` or"),
        ("TRUSTED_PROXIES", "10.0.0.1, hush", "write addresses and networks as `10.0.0.5, 10.1.0.0/16, 2001:db8::/64`"),
        ("SMTP_CA_FILE", "/hush", "the file cannot be read as PEM certificates: No such file or directory"),
        ("LOG_LEVEL", "hush", "String should match pattern"),
        ("SESSION_HOURS", "", "Input should be a valid integer"),
        ("SESSION_HOURS", "0", "Input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
):
    monkeypatch.setenv(f"RESELLER_{name}", value)

    answer = run_here("schema")

    assert (answer.exit_code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert answer.err.startswith(f"RESELLER_{name}: {message}")
    assert "hu" not in answer.err


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "asyncpg://u@127.0.0.1:1/x?hushmode=1",
            "The database's address has an unknown option after the question mark: hushmode.",
        ),
        (
            "asyncpg://u@127.0.0.1:1/x?timeout=hush",
            "RESELLER_DATABASE_URL: an option after the question mark has a wrong value.",
        ),
    ],
)
def test_a_wrong_option_of_an_address_is_reported(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, address: str, message: str
):
    monkeypatch.setenv("RESELLER_DATABASE_URL", address)

    assert run_here("migrate") == Answer(2, "", f"{message}\n")


EMPTY = "receipts.jsonl, line 1: there are no receipts.\n"
MISSPELT = {
    "RESELLER_PROT": "There is no setting RESELLER_PROT, so it has no effect. Did you mean RESELLER_PORT?\n",
    "RESELLER_MOST_EXPORTS": "There is no setting RESELLER_MOST_EXPORTS, so it has no effect. "
    "Did you mean RESELLER_MAX_EXPORTS?\n",
    "reseller_prot": "There is no setting RESELLER_PROT, so it has no effect. Did you mean RESELLER_PORT?\n",
    "RESELLER_XYZZY_QUUX_FROBNICATE": "There is no setting RESELLER_XYZZY_QUUX_FROBNICATE, so it has no effect.\n",
    "RESELLER_NO_UV": "",  # of scripts/setup
    "RESELLER_HOST": "",
    "RESELLERS": "",
    "PROT": "",
}


@pytest.mark.parametrize("name", MISSPELT)
def test_an_unknown_name_is_reported_with_the_nearest_one(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
):
    monkeypatch.setenv(name, "hush")
    of_the_environment = run_here("verify-receipts", "receipts.jsonl")  # ends at once, because it is empty
    monkeypatch.delenv(name)
    (tmp_path / ".env").write_text(f"# RESELLER_COMMENT=1\n\nOTHER=2\nexport {name} = hush\n")
    of_the_file = run_here("verify-receipts", "receipts.jsonl")

    assert of_the_environment == of_the_file == Answer(1, "", f"{MISSPELT[name]}{EMPTY}")


def test_a_server_reports_an_unknown_name_in_its_log(monkeypatch: pytest.MonkeyPatch, run_here: Any):
    monkeypatch.setenv("RESELLER_PROT", "hush")
    monkeypatch.setenv("RESELLER_WORKERS", "2")  # so that it ends

    answer = run_here("serve", "--port", str(free_port()))

    warning, refusal = answer.err.splitlines()
    assert '"event": "unknown_setting"' in warning
    assert '"name": "RESELLER_PROT", "nearest": "RESELLER_PORT"' in warning
    assert refusal.startswith("SQLite allows only one server process.")
    assert "hush" not in answer.err


def test_the_environment_takes_precedence_over_the_file_and_an_option_over_both(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / ".env").write_text("RESELLER_PORT=1001\nRESELLER_HOST=of-the-file\n")
    monkeypatch.setenv("RESELLER_HOST", "of-the-environment")

    read = settings.choose_settings(port=1002)

    assert (read.port, read.host) == (1002, "of-the-environment")


def test_a_file_of_settings_that_cannot_be_read_is_reported(run_here: Any, tmp_path: Path):
    (tmp_path / ".env").write_bytes(b"RESELLER_HOST=\xff")

    answer = run_here("schema")

    message = "The file .env in the working directory cannot be read: it is not written in UTF-8.\n"
    assert answer == Answer(2, "", message)
