"""Deadlines of support access: the work of every minute, by name."""

from typing import Final

from server.resolvers.support.support_access import expire_support_access, warn_of_support_access

DEADLINES: Final = {
    "expire support access": expire_support_access,
    "warn of support access": warn_of_support_access,
}
