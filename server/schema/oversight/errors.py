"""Error codes of exports, in the schema."""

from typing import Final

from server.domain.oversight.error_codes import OversightCode
from server.schema.enums import complete_meanings

MEANINGS: Final = complete_meanings(
    OversightCode,
    EXPORT_LIMIT_REACHED="You or the organisation have reached the limit of exports kept at a time.",
    EXPORT_NOT_READY="The export has no file: it is not ready yet, or the file has been deleted.",
    EXPORT_OF_ANOTHER="Only the person who requested the export may download its file.",
    EXPORT_OUTDATED="The rights of the person who asked have changed since the file was written.",
)
