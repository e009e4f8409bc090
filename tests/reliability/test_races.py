"""What happens when many do the same thing at the same time? If one attempt can succeed, exactly one does.

A few rounds each; a hundred in `make test-long`.
"""

from collections import Counter

import pytest

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.domain.rights import ProductRight
from server.models import (
    Organisation,
    Partnership,
    ProductAccess,
)
from server.resolvers import ids
from tests.reliability.partnership_races import HALF, NOW, codes, partners, race
from tests.reliability.races import ACTORS, ROUNDS, Attempt, Race
from tests.rows import Person, organisation, partnership, product, request

pytestmark = [pytest.mark.only_postgres, pytest.mark.scaled]

__all__ = ["race"]


async def create_invited(customer: Organisation, partner: Organisation, mode: PaymentMode | None) -> Partnership:
    return await partnership(customer, partner, mode, status=PartnershipStatus.INVITED, now=NOW)


def answering(mutation: str, invitation: Partnership, who: Person) -> Attempt:
    return Attempt(mutation, {"partnershipId": ids.encode(invitation)}, who)


async def test_one_of_sixteen_partners_becomes_the_complete_one(race: Race) -> None:
    invitees = await partners()
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        invitations = [(await create_invited(customer, company, PaymentMode.PARTNER), who) for company, who in invitees]

        outcomes = await race.run([answering("acceptInvitation", *one) for one in invitations], round_)

        assert outcomes["acceptInvitation", "ok"] == 1, outcomes
        assert codes(outcomes) <= {"ok", "COMPLETE_PARTNER_EXISTS", "CONFLICT"}
        assert await Partnership.filter(customer_id=customer.id, status=PartnershipStatus.ACTIVE).count() == 1


# Rule E3
async def test_two_complete_partners_never_both_become_active(race: Race) -> None:
    pair = await partners(2)
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        invitations = [(await create_invited(customer, company, PaymentMode.CUSTOMER), who) for company, who in pair]

        outcomes = await race.run([answering("acceptInvitation", *one) for one in invitations * HALF], round_)

        assert outcomes["acceptInvitation", "ok"] == 1, outcomes
        assert codes(outcomes) <= {"ok", "COMPLETE_PARTNER_EXISTS", "INVITATION_USED", "CONFLICT"}


async def test_complete_and_limited_partners_never_coexist(race: Race) -> None:
    invitees = await partners()
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        invitations = [
            (await create_invited(customer, company, PaymentMode.CUSTOMER if place % 2 else None), who)
            for place, (company, who) in enumerate(invitees)
        ]

        await race.run([answering("acceptInvitation", *one) for one in invitations], round_)

        active = await Partnership.filter(customer_id=customer.id, status=PartnershipStatus.ACTIVE)
        assert Counter(row.access_type for row in active) in ({AccessType.COMPLETE: 1}, {AccessType.LIMITED: HALF})


async def test_an_invitation_is_accepted_once_and_grants_what_it_named_once(race: Race) -> None:
    ((company, who),) = await partners(1)
    for round_ in range(ROUNDS):
        customer = await organisation(f"Customer {round_}")
        invitation = await create_invited(customer, company, None)
        for number in range(3):
            await request(invitation, await product(f"wanted {number}", customer), [ProductRight.TECHNICAL])

        outcomes = await race.run([answering("acceptInvitation", invitation, who)] * ACTORS, round_)

        assert outcomes["acceptInvitation", "ok"] == 1, outcomes
        assert codes(outcomes) <= {"ok", "INVITATION_USED", "CONFLICT"}
        assert await ProductAccess.filter(partnership_id=invitation.id).count() == 3


async def test_an_invitation_is_either_accepted_or_declined(race: Race) -> None:
    ((company, who),) = await partners(1)
    for round_ in range(ROUNDS):
        invitation = await create_invited(await organisation(f"Customer {round_}"), company, PaymentMode.PARTNER)
        attempts = [answering(name, invitation, who) for name in ("acceptInvitation", "declineInvitation")]

        outcomes = await race.run(attempts * HALF, round_)

        assert sum(number for (_, code), number in outcomes.items() if code == "ok") == 1, outcomes
        assert codes(outcomes) <= {"ok", "INVITATION_USED", "CONFLICT"}
        won = "ACTIVE" if outcomes["acceptInvitation", "ok"] else "DECLINED"
        assert (await Partnership.get(id=invitation.id)).status == won
