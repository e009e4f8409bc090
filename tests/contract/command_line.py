"""Commands as people run them, in a process of their own or in this one."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


def start(folder: Path, *arguments: str, **settings: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "server", *arguments],
        cwd=folder,
        env=environment(folder, **settings) | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Answer:
    out, err = process.communicate(timeout=SECONDS_TO_START)
    return Answer(process.returncode, out, err)


def run_command(folder: Path, *arguments: str, **settings: object) -> Answer:
    """Run a command in a process of its own."""
    return finish(start(folder, *arguments, **settings))


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
def run_here(
    no_settings: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Runs a command in this process, in a context where no database is open: it closes whatever is, as it ends."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Answer:
        exit_code = Context().run(main, arguments)
        out, err = capsys.readouterr()
        return Answer(exit_code, out, err)

    return run


@contextmanager
def output_to(sink: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with open(sink, "w", encoding="utf-8") as stream, monkeypatch.context() as changed:
        changed.setattr(sys, "stdout", stream)
        yield


def closed_pipe() -> int:
    """The end of a pipe to write to, whose other end nobody has open."""
    read, write = os.pipe()
    os.close(read)
    return write
