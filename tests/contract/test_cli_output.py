"""Does a command end as other tools do when nobody reads what it prints, or when it cannot be written?"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from tests.contract.command_line import PROJECT, closed_pipe, environment, no_settings, output_to, run_here

__all__ = ["no_settings", "run_here"]
CLOSED_PIPE = 141


def start_command(folder: Path, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
    """A command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "server", *arguments],
        cwd=folder,
        env=environment(folder) | {"PYTHONPATH": str(PROJECT)} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_help_that_nobody_reads_ends_like_other_tools(tmp_path: Path, unbuffered: str):
    with start_command(tmp_path, "--help", PYTHONUNBUFFERED=unbuffered) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert (process.stderr.read(), process.wait()) == (b"", CLOSED_PIPE)


def test_a_reader_may_go_after_the_first_line(tmp_path: Path):
    with start_command(tmp_path, "schema", PYTHONUNBUFFERED="1") as process:  # then one write may write only a part
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        process.stdout.close()

        assert (first, process.stderr.read(), process.wait()) == (b'"""\n', b"", CLOSED_PIPE)


def test_a_command_whose_reader_has_gone_says_nothing(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with output_to(closed_pipe(), monkeypatch):
        exit_code = main(["schema"])

    assert (exit_code, capsys.readouterr().err) == (CLOSED_PIPE, "")


def test_a_full_disk_is_reported_in_one_line(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with output_to(os.open("/dev/full", os.O_WRONLY), monkeypatch):
        exit_code = main(["schema"])

    assert (exit_code, capsys.readouterr().err) == (1, "The output could not be written: No space left on device.\n")


def test_a_closed_standard_output_is_reported(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with monkeypatch.context() as changed:
        changed.setattr(sys, "stdout", None)  # as Python has it after `>&-`
        exit_code = main(["schema"])

    assert (exit_code, capsys.readouterr().err) == (1, "The output could not be written: Bad file descriptor.\n")


def test_letters_that_a_terminal_cannot_show_are_written_out(
    run_here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    target = tmp_path / "terminal"
    with target.open("w", encoding="ascii") as terminal, monkeypatch.context() as changed:
        changed.setattr(sys, "stdout", terminal)
        exit_code = main(["token", "create", "--help"])

    assert exit_code == 0
    assert b"(org_\\u2026)" in target.read_bytes()


def test_an_error_of_another_kind_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, run_here: Any):
    def fail(*_: object) -> None:
        raise OSError("a bug")

    monkeypatch.setattr("server.cli.receipts.verify_file", fail)

    with pytest.raises(OSError, match="a bug"):
        main(["verify-receipts", "x"])
