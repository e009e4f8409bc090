"""The command `serve`, which starts the server."""

import asyncio
import errno
import socket
from typing import Final

import uvicorn

from server.cli.credentials import check_demo_is_private, check_no_public_credentials
from server.cli.database import prepare_database
from server.cli.failures import Failure, WrongUsage
from server.cli.settings import choose_settings, read_settings
from server.settings import Settings

MAX_WAITING: Final = 256
"""The listen backlog: connections that the system holds until they are accepted, all in one go."""
SECONDS_TO_FINISH: Final = 20
"""How long requests may continue after the server was asked to stop."""

ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - recognised here, not chosen


def start_server(host: str | None, port: int | None, workers: int | None, *, demo: bool, demo_in_public: bool) -> None:
    """Check, migrate, build the demo world if requested, and serve until a signal."""
    settings = read_settings(
        is_logged=True,
        host=host,
        port=port,
        workers=workers,
        demo=demo or None,
        demo_in_public=demo_in_public or None,
    )
    if settings.is_sqlite and settings.workers > 1:
        raise WrongUsage(
            "SQLite allows only one server process. Leave --workers and RESELLER_WORKERS at 1, or use PostgreSQL."
        )
    if "public_url" not in settings.model_fields_set:
        settings = choose_settings(public_url=_own_address(settings))
    check_demo_is_private(settings)
    check_port(settings.host, settings.port)
    asyncio.run(_prepare_server(settings))
    if settings.demo:
        _print_greeting(settings)
    _run_server(settings)


def check_port(host: str, port: int) -> None:
    """Fail if the port is not free. This comes before the database, because it is the most likely mistake."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in addresses:
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError as error:
        raise Failure(_port_error(host, port, error)) from error


def _port_error(host: str, port: int, error: OSError) -> str:
    another = port + 1 if port < 65_535 else port - 1  # noqa: PLR2004 - the last port there is
    choose = f"Choose another: RESELLER_PORT={another} or --port {another}."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is already in use. {choose}"
    if error.errno == errno.EACCES:
        return f"You are not allowed to listen on port {port}. {choose}"
    return f"This machine cannot listen on {host}: {error.strerror}. Set RESELLER_HOST or --host."


def _own_address(settings: Settings) -> str:
    """The default public address: this machine and the chosen port."""
    host = "127.0.0.1" if settings.host in ANY_ADDRESS else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


async def _prepare_server(settings: Settings) -> None:
    await prepare_database(settings)
    await check_no_public_credentials(settings)
    if settings.demo:
        from server.cli.demonstration import build_once  # noqa: PLC0415 - only where it is asked for

        await build_once(settings)


def _print_greeting(settings: Settings) -> None:
    from server.cli.demonstration import visitors_guide  # noqa: PLC0415

    print(f"\n  {'GraphiQL':<12}{settings.public_url}/graphiql\n  {'Mailbox':<12}{settings.public_url}/mailbox")
    print(visitors_guide())
    if settings.demo_in_public:
        print("\n  Others can reach this server, and the demo's password and token are public.")
    print(flush=True)


def _run_server(settings: Settings) -> None:
    try:
        uvicorn.run(
            "server.app:create_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            loop="uvloop",
            http="server.app.protocol:BoundedProtocol",
            ws="none",
            backlog=MAX_WAITING,
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
    except SystemExit as stopped:
        if stopped.code:
            raise Failure("The server did not start; the lines above say why.") from stopped
