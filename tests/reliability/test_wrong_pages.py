"""Is a wrong number in the answer to a change reported, and nothing else lost?"""

import pytest

from server.domain.rights import ProductRight
from server.resolvers import ids
from tests.reliability.houses import House, house
from tests.rows import grant, product

__all__ = ["house"]

pytestmark = pytest.mark.postgres

REVOKE = """
    mutation($ids: [ID!]!, $size: Int) { revokeProductAccesses(input: {ids: $ids}) { results { productAccess {
      partnership {
        few: productAccesses(first: 3) { nodes { id } }
        productAccesses(first: $size) { nodes { id } }
        customer { products(first: 3) { nodes { id } } members(first: 3) { nodes { id } } }
      }
      product { id organisation { products(first: 4) { nodes { id } } } }
    } } } }
"""


@pytest.mark.parametrize("size", [5_000, -1])
async def test_a_batch_that_sibling_fields_wait_for_is_not_cancelled(house: House, size: int):
    """A list that may not be null takes what is around it along, and what runs next to it is cancelled."""
    for number in range(3):
        sold = await product(f"sold {size} {number}", house.world.alpina)
        access = await grant(house.world.limited, sold, [ProductRight.STATISTICS])

        answer = await house.clients.ask(REVOKE, {"ids": [ids.encode(access)], "size": size}, as_=house.world.cL)

        assert answer.codes == ["BAD_USER_INPUT"]
        (result,) = answer.json["data"]["revokeProductAccesses"]["results"]
        assert result["productAccess"]["partnership"] is None
        assert result["productAccess"]["product"]["id"] == ids.encode(sold)
        assert len(result["productAccess"]["product"]["organisation"]["products"]["nodes"]) == 4
