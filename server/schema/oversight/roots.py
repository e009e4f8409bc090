"""Oversight's roots and mutations."""

import strawberry

from server.resolvers.oversight import explanations
from server.schema.operations import root
from server.schema.oversight.explanations import RightExplanation
from server.schema.oversight.exports import ExportMutations


@strawberry.type
class OversightQueries:
    """Explanations of rights."""

    explain_right: RightExplanation | None = root(
        explanations.explain_right,
        right="The right.",
        id="The id of an organisation, a partnership or a product.",
    )


@strawberry.type
class OversightMutations(
    ExportMutations,
):
    """The wing's mutations, noun by noun."""
