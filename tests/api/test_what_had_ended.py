"""Does anything that ends or expires touch what had ended before it (S4, E7, E34)?

Everything in the world has twins that have ended already. Every mutation and every deadline is tried next to them.
None of them changes, and neither the audit log nor a receipt nor a message names them again.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from server import models
from server.jobs import DEADLINES, system_context
from server.models import Partnership
from server.settings import Settings
from tests.api.ended_rows import ENDS, add_ended_rows
from tests.api.partnerships.proposals import complete, limited_access
from tests.clients import Clients
from tests.databases import rolled_back
from tests.permissions.inputs import prepare, ways
from tests.permissions.test_foreign_ids import MUTATIONS
from tests.snapshots import contents
from tests.world import World

KEY = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")

Input = dict[str, Any]

FURTHER: dict[str, tuple[str, str, Callable[[World], Input]]] = {
    "removal of a partner's employee": ("removeMember", "pL", lambda world: {"membershipId": world.id("pE")}),
    "another role for a partner's employee": (
        "changeMemberRole",
        "pL",
        lambda world: {"membershipId": world.id("pE"), "role": "EXTERNAL"},
    ),
    "leaving of a partner's employee": ("leaveOrganisation", "pE", lambda world: {"organisationId": world.id("nova")}),
    "replacement and removal of a representative": (
        "replaceLegalRepresentative",
        "pL",
        lambda world: {"outgoingMembershipId": world.id("pL"), "incomingMembershipId": world.id("pA")},
    ),
    "recovery by an employee": (
        "recoverOrganisation",
        "kL",
        lambda world: {"organisationId": world.id("nova"), "email": world.pE.user.email, "reason": "Documents"},
    ),
    "fewer rights of an employee": (
        "assignEmployee",
        "pL",
        lambda world: {
            "partnershipId": world.id("complete"),
            "membershipId": world.id("pE"),
            "rights": ["VIEW"],
            "expectedVersion": 1,
        },
    ),
    "end of complete access": (
        "terminatePartnership",
        "bL",
        lambda world: {"partnershipId": world.id("complete"), "confirmation": "Borea", "reason": "OTHER"},
    ),
    "end where the partner pays": (
        "terminatePartnership",
        "pL",
        lambda world: {"partnershipId": world.id("partner_pays"), "confirmation": "Corvo", "reason": "OTHER"},
    ),
    "a request that replaces": (
        "acceptRequest",
        "cL",
        lambda world: {"partnershipId": world.id("asked"), "access": complete(), "replaceExisting": True},
    ),
    "complete access that becomes limited": (
        "changeAccessType",
        "bL",
        lambda world: {"partnershipId": world.id("complete"), "access": limited_access()},
    ),
    "end of a product that is managed": (
        "terminateProduct",
        "bL",
        lambda world: {"productId": world.id("borean"), "confirmation": "borean"},
    ),
}
"""Other ends than those of the permission matrix: the mutation, who asks, and with what."""


def test_every_model_that_ends_and_every_way_to_end_is_in_the_table():
    names = ("revoked_at", "ended_at", "answered_at", "decided_at", "deleted_at", "status", "state")
    found = {getattr(models, name) for name in models.__all__}
    assert {model for model in found if set(names) & set(model._meta.fields_map)} == set(ENDS)


async def test_nothing_that_had_ended_is_touched_by_a_mutation(
    world: World, engine_clients: Clients, settings: Settings, cheap_passwords: None
):
    async def ask(mutation: str, who: Any, input: Input) -> None:
        await prepare(world, mutation, input)
        answer = await engine_clients.change(mutation, input, "userErrors { code message field }", as_=who)
        assert answer.data[mutation]["userErrors"] == [], (mutation, input)

    touched = defaultdict[str, list[str]](list)
    ended = await add_ended_rows(world)
    before = lines_about(ended, await contents())
    assert len(before) == len(ended)
    for mutation in MUTATIONS:
        for who, input in ways(world, mutation):
            async with rolled_back():
                await ask(mutation, who, input)
                touched[mutation] += changes(before, lines_about(ended, await contents()))
    for what, (mutation, who, input) in FURTHER.items():
        async with rolled_back():
            await ask(mutation, world.people[who], input(world))
            touched[what] = changes(before, lines_about(ended, await contents()))

    assert {what: lines for what, lines in touched.items() if lines} == {}


async def test_nothing_that_had_ended_is_touched_when_time_passes(world: World, settings: Settings):
    await Partnership.filter(status="ACTIVE").update(
        expires_at=world.now + timedelta(days=15), review_at=world.now + timedelta(days=14)
    )
    touched = dict[str, list[str]]()
    ended = await add_ended_rows(world)
    before = lines_about(ended, await contents())

    for name, do in DEADLINES.items():
        async with rolled_back():
            done = [await do(system_context(settings, world.now + timedelta(days=days))) for days in (9, 400)]
            assert sum(done), name
            touched[name] = changes(before, lines_about(ended, await contents()))

    assert {what: lines for what, lines in touched.items() if lines} == {}


def lines_about(keys: set[UUID], lines: list[str]) -> set[str]:
    """The rows that are one of these, or name one."""
    named = {key.hex for key in keys}
    return {line for line in lines if not named.isdisjoint(key.replace("-", "") for key in KEY.findall(line))}


def changes(before: set[str], after: set[str]) -> list[str]:
    return sorted(before ^ after)
