"""Failures of commands: exceptions, exit codes and messages.

    Failure             the operation failed: one line on stderr, exit code 1
    └── WrongUsage      the command line or a setting is wrong: one line on stderr, exit code 2

A refusal of the programme's own rules counts as a failure. Every other exception is a bug and
keeps its traceback.
"""

from server.domain.errors import Refused


class Failure(Exception):
    """An error that people can act on. The message is one line that says what to do."""

    exit_code = 1


class WrongUsage(Failure):
    exit_code = 2


def refusal_reasons(refused: Refused) -> str:
    """The reasons of a refusal, in English."""
    return " ".join(
        f"{'.'.join(refusal.field)}: {refusal.message.format_map(refusal.values)}".removeprefix(": ")
        for refusal in refused.refusals
    )
