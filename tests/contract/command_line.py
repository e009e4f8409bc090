"""Commands as people run them, in a process of their own or in this one."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App

from server.cli import main

PROJECT = Path(__file__).parents[2]
SECONDS_TO_START = 30


@dataclass(frozen=True)
class Answer:
    """What a finished command left behind."""

    exit_code: int
    out: str
    err: str


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """Of a machine where nothing is set but what a test sets, with `folder`'s own database."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESELLER_")}
    chosen = {"database_url": f"sqlite://{folder}/test.sqlite3"} | settings
    return inherited | {f"RESELLER_{name.upper()}": str(value) for name, value in chosen.items()}


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "server", *arguments],
        cwd=folder,
        env=environment(folder) | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Answer:
    out, err = process.communicate(timeout=SECONDS_TO_START)
    return Answer(process.returncode, out, err)


def run(folder: Path, *arguments: str) -> Answer:
    return finish(start(folder, *arguments))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def commands(parent: App, path: str = "") -> Iterator[tuple[str, App]]:
    """The commands that do something, by what is typed for them."""
    for name, command in parent.resolved_commands().items():
        if name.startswith("-"):
            continue
        if command.default_command is None:
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set, and what commands set in this process is forgotten afterwards: settings, and how they log."""
    for name in [name for name in os.environ if name.startswith("RESELLER_")]:
        monkeypatch.delenv(name)
    for name in ("HOST", "PORT", "WORKERS", "PUBLIC_URL", "DEMO", "DEMO_IN_PUBLIC"):
        monkeypatch.setenv(f"RESELLER_{name}", "")
        monkeypatch.delenv(f"RESELLER_{name}")
    monkeypatch.setattr(logging.getLogger(), "handlers", [*logging.getLogger().handlers])
    for logger in (logging.getLogger(), logging.getLogger("server")):
        monkeypatch.setattr(logger, "level", logger.level)


@pytest.fixture
def run_failing(
    no_settings: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Runs a command that fails in this process, where no database is open: it closes whatever is, as it ends."""
    monkeypatch.chdir(tmp_path)

    def run_here(*arguments: str) -> Answer:
        exit_code = Context().run(main, arguments)
        out, err = capsys.readouterr()
        return Answer(exit_code, out, err)

    return run_here
