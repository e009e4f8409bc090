"""What is left of a condition for rows of which something is known?"""

from typing import Any

import pytest
from tortoise.expressions import Q

from server.engine.planning.implications import facts_of, remainder, structure_of
from server.models import EmployeeAssignment, Partnership
from server.models.conditions import EVERY_ROW, Among, Exists, TwoPartPolicy, equals
from server.models.terms import BoundParameter

ACTIVE, LIMITED, COMPLETE = Q(status="ACTIVE"), Q(access_type="LIMITED"), Q(access_type="COMPLETE")
IDS = BoundParameter("viewer.ids", "uuid[]", lambda run: run.ids)


def is_assigned() -> Q:
    """Made each time, as a policy is."""
    return Exists(EmployeeAssignment, Among("membership_id", IDS) & Q(ended_at__isnull=True), partnership_id="id")


def serves() -> Q:
    return ACTIVE & EVERY_ROW & (Among("partner_id", IDS) | is_assigned())


def policy() -> Q:
    return TwoPartPolicy("customer_id", lambda column: Among(column, IDS), serves())


@pytest.mark.parametrize(
    ("condition", "known", "left"),
    [
        (serves(), [serves()], EVERY_ROW),
        (policy(), [policy()], EVERY_ROW),
        (EVERY_ROW, [ACTIVE], None),
        (LIMITED & serves(), [serves()], LIMITED),
        (LIMITED & serves() & COMPLETE, [serves()], LIMITED & COMPLETE),
        (serves(), [ACTIVE], Among("partner_id", IDS) | is_assigned()),
        (serves(), [ACTIVE, Among("partner_id", IDS)], EVERY_ROW),
        (serves(), [ACTIVE & is_assigned()], EVERY_ROW),
        (Q(status="ACTIVE", access_type="LIMITED"), [ACTIVE], LIMITED),
        (Q(status="ACTIVE", access_type="LIMITED", join_type="OR"), [LIMITED], EVERY_ROW),
        ((ACTIVE & LIMITED) | COMPLETE, [ACTIVE], None),
        ((ACTIVE & LIMITED) | COMPLETE, [LIMITED, ACTIVE], EVERY_ROW),
        (ACTIVE | EVERY_ROW, [COMPLETE], None),
        (ACTIVE, [ACTIVE | LIMITED], None),
        (ACTIVE, [~ACTIVE], None),
        (~ACTIVE, [ACTIVE], None),
        (~ACTIVE, [~ACTIVE], EVERY_ROW),
        (~(ACTIVE | LIMITED), [ACTIVE], None),
        (~is_assigned(), [is_assigned()], None),
        (~is_assigned(), [~is_assigned()], EVERY_ROW),
        (Among("partner_id", IDS), [Among("customer_id", IDS)], None),
        (equals("partner_id", IDS), [Among("partner_id", IDS)], None),
    ],
)
def test_what_is_left_is_what_does_not_follow(condition: Q, known: list[Q], left: Q | None) -> None:
    found = remainder(condition, facts_of(known))

    assert _structure(found) == _structure(left)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Q(version=1), Q(version=True)),
        (Q(status="ACTIVE"), Q(status="ENDED")),
        (ACTIVE & LIMITED, ACTIVE | LIMITED),
        (Exists(Partnership, ACTIVE, id="id"), Exists(Partnership, ACTIVE, id="partner_id")),
        (Exists(Partnership, ACTIVE, id="id"), Exists(EmployeeAssignment, ACTIVE, id="id")),
        (Exists(Partnership, ACTIVE, id="id"), Exists(Partnership, LIMITED, id="id")),
        (Exists(Partnership, ACTIVE, id="id"), Exists(Partnership, ACTIVE, LIMITED, id="id")),
        (Among("partner_id", IDS), Among("partner_id", BoundParameter("viewer.led_ids", "uuid[]", lambda run: run))),
        (is_assigned(), ~is_assigned()),
    ],
)
def test_different_conditions_have_different_structures(one: Q, other: Q) -> None:
    assert structure_of(one) != structure_of(other)


def _structure(condition: Q | None) -> Any:
    return condition if condition is None else structure_of(condition)
