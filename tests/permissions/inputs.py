"""How is each mutation asked by somebody who may, so that it works?"""

from typing import Any

from tests.permissions.matrix import OPERATIONS, cells
from tests.world import World

BESIDES = {
    "createApiToken": ("pL", lambda world: {"organisationId": world.id("nova"), "customerIds": [world.id("borea")]}),
}
"""What goes into an input beside what the permission matrix asks with, so that it names an id in each place there is.

By mutation: who asks, and the values. A mutation whose ids are all in the matrix needs no line; who asks is then the
first person whom the matrix allows it.
"""


def asked(world: World, mutation: str) -> tuple[str, dict[str, Any]]:
    """Who may run the mutation, and an input that works."""
    assert mutation in OPERATIONS, f"how is {mutation} asked? Add a line to OPERATIONS of tests/permissions/matrix.py"
    allowed = [
        actor for name, actor, outcome in cells() if (name, outcome) == (mutation, "ok") and actor in world.people
    ]
    who, more = BESIDES.get(mutation, (allowed[0], lambda world: {}))
    return who, OPERATIONS[mutation].variables(world)["input"] | more(world)
