"""Configuration of Tortoise's own command line: the server's, with its settings."""

from typing import Final

from server.models.database import tortoise_config
from server.settings import Settings

TORTOISE_ORM: Final = tortoise_config(Settings())
