"""Memberships, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.domain.people.memberships import may_manage_billing
from server.engine.declarations import Computed
from server.resolvers.people import memberships, teams
from server.resolvers.products import own_product_grants
from server.schema.connections import Connection
from server.schema.fields import computed, connection, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload, VersionedInput
from server.schema.people.enums import MembershipStatus
from server.schema.people.users import User
from server.schema.references import OrganisationReference, OwnProductGrantReference, TeamMemberReference
from server.schema.rights import AssignmentRight, Role


@strawberry.type(description="A person's membership of an organisation.")
class Membership(Node):
    model = models.Membership

    user: User | None = relation(models.User, "user_id", "The person. Null if they are not visible to you.")
    organisation: OrganisationReference | None = relation(
        models.Organisation, "organisation_id", "The organisation. Null if it is not visible to you."
    )
    role: Role = strawberry.field(description="The member's role.")
    status: MembershipStatus = strawberry.field(description="Current status.")
    joined_at: datetime | None = strawberry.field(
        description="When the person became a member. Null until the invitation is accepted."
    )
    can_manage_billing: bool = computed(
        Computed(
            lambda context, row: may_manage_billing(row.role, row.can_manage_billing), ("role", "can_manage_billing")
        ),
        "Whether the member may order and pay. Optional for employees; leaders always may, external members never.",
    )
    notify_billing: bool = strawberry.field(
        description="Whether the member wants e-mails about billing. Members who may not manage billing receive none."
    )
    notify_products: bool = strawberry.field(description="Whether the member wants e-mails about products.")
    include_future_customers: bool = computed(
        Computed(lambda context, row: row.future_customer_rights is not None, ("future_customer_rights",)),
        "Whether an employee of a partner is assigned to each new customer (see `setFutureCustomers`).",
    )
    future_customer_rights: list[AssignmentRight] | None = strawberry.field(
        description="The employee's rights for each new customer. Null if they are not assigned to new customers."
    )
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")
    teams: Connection[TeamMemberReference] | None = connection(
        teams.TEAMS_OF_MEMBER, "The member's teams. Empty unless you lead the organisation.", teams.MAY_VIEW_OF_TEAM
    )
    product_grants: Connection[OwnProductGrantReference] | None = connection(
        own_product_grants.GRANTS_OF_MEMBER,
        "The organisation's products this member may use, including access since withdrawn. "
        "Empty unless you lead the organisation.",
        own_product_grants.MAY_VIEW_GRANTS,
    )


@strawberry.input(description="Input for `changeMemberRole`.")
class ChangeMemberRoleInput(VersionedInput):
    membership_id: strawberry.ID = strawberry.field(description="An active member.")
    role: Role = strawberry.field(description="The new role.")


@strawberry.type(description="Result of `changeMemberRole`.")
class ChangeMemberRolePayload(Payload):
    membership: Membership | None = strawberry.field(description="The member.")


@strawberry.input(description="Input for `updateMember`. Fields left out keep their values.")
class UpdateMemberInput(VersionedInput):
    membership_id: strawberry.ID = strawberry.field(description="An active member.")
    can_manage_billing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether an employee may order and pay."
    )
    notify_billing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the member receives e-mails about billing."
    )
    notify_products: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the member receives e-mails about products."
    )


@strawberry.type(description="Result of `updateMember`.")
class UpdateMemberPayload(Payload):
    membership: Membership | None = strawberry.field(description="The member.")


@strawberry.input(description="Input for `setEmailWishes`. Fields left out keep their values.")
class SetEmailWishesInput(VersionedInput):
    organisation_id: strawberry.ID = strawberry.field(description="An organisation of which you are a member.")
    notify_billing: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether you receive e-mails about billing. At least one legal representative must.",
    )
    notify_products: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether you receive e-mails about products."
    )


@strawberry.type(description="Result of `setEmailWishes`.")
class SetEmailWishesPayload(Payload):
    membership: Membership | None = strawberry.field(description="Your membership.")


@strawberry.input(description="Input for `removeMember`.")
class RemoveMemberInput(VersionedInput):
    membership_id: strawberry.ID = strawberry.field(
        description="The member to remove. One who has already been removed is left unchanged."
    )


@strawberry.type(description="Result of `removeMember`.")
class RemoveMemberPayload(Payload):
    membership: Membership | None = strawberry.field(description="The membership, ended.")


@strawberry.input(description="Input for `leaveOrganisation`.")
class LeaveOrganisationInput:
    organisation_id: strawberry.ID = strawberry.field(description="An organisation of which you are a member.")


@strawberry.type(description="Result of `leaveOrganisation`.")
class LeaveOrganisationPayload(Payload):
    pass


@strawberry.input(description="Input for `replaceLegalRepresentative`.")
class ReplaceLegalRepresentativeInput:
    outgoing_membership_id: strawberry.ID = strawberry.field(description="The legal representative to replace.")
    incoming_membership_id: strawberry.ID = strawberry.field(
        description="Another active member, who becomes a legal representative."
    )
    outgoing_role: Role | None = strawberry.field(
        default=strawberry.UNSET,
        description="The outgoing representative's new role. If left out, they are removed from the organisation.",
    )


@strawberry.type(description="Result of `replaceLegalRepresentative`.")
class ReplaceLegalRepresentativePayload(Payload):
    incoming: Membership | None = strawberry.field(description="The new legal representative.")
    outgoing: Membership | None = strawberry.field(description="The previous legal representative.")


@strawberry.type
class MembershipMutations:
    """Mutations on memberships."""

    change_member_role: ChangeMemberRolePayload = mutation(memberships.change_member_role, ChangeMemberRoleInput)
    update_member: UpdateMemberPayload = mutation(memberships.update_member, UpdateMemberInput)
    set_email_wishes: SetEmailWishesPayload = mutation(memberships.set_email_wishes, SetEmailWishesInput)
    remove_member: RemoveMemberPayload = mutation(memberships.remove_member, RemoveMemberInput)
    leave_organisation: LeaveOrganisationPayload = mutation(memberships.leave_organisation, LeaveOrganisationInput)
    replace_legal_representative: ReplaceLegalRepresentativePayload = mutation(
        memberships.replace_legal_representative, ReplaceLegalRepresentativeInput
    )
