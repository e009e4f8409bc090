"""Invitations of members, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Computed, Rows
from server.resolvers.people import member_invitation_answers, member_invitations
from server.resolvers.people.member_invitations import member_invitation_status
from server.resolvers.people.teams import OF_INVITATION
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.enums import MemberInvitationStatus
from server.schema.people.memberships import Membership
from server.schema.people.signing_up import NewPersonInput
from server.schema.people.users import User
from server.schema.references import OrganisationReference, TeamReference, ViewerReference
from server.schema.rights import Role
from server.schema.scalars import EmailAddress


@strawberry.type(
    description="An invitation to become a member of an organisation. The membership begins when it is accepted."
)
class MemberInvitation(Node):
    model = models.MemberInvitation

    organisation: OrganisationReference | None = relation(
        models.Organisation,
        "organisation_id",
        "The inviting organisation. Null if your API token may not read organisations.",
    )
    email: EmailAddress = strawberry.field(description="The address to which the invitation was sent.")
    first_name: str = strawberry.field(description="The person's given name, as entered by the inviter.")
    last_name: str = strawberry.field(description="The person's family name, as entered by the inviter.")
    locale: str = strawberry.field(description="The language of the invitation, such as `fr_FR`.")
    role: Role = strawberry.field(description="The role the person will have.")
    teams: list[TeamReference] = computed(
        Rows(models.Team, through=OF_INVITATION), "The teams the person will join, except teams deleted since."
    )
    status: MemberInvitationStatus = computed(
        Computed(member_invitation_status, ("status", "expires_at")), "Current status."
    )
    invited_by: User | None = relation(
        models.User, "invited_by_id", "The person who sent the invitation. Null if they are not visible to you."
    )
    invited_at: datetime = strawberry.field(description="When the invitation was first sent.")
    expires_at: datetime = strawberry.field(description="The deadline for accepting it.")
    answered_at: datetime | None = strawberry.field(
        description="When the invitation was answered or withdrawn. Null until then."
    )
    undeliverable_at: datetime | None = strawberry.field(
        description="When the e-mail proved permanently undeliverable. Null otherwise, and once it is sent again."
    )
    version: int = strawberry.field(description="Incremented on every change.")


@strawberry.input(description="Input for `inviteMember`.")
class InviteMemberInput:
    organisation_id: strawberry.ID = strawberry.field(description="The inviting organisation.")
    email: EmailAddress = strawberry.field(description="The person's e-mail address. They sign in with it.")
    first_name: str = strawberry.field(description="The person's given name, at most 80 characters.")
    last_name: str = strawberry.field(description="The person's family name, at most 80 characters.")
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="The language in which to write to the person. Defaults to `en_GB`."
    )
    role: Role = strawberry.field(description="The role the person will have.")
    can_manage_billing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether an employee may order and pay. Defaults to false."
    )
    notify_billing: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether the person receives e-mails about billing. Defaults to true.",
    )
    notify_products: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether the person receives e-mails about products. Defaults to true.",
    )
    team_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The teams of the organisation that the person will join. Defaults to none.",
    )


@strawberry.type(description="Result of `inviteMember`.")
class InviteMemberPayload(Payload):
    member_invitation: MemberInvitation | None = strawberry.field(description="The invitation.")


@strawberry.input(description="Input for `resendMemberInvitation`.")
class ResendMemberInvitationInput:
    member_invitation_id: strawberry.ID = strawberry.field(description="An open invitation.")


@strawberry.type(description="Result of `resendMemberInvitation`.")
class ResendMemberInvitationPayload(Payload):
    member_invitation: MemberInvitation | None = strawberry.field(description="The invitation, with a new deadline.")


@strawberry.input(description="Input for `cancelMemberInvitation`.")
class CancelMemberInvitationInput:
    member_invitation_id: strawberry.ID = strawberry.field(description="An open invitation.")


@strawberry.type(description="Result of `cancelMemberInvitation`.")
class CancelMemberInvitationPayload(Payload):
    member_invitation: MemberInvitation | None = strawberry.field(description="The invitation, withdrawn.")


@strawberry.input(description="Input for `acceptMemberInvitation`.")
class AcceptMemberInvitationInput:
    token: str = strawberry.field(description="The secret from the link in the invitation.")
    new_person: NewPersonInput | None = strawberry.field(
        default=strawberry.UNSET, description="For people without an account. If you have an account, sign in first."
    )


@strawberry.type(description="Result of `acceptMemberInvitation`.")
class AcceptMemberInvitationPayload(Payload):
    membership: Membership | None = strawberry.field(description="The new membership.")
    viewer: ViewerReference | None = strawberry.field(description="The person now signed in.")


@strawberry.input(description="Input for `declineMemberInvitation`.")
class DeclineMemberInvitationInput:
    token: str = strawberry.field(description="The secret from the link in the invitation.")


@strawberry.type(description="Result of `declineMemberInvitation`.")
class DeclineMemberInvitationPayload(Payload):
    pass


@strawberry.type
class MemberInvitationMutations:
    """Mutations on invitations of members."""

    invite_member: InviteMemberPayload = mutation(member_invitations.invite_member, InviteMemberInput)
    resend_member_invitation: ResendMemberInvitationPayload = mutation(
        member_invitations.resend_member_invitation, ResendMemberInvitationInput
    )
    cancel_member_invitation: CancelMemberInvitationPayload = mutation(
        member_invitations.cancel_member_invitation, CancelMemberInvitationInput
    )
    accept_member_invitation: AcceptMemberInvitationPayload = mutation(
        member_invitation_answers.accept_member_invitation, AcceptMemberInvitationInput, together=False
    )
    decline_member_invitation: DeclineMemberInvitationPayload = mutation(
        member_invitation_answers.decline_member_invitation, DeclineMemberInvitationInput
    )
