"""Does the explanation of a right say what is decided, for everybody and everything?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from server.domain.errors import NotFound
from server.domain.oversight.explanations import explain_ways
from server.domain.rights import Right
from server.domain.viewer import Viewer
from server.models import Organisation, Partnership, Product
from server.models.base import new_id
from server.models.visibility.policies import visible_queryset
from server.resolvers import ids
from server.resolvers.batch_loading import compute
from server.resolvers.context import Context
from server.resolvers.oversight.explanations import explain_right, ways_to
from server.resolvers.viewer_rights import RIGHTS_ON_ORGANISATION, RIGHTS_ON_PARTNERSHIP, RIGHTS_ON_PRODUCT
from server.settings import Settings
from tests.databases import rolled_back
from tests.models.stores import store
from tests.models.worlds import RandomWorld, worlds

pytestmark = pytest.mark.postgres

RIGHTS_ON = {
    Organisation: RIGHTS_ON_ORGANISATION,
    Partnership: RIGHTS_ON_PARTNERSHIP,
    Product: RIGHTS_ON_PRODUCT,
}


# Rule D6
@hypothesis_settings(
    max_examples=6, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(random_world=worlds())
async def test_an_explanation_says_yes_exactly_where_the_right_exists(
    standing_world: Any, settings: Settings, random_world: RandomWorld
) -> None:
    async with rolled_back():
        await store(random_world)

        for viewer in random_world.viewers():
            await _check(Context(viewer, datetime.now(UTC), "test", settings), viewer)


async def _check(context: Context, viewer: Viewer) -> None:
    for model, rights in RIGHTS_ON.items():
        for row in await visible_queryset(model, viewer):
            ways = await ways_to(context, row)
            told = {right for right in Right if explain_ways(right, ways).is_granted}
            assert told == await compute(context, rights, row), (viewer, row)


@hypothesis_settings(
    max_examples=3, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(random_world=worlds())
async def test_nothing_is_explained_of_what_a_viewer_does_not_see(
    standing_world: Any, settings: Settings, random_world: RandomWorld
) -> None:
    async with rolled_back():
        await store(random_world)
        for viewer in random_world.viewers():
            context = Context(viewer, datetime.now(UTC), "test", settings)
            unknown = await _refusal(context, f"prd_{new_id().hex}")
            seen = {row.pk for row in await visible_queryset(Product, viewer)}
            for row in await Product.filter(id__in=[key for key in random_world.products if key not in seen]):
                assert await _refusal(context, ids.encode(row)) == unknown


async def _refusal(context: Context, id: str) -> tuple[str, Any]:
    with pytest.raises(NotFound) as refused:
        await explain_right(context, Right.VIEW_PRODUCT, id)
    return refused.value.message, (refused.value.field, refused.value.extensions)
