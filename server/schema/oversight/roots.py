"""What oversight brings to the roots."""

import strawberry

from server.resolvers.oversight import explanations
from server.schema.operations import root
from server.schema.oversight.explanations import RightExplanation
from server.schema.oversight.exports import ExportMutations


@strawberry.type
class OversightQueries:
    """Why a right is held, or not."""

    explain_right: RightExplanation | None = root(
        explanations.explain_right,
        right="The right.",
        id="The id of an organisation, a partnership or a product.",
    )


@strawberry.type
class OversightMutations(
    ExportMutations,
):
    """Noun by noun."""
