"""Every setting of the server, typed, read from the environment, with a safe default.

`docs/operations.md` lists them; a test compares the two.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _without_trailing_slash(url: str) -> str:
    return url.rstrip("/")


class Settings(BaseSettings):
    """Read from variables named RESELLER_…, or from a file `.env` in the working directory."""

    model_config = SettingsConfigDict(env_prefix="RESELLER_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field(
        default="sqlite://reseller.sqlite3",
        description="Where the data is: `sqlite://FILE` or `asyncpg://USER:PASSWORD@HOST:PORT/DATABASE`.",
    )
    host: str = Field(default="127.0.0.1", description="The address the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port the server listens on.")
    workers: int = Field(default=1, ge=1, le=64, description="Server processes; SQLite takes one.")
    public_url: Annotated[str, AfterValidator(_without_trailing_slash)] = Field(
        default="http://127.0.0.1:8000",
        description="The address people use. With https the session cookie is `__Host-` and Secure.",
    )
    explorer: bool = Field(default=True, description="Whether /graphiql is served.")
    engine: bool = Field(
        default=True, description="Whether operations are planned as one SQL statement; without, resolvers answer."
    )
    introspection: bool = Field(default=True, description="Whether callers who are not signed in may introspect.")
    sudo_minutes: int = Field(default=15, ge=1, description="How long a typed password counts for `sudo` operations.")
    session_hours: int = Field(default=12, ge=1, description="How long a session lives.")
    member_invitation_days: int = Field(default=14, ge=1, description="How long the invitation of a member is open.")
    member_invitation_resends: int = Field(
        default=3, ge=1, description="How many times in 24 hours the invitation of a member is sent again."
    )
    sign_in_failures_per_account: int = Field(default=10, ge=1, description="Failed sign-ins an hour for one account.")
    sign_in_failures_per_address: int = Field(default=50, ge=1, description="Failed sign-ins an hour from one address.")
    most_body_bytes: int = Field(default=262_144, ge=1_024, description="The largest request body.")
    pool_size: int = Field(default=10, ge=1, description="PostgreSQL connections of one process.")
    statement_milliseconds: int = Field(default=5_000, ge=100, description="PostgreSQL's limit for one statement.")
    lock_milliseconds: int = Field(default=2_000, ge=100, description="PostgreSQL's limit for waiting for a lock.")
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="The least severe line logged."
    )

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite://")

    @property
    def sqlite_file(self) -> Path:
        """The file behind an SQLite address."""
        return Path(self.database_url.removeprefix("sqlite://").partition("?")[0])

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")
