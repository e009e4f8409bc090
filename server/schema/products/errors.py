"""Error codes of products, in the schema."""

from typing import Final

from server.domain.products.error_codes import ProductCode
from server.schema.enums import complete_meanings

MEANINGS: Final = complete_meanings(
    ProductCode,
    ACTION_CLOSED="The action has been answered or withdrawn, or has expired.",
    ACTION_PENDING="The customer has already been asked to confirm the same action and has not answered yet.",
    ASKER_NOT_ENTITLED="The person who requested the action no longer has the right to do so.",
    PRODUCT_ENDED="The product has ended.",
    PRODUCT_LOCKED="The product is locked and cannot be changed.",
)
