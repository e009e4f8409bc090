"""Deadlines of the files of exports: the work of every minute, by name."""

from typing import Final

from server.resolvers.oversight.export_files import expire_exports

DEADLINES: Final = {
    "expire exports": expire_exports,
}
