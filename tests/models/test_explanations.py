"""Does the explanation of a right say what is decided, for everybody and everything?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from tortoise.models import Model

from server.domain.errors import NotFound
from server.domain.oversight.explanations import explained
from server.domain.rights import Right
from server.domain.viewer import Viewer
from server.models import Organisation, Partnership, Product
from server.models.base import new_id
from server.models.visibility.policies import visible_queryset
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.oversight.explanations import explain_right
from server.resolvers.viewer_rights import rights_on_organisation, rights_on_partnership_now, rights_on_product, ways_to
from server.settings import Settings
from tests.databases import rolled_back
from tests.models.worlds import RandomWorld, store, worlds

pytestmark = pytest.mark.database


@hypothesis_settings(
    max_examples=6, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(random_world=worlds())
async def test_a_right_is_explained_as_held_where_it_is_and_nowhere_else(
    standing_world: Any, settings: Settings, random_world: RandomWorld
) -> None:
    async with rolled_back():
        await store(random_world)

        for viewer in random_world.viewers():
            await _check(Context(viewer, datetime.now(UTC), "test", settings), viewer)


async def _check(context: Context, viewer: Viewer) -> None:
    for model in (Organisation, Partnership, Product):
        for row in await visible_queryset(model, viewer):
            ways = await ways_to(context, row)
            told = {right for right in Right if explained(right, ways).held}
            assert told == await _rights(context, row), (viewer, row)


async def _rights(context: Context, row: Model) -> frozenset[Right]:
    if isinstance(row, Organisation):
        return await rights_on_organisation(context, row)
    if isinstance(row, Product):
        return await rights_on_product(context, row)
    assert isinstance(row, Partnership)
    return rights_on_partnership_now(context, row)


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
