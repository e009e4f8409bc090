"""Does a permission that looks for what does not exist keep the server from starting, and say what is wrong?"""

import pytest
import strawberry

from server import models
from server.domain.rights import Right
from server.models import Organisation, Partnership, Product, ProductAccess
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId, ProductAccessId
from server.resolvers.permissions import Permission, Public, RightOn, allow
from server.schema.build import check_fields
from server.schema.fields import relation
from server.schema.operations import mutation

HINTS = {"product_access_id": ProductAccessId, "partnership_id": PartnershipId, "number": int}
RIGHT = Right.CHANGE_PRODUCT_ACCESS


def test_a_permission_knows_the_model_of_the_ids_that_its_argument_takes():
    bound = RightOn(RIGHT, Partnership, "product_access_id", by="partnership_id").bind("change", HINTS, ("input",))

    assert (bound.named, bound.path) == (ProductAccess, ("input", "product_access_id"))


@pytest.mark.parametrize(
    ("permission", "said"),
    [
        (
            RightOn(RIGHT, Partnership, "product_acess_id", by="partnership_id"),
            "change has no argument product_acess_id that is an id, to look for CHANGE_PRODUCT_ACCESS by",
        ),
        (
            RightOn(RIGHT, Partnership, "number"),
            "change has no argument number that is an id, to look for CHANGE_PRODUCT_ACCESS by",
        ),
        (
            RightOn(RIGHT, Partnership),
            "change has no argument None that is an id, to look for CHANGE_PRODUCT_ACCESS by",
        ),
        (
            RightOn(RIGHT, Partnership, "product_access_id"),
            "change.product_access_id names a ProductAccess, on which nobody holds CHANGE_PRODUCT_ACCESS",
        ),
        (
            RightOn(RIGHT, Partnership, "product_access_id", by="partner_id"),
            "ProductAccess has no column partner_id that points to Partnership",
        ),
        (
            RightOn(RIGHT, Organisation, "product_access_id", by="partnership_id"),
            "ProductAccess has no column partnership_id that points to Organisation",
        ),
    ],
)
def test_a_permission_that_looks_for_what_does_not_exist_is_refused(permission: Permission, said: str) -> None:
    with pytest.raises(TypeError) as refused:
        permission.bind("change", HINTS, ("input",))

    assert str(refused.value) == said


@strawberry.input
class RenameInput:
    partnership_id: strawberry.ID
    title: str


@pytest.mark.parametrize("name", ["name", None])
def test_an_input_that_differs_from_the_arguments_of_its_resolver_is_refused(name: str | None) -> None:
    async def rename(context: Context, partnership_id: PartnershipId, name: str) -> dict[str, object]:
        return {}

    async def rename_nothing(context: Context, partnership_id: PartnershipId) -> dict[str, object]:
        return {}

    with pytest.raises(TypeError) as refused:
        mutation(allow(Public())(rename if name else rename_nothing), RenameInput)

    told = "rename differ in ['name', 'title']" if name else "rename_nothing differ in ['title']"
    assert str(refused.value) == f"RenameInput and {told}"


def test_a_resolver_s_permission_is_bound_when_its_mutation_is_declared():
    @allow(RightOn(Right.VIEW_PARTNERSHIPS, Organisation, "partnership_id", by="owner_id"))
    async def rename(context: Context, partnership_id: PartnershipId, title: str) -> dict[str, object]:
        return {}

    with pytest.raises(TypeError, match="Partnership has no column owner_id that points to Organisation"):
        mutation(rename, RenameInput)


@pytest.mark.parametrize(
    "permission",
    [
        RightOn(Right.VIEW_PARTNERSHIPS, Organisation),
        RightOn(Right.VIEW_PRODUCT, Product),
        RightOn(Right.VIEW_RECEIPTS, Partnership, "partnership_id"),
    ],
)
def test_a_field_whose_permission_looks_at_other_rows_than_its_own_is_refused(permission: Permission) -> None:
    @strawberry.type
    class Agreement:
        model = models.Partnership

        partner: str | None = relation(models.Organisation, "partner_id", "The partner.", (permission,))

    with pytest.raises(TypeError, match="is not decided by the rows of"):
        check_fields(Agreement.__strawberry_definition__)  # type: ignore[attr-defined]
