"""Documents that nest and repeat."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from graphql import get_introspection_query

INTROSPECTION = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
    experimental_directive_deprecation=True,
)
SECONDS = 1.0
"""Far more than any of these takes: they must not take minutes, on whatever machine."""


def chain(links: int, link: str, end: str, type_: str = "Query") -> str:
    """Fragments of which each one holds the next as `link` says, with {0} for its name; the last holds `end`."""
    fragments = [f"fragment F{number} on {type_} {{ {link.format(f'...F{number + 1}')} }}" for number in range(links)]
    return " ".join([*fragments, f"fragment F{links} on {type_} {{ {end} }}"])


def nest(name: str, times: int, inside: str) -> str:
    return f"{name} {{ " * times + inside + " }" * times


@contextmanager
def quickly() -> Iterator[None]:
    """In little time of this process, whatever else the machine has to do."""
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS
