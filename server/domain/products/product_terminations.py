"""Terminations of products (E34)."""

from typing import Final

from server.domain.errors import N_, Refusal, Refused
from server.domain.folding import is_same_name
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.products.error_codes import ProductCode
from server.domain.products.products import ProductState

MAX_REASON_CHARACTERS: Final = 500


def check_lives(state: ProductState, field: tuple[str, ...]) -> None:
    """A product that has ended cannot be ended again or granted to anyone."""
    if state is ProductState.TERMINATED:
        raise Refused(Refusal(ProductCode.PRODUCT_ENDED, N_("This product has ended."), field))


def check_product_may_end(state: ProductState, field: tuple[str, ...], *, is_locked: bool) -> None:
    """A product can be ended only once, and not while it is locked (E34)."""
    check_lives(state, field)
    if is_locked:
        raise Refused(Refusal(ProductCode.PRODUCT_LOCKED, N_("This product is locked."), field))


def check_confirmation(product_name: str, confirmation: str) -> None:
    """To end a product, or to propose it, you type the customer's name for it."""
    if not is_same_name(confirmation, product_name):
        raise Refused(
            Refusal(
                PartnershipCode.CONFIRMATION_MISSING,
                N_("Type the product's name to confirm that it should end."),
                ("confirmation",),
            )
        )
