"""Gates of a right: the links of the chain that decides it, and the rights that each lets through (D1, D6).

A way to a right is a chain of gates; you have the right if one way lets it through. For example, an employee of a
partner passes `MEMBERSHIP`, `STATUS`, `TOKEN_CUSTOMERS`, `ASSIGNMENT`, and then the customer's grant.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from server.domain.rights import (
    BY_ASSIGNMENT_RIGHT,
    BY_COMPLETE_ACCESS,
    BY_PRODUCT_RIGHT,
    AssignmentRight,
    ProductRight,
    Right,
)

NOTHING: Final[frozenset[Right]] = frozenset()
EVERYTHING: Final = frozenset(Right)


class Link(StrEnum):
    """The links on which a right depends."""

    MEMBERSHIP = "MEMBERSHIP"
    OWN_GRANT = "OWN_GRANT"
    PARTNERSHIP = "PARTNERSHIP"
    PROPOSAL = "PROPOSAL"
    STATUS = "STATUS"
    ACCESS_TYPE = "ACCESS_TYPE"
    PRODUCT_GRANT = "PRODUCT_GRANT"
    ASSIGNMENT = "ASSIGNMENT"
    TOKEN_CUSTOMERS = "TOKEN_CUSTOMERS"
    SCOPE = "SCOPE"


class Gate(NamedTuple):
    """A link of the chain, and the rights that it lets through."""

    link: Link
    passing: frozenset[Right]


Way = tuple[Gate, ...]
"""The gates on one way to a right; at least one."""


def rights_through(ways: Iterable[Way]) -> frozenset[Right]:
    """The rights that pass every gate of one of these ways."""
    found = NOTHING
    for way in ways:
        passing = way[0][1]
        for _, further in way[1:]:
            passing &= further
        found |= passing
    return found


def gate_if(link: Link, is_open: bool) -> Gate:
    """A gate that lets everything or nothing through."""
    return Gate(link, EVERYTHING if is_open else NOTHING)


@dataclass(frozen=True)
class Serving:
    """A partnership through which the viewer serves a customer.

    `assignment` is None for legal representatives and administrators of the partner, who are limited only by the
    customer's grant. `before` are the gates that decide whether the viewer serves the customer at all; left out if it
    is known that they do.
    """

    complete: bool
    product_rights: Mapping[UUID, Collection[ProductRight]]
    assignment: Collection[AssignmentRight] | None = None
    before: Way = ()

    def way_to(self, product_id: UUID) -> Way:
        """The customer's grant, limited to the employee's assignment; never more (R7, R8, E33)."""
        rights = ProductRight if self.complete else self.product_rights.get(product_id, ())
        grant = grant_gate(self.complete, frozenset(rights))
        if self.assignment is None:
            return (*self.before, grant)
        return (*self.before, grant, assignment_gate(frozenset(self.assignment)))

    def rights_on(self, product_id: UUID) -> frozenset[Right]:
        return rights_through([self.way_to(product_id)])


@lru_cache
def grant_gate(is_complete: bool, rights: frozenset[ProductRight]) -> Gate:
    granted = NOTHING.union(*(BY_PRODUCT_RIGHT[right] for right in rights))
    return Gate(Link.ACCESS_TYPE, granted | BY_COMPLETE_ACCESS) if is_complete else Gate(Link.PRODUCT_GRANT, granted)


@lru_cache
def own_grant_gate(rights: frozenset[ProductRight]) -> Gate:
    return Gate(Link.OWN_GRANT, NOTHING.union(*(BY_PRODUCT_RIGHT[right] for right in rights)))


@lru_cache
def assignment_gate(rights: frozenset[AssignmentRight]) -> Gate:
    return Gate(Link.ASSIGNMENT, NOTHING.union(*(BY_ASSIGNMENT_RIGHT[right] for right in rights)))
