"""Roots and mutations of people and organisations."""

import strawberry

from server import models
from server.engine.declarations import ByAnyKey, ViewerObject
from server.resolvers.people import organisations, viewers
from server.schema.connections import Connection
from server.schema.fields import by_id, connection
from server.schema.nodes import Node
from server.schema.operations import root
from server.schema.people.member_invitations import MemberInvitationMutations
from server.schema.people.memberships import MembershipMutations
from server.schema.people.organisations import PartnerFilter
from server.schema.people.signing_up import SignUpMutations
from server.schema.people.teams import TeamMutations
from server.schema.people.tokens import TokenMutations
from server.schema.people.viewers import SessionMutations
from server.schema.references import OrganisationReference, ViewerReference


@strawberry.type
class PeopleQueries:
    """The viewer, any object by its id, and organisations."""

    viewer: ViewerReference | None = root(viewers.viewer, ViewerObject())
    node: Node | None = root(viewers.node, ByAnyKey(viewers.key_of_any, viewers.missing), id="The object's id.")
    nodes: list[Node | None] = root(
        viewers.nodes, ByAnyKey(viewers.keys_of_any, viewers.missing, many=True), ids="At most 100 ids."
    )
    organisation: OrganisationReference | None = root(
        organisations.organisation, by_id(models.Organisation), id="The organisation's id."
    )
    partners: Connection[OrganisationReference] = connection(
        organisations.PARTNERS,
        "The partners that are publicly listed.",
        organisations.MAY_LIST_PARTNERS,
        filter=PartnerFilter,
    )


@strawberry.type
class PeopleMutations(
    SessionMutations,
    SignUpMutations,
    TokenMutations,
    MemberInvitationMutations,
    MembershipMutations,
    TeamMutations,
):
    """The wing's mutations, noun by noun."""
