"""Partnerships of the demo: who works with whom, from when and until when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from server.demo.agreements import LARGE, TERMS, Terms
from server.demo.cultures import Culture
from server.demo.organisations import Company
from server.demo.seed import Calendar, random_stream, row_ids
from server.domain.partnerships.partnerships import PartnershipStatus, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.models import Partnership

_LASTED_DAYS: Final = {
    PartnershipStatus.TERMINATED: 200,
    PartnershipStatus.DECLINED: 4,
    PartnershipStatus.CANCELLED: 1,
    PartnershipStatus.EXPIRED: 30,
}
_WITH_REASON: Final = frozenset({PartnershipStatus.TERMINATED, PartnershipStatus.DECLINED})
_ANSWERED_AFTER: Final = timedelta(days=3)
_ANSWERED_BY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A partnership with its two companies, for everything that depends on it."""

    partnership: Partnership
    terms: Terms
    customer: Company
    partner: Company


class Negotiations:
    """Brings customers and partners together. A quarter of all customers work with `partners[0]`, the large one."""

    def __init__(self, partners: Sequence[Company], calendar: Calendar) -> None:
        self._partners = partners
        self._calendar = calendar
        self._ids = row_ids("partnership")
        self._random = random_stream("partnerships")

    def agreements(self, customer: Company) -> Iterator[Agreement]:
        """The customer's agreements with its partners, past and present."""
        for terms in TERMS.get(customer.slot, ()):
            partner = self._partner(customer, terms)
            yield Agreement(self._partnership(customer, partner, terms), terms, customer, partner)

    def _partner(self, customer: Company, terms: Terms) -> Company:
        if terms.partner == LARGE:
            return self._partners[0]
        others = len(self._partners) - 1
        return self._partners[1 + (customer.number + terms.partner) % others]

    def _partnership(self, customer: Company, partner: Company, terms: Terms) -> Partnership:
        by_partner = terms.was_accepted and customer.slot % 5 == 1
        invited_at = self._calendar.days_ago(self._invited_days_ago(customer, terms))
        activated_at = invited_at + _ANSWERED_AFTER if terms.was_accepted else None
        lasted = _LASTED_DAYS.get(terms.status)
        ended_at = invited_at + timedelta(days=lasted) if lasted else None
        said_why = terms.status in _WITH_REASON
        return Partnership(
            id=next(self._ids),
            created_at=invited_at,
            updated_at=ended_at or activated_at or invited_at,
            version=1 + (activated_at is not None) + (ended_at is not None),
            customer_id=customer.id,
            partner_id=partner.id,
            access_type=terms.access_type,
            payment_mode=terms.payment_mode,
            status=terms.status,
            requested_access_type=terms.access_type,
            requested_payment_mode=terms.payment_mode,
            initiated_by=Side.PARTNER if by_partner else Side.CUSTOMER,
            sent_at=invited_at,
            answer_by=invited_at + _ANSWERED_BY,
            message=self._choose_words("messages", customer.culture) if customer.slot % 3 == 0 else None,
            invited_at=invited_at,
            activated_at=activated_at,
            ended_at=ended_at,
            end_reason=self._choose_words("endings", customer.culture) if said_why else None,
            ended_by=EndedBy.CUSTOMER if terms.status is PartnershipStatus.TERMINATED else None,
            termination_reason=(
                TerminationReason.CHANGE_OF_PARTNER if terms.status is PartnershipStatus.TERMINATED else None
            ),
        )

    def _invited_days_ago(self, customer: Company, terms: Terms) -> float:
        """The age of the invitation: less than 30 days if it is open, more for a partnership that has ended."""
        if terms.status is PartnershipStatus.INVITED:
            return 1 + customer.number % 20 + self._random.random()
        if terms.status in _LASTED_DAYS:
            return 700 + self._random.random() * 200
        return 60 + self._random.random() * 300

    def _choose_words(self, subject: str, culture: Culture) -> str:
        return self._random.choice(culture.vocabulary[subject])
