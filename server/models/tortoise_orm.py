"""With which configuration does Tortoise's own command line work? With that of the server, and its settings."""

from typing import Final

from server.models.database import tortoise_config
from server.settings import Settings

TORTOISE_ORM: Final = tortoise_config(Settings())
