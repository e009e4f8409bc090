"""What is promised of the invitations of members."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.engine.declarations import Rows
from server.resolvers.people import member_invitation_answers, member_invitations
from server.resolvers.people.member_invitations import status_now
from server.resolvers.people.teams import OF_INVITATION, teams_of_invitation
from server.schema.enums import MemberInvitationStatus, Role
from server.schema.fields import computed, relation
from server.schema.nodes import Node
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.memberships import Membership
from server.schema.people.signing_up import NewPersonInput
from server.schema.people.users import User
from server.schema.scalars import EmailAddress

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation
    from server.schema.people.teams import Team
    from server.schema.people.viewers import Viewer

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]
TeamType = Annotated["Team", strawberry.lazy("server.schema.people.teams")]
ViewerType = Annotated["Viewer", strawberry.lazy("server.schema.people.viewers")]


@strawberry.type(
    description="An invitation to become a member of an organisation. The membership begins when it is accepted."
)
class MemberInvitation(Node):
    model = models.MemberInvitation

    organisation: OrganisationType | None = relation(
        models.Organisation, "organisation_id", "The organisation; null where a token may not read organisations."
    )
    email: EmailAddress = strawberry.field(description="To which address it was sent.")
    first_name: str = strawberry.field(description="Given name, as the inviter knows it.")
    last_name: str = strawberry.field(description="Family name, as the inviter knows it.")
    locale: str = strawberry.field(description="In which language it was written.")
    role: Role = strawberry.field(description="What the person will be.")
    teams: list[TeamType] = computed(
        teams_of_invitation,
        "The teams that the person joins; without those that were deleted since.",
        Rows(models.Team, through=OF_INVITATION),
    )
    status: MemberInvitationStatus = computed(
        status_now, "Where it is in its life at this moment.", ("status", "expires_at")
    )
    invited_by: User | None = relation(models.User, "invited_by_id", "Who sent it; null where not visible.")
    invited_at: datetime = strawberry.field(description="When it was sent first.")
    expires_at: datetime = strawberry.field(description="Until when it can be accepted.")
    answered_at: datetime | None = strawberry.field(description="When it was answered or cancelled; null before.")
    undeliverable_at: datetime | None = strawberry.field(
        description="When its e-mail was refused for good; null otherwise, and once it is sent again."
    )
    version: int = strawberry.field(description="Counts the changes.")


@strawberry.input(description="Whom to invite, as what.")
class InviteMemberInput:
    organisation_id: strawberry.ID = strawberry.field(description="The organisation that invites.")
    email: EmailAddress = strawberry.field(description="The person's address, which they sign in with.")
    first_name: str = strawberry.field(description="Given name, at most 80 characters.")
    last_name: str = strawberry.field(description="Family name, at most 80 characters.")
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="In which language to write to them: `en_GB` unless given."
    )
    role: Role = strawberry.field(description="What they will be.")
    can_manage_billing: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether an employee will order and pay; not unless given."
    )
    notify_billing: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether they receive e-mails about billing; they do unless given.",
    )
    notify_products: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether they receive e-mails about products; they do unless given.",
    )
    team_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The organisation's teams that they will be in; in none unless given."
    )


@strawberry.type(description="The answer of `inviteMember`.")
class InviteMemberPayload(Payload):
    member_invitation: MemberInvitation | None = strawberry.field(description="The invitation.")


@strawberry.input(description="Which invitation to send again.")
class ResendMemberInvitationInput:
    member_invitation_id: strawberry.ID = strawberry.field(description="An open invitation.")


@strawberry.type(description="The answer of `resendMemberInvitation`.")
class ResendMemberInvitationPayload(Payload):
    member_invitation: MemberInvitation | None = strawberry.field(description="The invitation, open for longer.")


@strawberry.input(description="Which invitation to withdraw.")
class CancelMemberInvitationInput:
    member_invitation_id: strawberry.ID = strawberry.field(description="An open invitation.")


@strawberry.type(description="The answer of `cancelMemberInvitation`.")
class CancelMemberInvitationPayload(Payload):
    member_invitation: MemberInvitation | None = strawberry.field(description="The invitation, cancelled.")


@strawberry.input(description="Which invitation to accept, and as whom.")
class AcceptMemberInvitationInput:
    token: str = strawberry.field(description="What is in the link of the invitation.")
    new_person: NewPersonInput | None = strawberry.field(
        default=strawberry.UNSET, description="For somebody without an account. Whoever has one signs in first."
    )


@strawberry.type(description="The answer of `acceptMemberInvitation`.")
class AcceptMemberInvitationPayload(Payload):
    membership: Membership | None = strawberry.field(description="The new membership.")
    viewer: ViewerType | None = strawberry.field(description="Who is signed in now.")


@strawberry.input(description="Which invitation to decline.")
class DeclineMemberInvitationInput:
    token: str = strawberry.field(description="What is in the link of the invitation.")


@strawberry.type(description="The answer of `declineMemberInvitation`.")
class DeclineMemberInvitationPayload(Payload):
    pass


@strawberry.type
class MemberInvitationMutations:
    """Invitations of members."""

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
