"""Explanations of rights: why a viewer has a right, or what is missing (D6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.errors import N_
from server.domain.gates import NOTHING, Gate, Link, Way
from server.domain.rights import Right

_SENTENCES: Final = {
    Link.MEMBERSHIP: (N_("Your role allows this."), N_("Your role does not allow this.")),
    Link.OWN_GRANT: (
        N_("Your organisation granted you this on the product."),
        N_("Your organisation has not granted you this on the product."),
    ),
    Link.PARTNERSHIP: (
        N_("The partnership with this customer allows this."),
        N_("The partnership with this customer does not allow this."),
    ),
    Link.PROPOSAL: (
        N_("Your side may do this, given which side proposed the partnership."),
        N_("Your side may not do this, given which side proposed the partnership."),
    ),
    Link.STATUS: (
        N_("The status of the partnership allows this."),
        N_("The status of the partnership does not allow this."),
    ),
    Link.ACCESS_TYPE: (
        N_("The access type of the partnership allows this."),
        N_("The access type of the partnership does not allow this."),
    ),
    Link.PRODUCT_GRANT: (
        N_("The customer granted this on the product."),
        N_("The customer has not granted this on the product."),
    ),
    Link.ASSIGNMENT: (
        N_("Your assignment to this customer allows this."),
        N_("You are not assigned to this customer, or your assignment does not cover this."),
    ),
    Link.TOKEN_CUSTOMERS: (
        N_("The credential you are using is valid for this customer."),
        N_("The API token you are using is not valid for this customer."),
    ),
    Link.SCOPE: (
        N_("The credential you are using covers this."),
        N_("The API token you are using does not cover this."),
    ),
}
"""The messages of each link, met and not met. They name nobody."""


@dataclass(frozen=True)
class ExplainedLink:
    """A link of the chain; `message` is English, a gettext id."""

    link: Link
    holds: bool
    message: str


@dataclass(frozen=True)
class Explanation:
    """The links of one way to a right: the one that gives it, or the one that lacks the fewest."""

    right: Right
    links: tuple[ExplainedLink, ...]

    @property
    def is_granted(self) -> bool:
        return all(link.holds for link in self.links)


def explain_ways(right: Right, ways: Sequence[Way]) -> Explanation:
    """Why the viewer has the right or not, by its gates, on the longest of the ways that lack the fewest."""
    nowhere: Way = (Gate(Link.MEMBERSHIP, NOTHING),)
    nearest = min(ways, key=lambda way: _way_distance(right, way), default=nowhere)
    return Explanation(
        right, tuple(_explain_link(link, right, nearest) for link in dict.fromkeys(link for link, _ in nearest))
    )


def _way_distance(right: Right, way: Way) -> tuple[bool, int, int]:
    """The sort key of a way: an open one first, then the one on which the viewer gets furthest."""
    missing = _missing_gates(right, way)
    return missing > 0, missing - len(way), missing


def _missing_gates(right: Right, way: Way) -> int:
    return sum(right not in passing for _, passing in way)


def _explain_link(link: Link, right: Right, way: Way) -> ExplainedLink:
    """The combined result of all gates of this link."""
    holds = all(right in passing for gate, passing in way if gate is link)
    allows, refuses = _SENTENCES[link]
    return ExplainedLink(link, holds, allows if holds else refuses)
