"""A world to try the server in: partners, customers, what they own and who may work on it.

The same scale always builds the same world, down to the ids; only its days move with the clock,
so that nothing in it looks abandoned. Its password and its token are known to everybody who
reads this package: it is for a machine of one's own, never for one that others reach.
"""

from server.demo.accounts import (
    DEMO_ACCOUNTS,
    DEMO_PASSWORD,
    DemoAccount,
    PublicCredentials,
    employee_token,
    public_credentials,
)
from server.demo.world import DatabaseNotEmpty, DemoWorld, Report, build_demo, is_built

__all__ = [
    "DEMO_ACCOUNTS",
    "DEMO_PASSWORD",
    "DatabaseNotEmpty",
    "DemoAccount",
    "DemoWorld",
    "PublicCredentials",
    "Report",
    "build_demo",
    "employee_token",
    "is_built",
    "public_credentials",
]
