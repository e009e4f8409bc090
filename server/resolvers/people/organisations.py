"""Organisations: the lists of them, and look-ups by id."""

from enum import StrEnum
from typing import Any, Final

from tortoise.expressions import Q

from server.domain.people.organisations import INVITABLE_PARTNERS
from server.domain.rights import Right, Role
from server.domain.viewer import Viewer
from server.engine.declarations import Computed
from server.models import Organisation
from server.models.conditions import OneOf
from server.models.visibility.clauses import NO_ROW
from server.resolvers.context import Context
from server.resolvers.listings import Listing, where_containing
from server.resolvers.permissions import Public, RightOn, VisibleRows
from server.resolvers.viewer_rights import of_own_organisation


class OrganisationOrderField(StrEnum):
    """Fields by which organisations can be sorted."""

    NAME = "NAME"


def _own(viewer: Viewer | None) -> Q:
    return OneOf("id", viewer.organisation_ids) if viewer else NO_ROW


PARTNERS = Listing(
    name="partners",
    model=Organisation,
    parent=None,
    orders={OrganisationOrderField.NAME: "name_key"},
    always=lambda viewer: Q(is_listed_partner=True, partner_status__in=sorted(INVITABLE_PARTNERS)),
    filters={"search": where_containing("name_key")},
)
OWN_ORGANISATIONS = Listing(
    name="own organisations",
    model=Organisation,
    parent=None,
    orders={OrganisationOrderField.NAME: "name_key"},
    always=_own,
)


def role_in(context: Context, row: Any) -> Role | None:
    """The viewer's role in this organisation. None if they are not a member."""
    membership = context.viewer.membership_in(row.id) if context.viewer and row.id else None
    return membership.role if membership else None


ROLE_IN: Final = Computed(role_in, partial={"id": of_own_organisation("id")})


MAY_LIST_PARTNERS = (Public(),)
MAY_LIST_OWN_ORGANISATIONS = (VisibleRows(),)
MAY_VIEW_DETAILS = (RightOn(Right.VIEW_ORGANISATION_DETAILS, Organisation),)
