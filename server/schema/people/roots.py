"""Roots and mutations of people and organisations."""

import strawberry

from server import models
from server.engine.declarations import ByAnyKey, ViewerObject
from server.resolvers.people import organisations, viewers
from server.resolvers.permissions import Public, SignedIn
from server.schema.connections import Connection
from server.schema.fields import by_id, connection, row_root
from server.schema.nodes import Node
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

    viewer: ViewerReference | None = row_root(
        ViewerObject(), "The person or API token making the request. Null if you are not signed in.", (Public(),)
    )
    node: Node | None = row_root(
        ByAnyKey(viewers.key_of_any, viewers.id_not_found),
        "Any object by its id. Null if it does not exist or is not visible to you.",
        (Public(),),
        id=(strawberry.ID, "The object's id."),
    )
    nodes: list[Node | None] = row_root(
        ByAnyKey(viewers.keys_of_any, viewers.id_not_found, many=True),
        "Up to 100 objects by their ids, in the same order. "
        "Null for each that does not exist or is not visible to you.",
        (Public(),),
        ids=(list[strawberry.ID], "At most 100 ids."),
    )
    organisation: OrganisationReference | None = row_root(
        by_id(models.Organisation),
        "An organisation by its id: your own, one of your partners or customers, or any approved partner.",
        (SignedIn(),),
        id=(strawberry.ID, "The organisation's id."),
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
