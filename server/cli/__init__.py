"""The command line: the commands of `python -m server`, their options and their help.

This module holds only the interface. What a command does is imported when it runs, so that help and usage errors appear
immediately.
"""
# ruff: noqa: PLC0415 - the imports inside the commands are what keeps `--help` fast

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, CycloptsError, Parameter
from cyclopts.validators import Number

from server.cli.failures import Failure, WrongUsage, refusal_reasons
from server.cli.output import ClosedPipe, checked_output, write_utf8
from server.domain.errors import Refused
from server.domain.people.tokens import DEFAULT_LIFETIME, LONGEST_LIFETIME

INTERRUPTED: Final = 130
CLOSED_PIPE: Final = 141
"""What a shell reports of a command that SIGPIPE ended, as it ends other tools."""
_PROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"


def _read_version() -> str:
    """The version of the project, which runs from its folder and is not installed as a package."""
    import tomllib

    return tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"]


app = App(
    name="python -m server",
    help="The GraphQL API of the partner programme. Settings: the RESELLER_… variables of docs/operations.md.",
    default_parameter=Parameter(negative=(), show_choices=False),
    version=_read_version,
    version_flags=("--version",),
    suppress_keyboard_interrupt=False,
)
token = App(name="token", help="Create and revoke API tokens.")
app.command(token)
staff = App(name="staff", help="Add and remove members of the programme's staff.")
app.command(staff)


@app.command
def serve(
    *,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    demo: Annotated[bool, Parameter(show_default=False)] = False,
    demo_in_public: Annotated[bool, Parameter(show_default=False)] = False,
) -> None:
    """Bring the database up to date and serve the API until stopped.

    Parameters
    ----------
    host
        The address to listen on, instead of RESELLER_HOST.
    port
        The port to listen on, instead of RESELLER_PORT.
    workers
        Server processes, instead of RESELLER_WORKERS; more than one needs PostgreSQL.
    demo
        Build the demo world if the database is empty, and print how to visit it.
    demo_in_public
        Allow others to reach the demo, although everybody knows its password and its token.
    """
    from server.cli import serving

    serving.start_server(host, port, workers, demo=demo, demo_in_public=demo_in_public)


@app.command
async def worker() -> None:
    """Send e-mails and run scheduled jobs until stopped, next to the servers of a PostgreSQL database."""
    from server.cli import mail

    await mail.run_worker()


@app.command
async def outbox(*, retry: str | None = None) -> None:
    """List the events and e-mails that wait or are parked.

    Parameters
    ----------
    retry
        Try the parked one with this id again.
    """
    from server.cli import mail

    await mail.show_outbox(retry)


@app.command
async def migrate() -> None:
    """Apply missing migrations. Safe to repeat and, on PostgreSQL, to run from several machines at the same time."""
    from server.cli import database

    await database.migrate_database()


@app.command
async def demo(
    *,
    scale: Annotated[int, Parameter(validator=Number(gte=1, lte=1000))] = 1,
    close_accounts: Annotated[bool, Parameter(show_default=False)] = False,
) -> None:
    """Build the demo world in an empty database. Its password is public, so never use it where others can reach it.

    Parameters
    ----------
    scale
        The size of the world: 1 is 3 partners, 40 customers and 600 products.
    close_accounts
        Build nothing: remove the demo's password and tokens from a database that was a demo.
    """
    from server.cli import demonstration

    await (demonstration.close_accounts() if close_accounts else demonstration.build_world(scale))


@app.command
async def explain(
    file: Path,
    /,
    *,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    operation: str | None = None,
    variables: str = "{}",
) -> None:
    """Say what will happen to the operations of a file: the path, the cost, the SQL and the database's plan.

    Parameters
    ----------
    file
        A GraphQL document.
    as_
        The API token of the caller. By default nobody is signed in.
    operation
        Only the operation with this name.
    variables
        The values of its variables, as a JSON object.
    """
    from server.cli import explanation

    await explanation.explain_file(file, as_, operation, variables)


@app.command
def verify_receipts(file: Path, /, *, head: str | None = None) -> None:
    """Check whether a file of receipts is complete: hashes, chain, sequence, form. Needs no database.

    Parameters
    ----------
    file
        The receipts of a partnership, as `/partnerships/ID/receipts.jsonl` returns them.
    head
        The hash that the last receipt must have, such as that in the other side's file.
    """
    from server.cli import receipts

    receipts.verify_file(file, head)


@app.command
def schema() -> None:
    """Print the API's schema in GraphQL's schema language."""
    from server.cli.settings import read_settings
    from server.schema import sdl

    read_settings()
    write_utf8(sdl())


@staff.command
async def add(email: str, /) -> None:
    """Make a person with an account a member of the staff.

    Parameters
    ----------
    email
        The address they sign in with.
    """
    from server.cli import people

    await people.set_staff(email, is_staff=True)


@staff.command
async def remove(email: str, /) -> None:
    """Remove a person from the staff, from the next request on.

    Parameters
    ----------
    email
        The address they sign in with.
    """
    from server.cli import people

    await people.set_staff(email, is_staff=False)


@token.command
async def create(
    *,
    email: str,
    organisation: str,
    name: str,
    scope: list[str],
    customer: list[str] | None = None,
    days: Annotated[int, Parameter(validator=Number(gte=1, lte=LONGEST_LIFETIME.days))] = DEFAULT_LIFETIME.days,
) -> None:
    """Create an API token and print its secret, which is shown only this once.

    Parameters
    ----------
    email
        The owner of the token: an active member of the organisation.
    organisation
        The organisation: its id (org_…) or its full name.
    name
        What it is for, so that people recognise it later.
    scope
        What it may be used for, such as PRODUCTS_READ; products:read works as well. Repeat it for more.
    customer
        Restrict the token to this customer: its id or full name. Repeat it for more.
    days
        How long it lasts.
    """
    from server.cli import tokens

    await tokens.create_token(email, organisation, name, scope, customer or [], days)


@token.command
async def revoke(which: Annotated[str, Parameter(name="ID_OR_LAST_FOUR")], /) -> None:
    """Revoke an API token immediately.

    Parameters
    ----------
    which
        The token's id (tok_…), or the last four characters of its secret.
    """
    from server.cli import tokens

    await tokens.revoke_token(which)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 success, 1 failure, 2 wrong usage."""
    try:
        with checked_output():
            return _run_command(arguments)
    except ClosedPipe:
        return CLOSED_PIPE
    except Failure as failure:
        return _print_error(str(failure), failure.exit_code)


def _run_command(arguments: Sequence[str] | None) -> int:
    if _is_unreadable(sys.argv[1:] if arguments is None else arguments):
        return _print_error("The command line is not written in UTF-8.", WrongUsage.exit_code)
    try:
        app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _print_error(f"{error} Try --help.", WrongUsage.exit_code)
    except Failure as failure:
        return _print_error(str(failure), failure.exit_code)
    except Refused as refused:
        return _print_error(refusal_reasons(refused), Failure.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # rich, which prints the help, ends like this
            raise ClosedPipe from error
        raise
    return 0


def _is_unreadable(arguments: Sequence[str]) -> bool:
    """Whether the system passed bytes that are not text. None of our names, addresses or files is written like that."""
    return any("\ud800" <= character <= "\udfff" for argument in arguments for character in argument)


def _print_error(message: str, exit_code: int) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return exit_code
