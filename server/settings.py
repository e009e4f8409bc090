"""Settings of the server: typed, read from the environment, with safe defaults.

`docs/operations.md` lists all but the internal ones; a test compares the two.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.setting_values import (
    Network,
    check_database_url,
    check_direct_url,
    check_optional_certificates,
    check_optional_mailbox,
    check_sender,
    parse_networks,
    without_trailing_slash,
)

INTERNAL: Final = object()
"""Marks a setting that is for tests and benchmarks: the documentation leaves it out."""


class Settings(BaseSettings):
    """The settings, read from variables named RESELLER_… or from a file `.env` in the working directory."""

    model_config = SettingsConfigDict(env_prefix="RESELLER_", env_file=".env", extra="ignore", frozen=True)

    database_url: Annotated[str, AfterValidator(check_database_url)] = Field(
        default="sqlite://reseller.sqlite3",
        description="Where the data is: `sqlite://FILE` or `asyncpg://USER:PASSWORD@HOST:PORT/DATABASE`.",
    )
    pooler: Literal["none", "transaction"] = Field(
        default="none", description="Set to `transaction` if that address belongs to a pooler, such as PgBouncer."
    )
    direct_database_url: Annotated[str, AfterValidator(check_direct_url)] = Field(
        default="",
        validate_default=True,
        description="The database's own address. A pooler needs it for migrations and for notifications of changes.",
    )
    host: str = Field(default="127.0.0.1", description="The address the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port the server listens on.")
    workers: int = Field(default=1, ge=1, le=64, description="Server processes. SQLite takes one.")
    public_url: Annotated[str, AfterValidator(without_trailing_slash)] = Field(
        default="http://127.0.0.1:8000",
        description="The address people use. With https the session cookie is `__Host-` and Secure.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(parse_networks)] = Field(
        default=(),
        description="Addresses and networks of the proxies whose `X-Forwarded-For` or `Forwarded` is trusted, "
        "separated by commas.",
    )
    app_url: Annotated[str, AfterValidator(without_trailing_slash)] = Field(
        default="", description="The address of the pages that e-mails link to. Leave empty to use the public address."
    )
    demo: bool = Field(default=False, description="Run as the demo, as with `serve --demo`.")
    demo_in_public: bool = Field(
        default=False, description="Allow others to reach the demo, as with `serve --demo --demo-in-public`."
    )
    explorer: bool = Field(default=True, description="Serve /graphiql.")
    engine: Annotated[bool, INTERNAL] = Field(
        default=True, description="Compile each operation into one SQL statement. If false, resolvers answer."
    )
    introspection: bool = Field(default=True, description="Allow introspection by callers who are not signed in.")
    sudo_minutes: int = Field(default=15, ge=1, description="How long a typed password counts for `sudo` operations.")
    session_hours: int = Field(default=12, ge=1, description="How long a session lasts.")
    member_invitation_days: int = Field(default=14, ge=1, description="How long an invitation of a member stays open.")
    member_invitation_resends: int = Field(
        default=3, ge=1, description="How many times in 24 hours an invitation of a member can be sent again."
    )
    member_invitations_per_day: int = Field(
        default=100, ge=1, description="How many members an organisation can invite in 24 hours."
    )
    support_access_days: int = Field(
        default=7, ge=2, le=365, description="How long a mailbox or a drive stays open to support."
    )
    sign_in_failures_without_delay: int = Field(
        default=5,
        ge=1,
        description="Failed sign-ins for one account from one address before each further attempt has to wait.",
    )
    sign_in_longest_delay_seconds: int = Field(
        default=900,
        ge=1,
        le=3_600,
        description="The longest delay. It starts at one second and doubles with each failure.",
    )
    sign_in_failures_per_address: int = Field(
        default=50, ge=1, description="Failed sign-ins an hour from one address, for all accounts."
    )
    sign_in_failures_per_account: int = Field(
        default=100, ge=1, description="Failed sign-ins an hour for one account, from all addresses."
    )
    sign_in_waiting: int = Field(
        default=64, ge=1, description="How many addresses can wait for their passwords to be checked, in one process."
    )
    sign_in_waiting_per_address: int = Field(
        default=16, ge=1, description="How many sign-ins from one address can wait, in one process."
    )
    known_address_days: int = Field(
        default=90, ge=1, description="How long the server remembers an address that somebody signed in from."
    )
    partnership_invitation_days: int = Field(
        default=30, ge=1, le=365, description="How long an invitation or a request between organisations stays open."
    )
    resendings_per_day: int = Field(
        default=3, ge=1, description="How many times in 24 hours an invitation can be sent again."
    )
    requests_by_email_per_day: int = Field(
        default=50, ge=1, description="How many people a partner can ask by e-mail in 24 hours."
    )
    pending_action_days: int = Field(
        default=7, ge=1, le=365, description="How long a customer has to confirm what a partner has asked for."
    )
    customer_note_days: int = Field(
        default=90,
        ge=1,
        description="How long a partner's notes about a customer are kept after the end of the partnership.",
    )
    max_exports: int = Field(
        default=20, ge=1, description="How many exports an organisation can have at a time, being written or kept."
    )
    max_exports_per_person: int = Field(
        default=5, ge=1, description="How many of them can belong to one person, including their API tokens."
    )
    max_export_rows: int = Field(
        default=100_000,
        ge=1,
        le=1_048_575,
        description="The maximum number of rows in an export. A spreadsheet has at most 1,048,575 below its heading.",
    )
    export_hours: int = Field(default=24, ge=1, description="How long the file of an export is kept.")
    export_link_minutes: int = Field(default=15, ge=1, description="How long the link to an export's file works.")
    max_body_bytes: int = Field(default=262_144, ge=1_024, description="The maximum size of a request body in bytes.")
    max_input_values: int = Field(
        default=2_000, ge=100, description="The maximum number of values in all variables of a request."
    )
    max_input_fields: int = Field(
        default=200, ge=50, description="The maximum number of fields of an object in the variables."
    )
    max_input_items: int = Field(
        default=100, ge=1, le=100, description="The maximum number of items of a list in the variables."
    )
    max_input_characters: int = Field(
        default=10_000, ge=1_000, le=10_000, description="The maximum number of characters of a text in the variables."
    )
    header_seconds: float = Field(default=10.0, gt=0, description="How long the head of a request may take to arrive.")
    body_seconds: float = Field(default=10.0, gt=0, description="How long the body of a request may take to arrive.")
    idle_seconds: float = Field(default=5.0, gt=0, description="How long an idle connection is kept open.")
    answer_seconds: float = Field(
        default=20.0,
        gt=0,
        description="How long a caller may read nothing of an answer before the connection is closed.",
    )
    max_connections: int = Field(default=800, ge=1, description="The maximum number of connections to one process.")
    max_connections_per_source: int = Field(
        default=64, ge=1, description="The maximum number of connections from one IPv4 address or one IPv6 /64 network."
    )
    pool_size: int = Field(default=10, ge=1, description="PostgreSQL connections of one process.")
    statement_milliseconds: int = Field(default=5_000, ge=100, description="PostgreSQL's time limit for one statement.")
    lock_milliseconds: int = Field(default=2_000, ge=100, description="PostgreSQL's time limit for waiting for a lock.")
    smtp_host: str = Field(
        default="", description="The mail server. Without one, e-mails wait, and the demo shows them."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="The mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to the mail server is secured: `starttls`, `tls` or `none`."
    )
    smtp_ca_file: Annotated[str, AfterValidator(check_optional_certificates)] = Field(
        default="",
        description="A file of CA certificates (PEM) to trust for the mail server, in addition to the system's.",
    )
    smtp_user: str = Field(
        default="", description="User name for the mail server. Leave empty to send without signing in."
    )
    smtp_password: str = Field(default="", repr=False, description="Password for the mail server.")
    smtp_connections: int = Field(
        default=4, ge=1, le=50, description="The maximum number of connections from a worker to the mail server."
    )
    mail_from: Annotated[str, AfterValidator(check_sender)] = Field(
        default="", validate_default=True, description="The sender of e-mails. Needed with a mail server."
    )
    mail_reply_to: Annotated[str, AfterValidator(check_optional_mailbox)] = Field(
        default="", description="The address for replies, if it is not the sender's."
    )
    mail_attempts: int = Field(
        default=8, ge=1, le=50, description="How often the server tries to send an e-mail before it parks it."
    )
    mail_pause_seconds: int = Field(
        default=60, ge=1, description="The pause after the first failure. Each further pause is three times as long."
    )
    worker_in_serve: bool = Field(
        default=False,
        description="Send e-mails and run jobs within `serve` on PostgreSQL. On SQLite it always does.",
    )
    worker_poll_seconds: float = Field(default=2.0, gt=0, description="How often a worker looks for work.")
    keep_days: int = Field(default=30, ge=1, description="How long sent e-mails and expired sessions are kept.")
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="The least severe level that is logged."
    )

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite://")

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler lends connections for one transaction at a time."""
        return self.pooler == "transaction" and not self.is_sqlite

    @property
    def sqlite_file(self) -> Path:
        """The file behind an SQLite address."""
        return Path(self.database_url.removeprefix("sqlite://").partition("?")[0])

    @property
    def runs_worker(self) -> bool:
        """Whether a serving process works through the outbox and the jobs itself."""
        return self.is_sqlite or self.worker_in_serve

    @property
    def pages_url(self) -> str:
        """The start of the addresses in e-mails."""
        return self.app_url or self.public_url

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")
