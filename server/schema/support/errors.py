"""Error codes of support access, in the schema."""

from typing import Final

from server.domain.support.error_codes import SupportCode
from server.schema.enums import complete_meanings

MEANINGS: Final = complete_meanings(
    SupportCode,
    SUPPORT_ACCESS_OPEN="Support already has this kind of access.",
)
