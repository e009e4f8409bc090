"""What is promised of members."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.domain.people.memberships import may_manage_billing
from server.resolvers.people import memberships, teams
from server.resolvers.products import own_product_grants
from server.schema.connections import Connection
from server.schema.enums import AssignmentRight, MembershipStatus, Role
from server.schema.fields import computed, connection, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload, VersionedInput
from server.schema.people.users import User

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation
    from server.schema.people.teams import TeamMember
    from server.schema.products.own_product_grants import OwnProductGrant

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]
OwnProductGrantType = Annotated["OwnProductGrant", strawberry.lazy("server.schema.products.own_product_grants")]
TeamMemberType = Annotated["TeamMember", strawberry.lazy("server.schema.people.teams")]


@strawberry.type(description="A person's place in an organisation.")
class Membership(Node):
    model = models.Membership

    user: User | None = relation(models.User, "user_id", "The person; null where it is not visible.")
    organisation: OrganisationType | None = relation(
        models.Organisation, "organisation_id", "The organisation; null where it is not visible."
    )
    role: Role = strawberry.field(description="What the person is there.")
    status: MembershipStatus = strawberry.field(description="Whether the membership is in force.")
    joined_at: datetime | None = strawberry.field(description="Since when; null until the invitation is accepted.")
    can_manage_billing: bool = computed(
        lambda context, row: may_manage_billing(row.role, row.can_manage_billing),
        "Whether they order and pay. A switch for employees; who leads always does, external users never.",
        ("role", "can_manage_billing"),
    )
    notify_billing: bool = strawberry.field(
        description="Whether they wish e-mails about billing; who may not manage billing receives none."
    )
    notify_products: bool = strawberry.field(description="Whether they wish e-mails about products.")
    include_future_customers: bool = computed(
        lambda context, row: row.future_customer_rights is not None,
        "Whether an employee of a partner is assigned to each new customer (`setFutureCustomers`).",
        ("future_customer_rights",),
    )
    future_customer_rights: list[AssignmentRight] | None = strawberry.field(
        description="What they may then do for it; null where they are not."
    )
    version: int = strawberry.field(description="Counts the changes.")
    teams: Connection[TeamMemberType] | None = connection(
        teams.TEAMS_OF_MEMBER, "The teams they are in, for who leads the organisation.", teams.MAY_VIEW_OF_TEAM
    )
    product_grants: Connection[OwnProductGrantType] | None = connection(
        own_product_grants.GRANTS_OF_MEMBER,
        "The products of the organisation opened to them, what was taken back since among it, for who leads it.",
        own_product_grants.MAY_VIEW_GRANTS,
    )


@strawberry.input(description="Which member gets which role.")
class ChangeMemberRoleInput(VersionedInput):
    membership_id: strawberry.ID = strawberry.field(description="An active member.")
    role: Role = strawberry.field(description="What they are from now on.")


@strawberry.type(description="The answer of `changeMemberRole`.")
class ChangeMemberRolePayload(Payload):
    membership: Membership | None = strawberry.field(description="The member.")


@strawberry.input(description="What is to change about a member; what is left out stays as it is.")
class UpdateMemberInput(VersionedInput):
    membership_id: strawberry.ID = strawberry.field(description="An active member.")
    can_manage_billing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether an employee orders and pays."
    )
    notify_billing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether they receive e-mails about billing."
    )
    notify_products: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether they receive e-mails about products."
    )


@strawberry.type(description="The answer of `updateMember`.")
class UpdateMemberPayload(Payload):
    membership: Membership | None = strawberry.field(description="The member.")


@strawberry.input(description="Which e-mails one wishes; what is left out stays as it is.")
class SetEmailWishesInput(VersionedInput):
    organisation_id: strawberry.ID = strawberry.field(description="An organisation one is a member of.")
    notify_billing: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether to receive e-mails about billing; at least one legal representative does.",
    )
    notify_products: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether to receive e-mails about products."
    )


@strawberry.type(description="The answer of `setEmailWishes`.")
class SetEmailWishesPayload(Payload):
    membership: Membership | None = strawberry.field(description="One's own membership.")


@strawberry.input(description="Whom to remove.")
class RemoveMemberInput(VersionedInput):
    membership_id: strawberry.ID = strawberry.field(
        description="The member; one who was removed already stays as they are."
    )


@strawberry.type(description="The answer of `removeMember`.")
class RemoveMemberPayload(Payload):
    membership: Membership | None = strawberry.field(description="The membership, ended.")


@strawberry.input(description="What to leave.")
class LeaveOrganisationInput:
    organisation_id: strawberry.ID = strawberry.field(description="An organisation one is a member of.")


@strawberry.type(description="The answer of `leaveOrganisation`.")
class LeaveOrganisationPayload(Payload):
    pass


@strawberry.input(description="Who takes whose place.")
class ReplaceLegalRepresentativeInput:
    outgoing_membership_id: strawberry.ID = strawberry.field(description="A legal representative.")
    incoming_membership_id: strawberry.ID = strawberry.field(
        description="Another active member, who becomes legal representative."
    )
    outgoing_role: Role | None = strawberry.field(
        default=strawberry.UNSET, description="What the first one is from now on; they are removed unless given."
    )


@strawberry.type(description="The answer of `replaceLegalRepresentative`.")
class ReplaceLegalRepresentativePayload(Payload):
    incoming: Membership | None = strawberry.field(description="The new legal representative.")
    outgoing: Membership | None = strawberry.field(description="The one before.")


@strawberry.type
class MembershipMutations:
    """Members."""

    change_member_role: ChangeMemberRolePayload = mutation(memberships.change_member_role, ChangeMemberRoleInput)
    update_member: UpdateMemberPayload = mutation(memberships.update_member, UpdateMemberInput)
    set_email_wishes: SetEmailWishesPayload = mutation(memberships.set_email_wishes, SetEmailWishesInput)
    remove_member: RemoveMemberPayload = mutation(memberships.remove_member, RemoveMemberInput)
    leave_organisation: LeaveOrganisationPayload = mutation(memberships.leave_organisation, LeaveOrganisationInput)
    replace_legal_representative: ReplaceLegalRepresentativePayload = mutation(
        memberships.replace_legal_representative, ReplaceLegalRepresentativeInput
    )
