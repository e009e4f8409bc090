"""The demo world: partners, customers, their products and the people who work on them.

The same scale always builds the same world, down to the ids. Only its dates follow the clock, so that it never looks
abandoned. Its password and token are public: run it on your own machine, never on one that others can reach.
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
