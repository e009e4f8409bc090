"""What is promised to the programme's staff."""

import strawberry

from server.resolvers.programme import staff
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership
from server.schema.payloads import Payload, VersionedInput
from server.schema.people.organisations import Organisation


@strawberry.input(description="Which company to admit.")
class ApprovePartnerInput(VersionedInput):
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")
    reason: str = strawberry.field(description="Why; it stands in the audit log. From 1 to 1,000 characters.")


@strawberry.type(description="The answer of `approvePartner`.")
class ApprovePartnerPayload(Payload):
    organisation: Organisation | None = strawberry.field(description="The organisation, a partner now.")


@strawberry.input(description="Which partner to suspend.")
class SuspendPartnerInput(VersionedInput):
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")
    reason: str = strawberry.field(description="Why; it stands in the audit log. From 1 to 1,000 characters.")


@strawberry.type(description="The answer of `suspendPartner`.")
class SuspendPartnerPayload(Payload):
    organisation: Organisation | None = strawberry.field(description="The organisation, suspended.")


@strawberry.input(description="Which partnership to stop.")
class SuspendPartnershipInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="The partnership.")
    reason: str = strawberry.field(description="Why; it stands in the audit log. From 1 to 1,000 characters.")


@strawberry.type(description="The answer of `suspendPartnership`.")
class SuspendPartnershipPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, suspended.")


@strawberry.input(description="Which partnership goes on.")
class ResumePartnershipInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="The partnership.")
    reason: str = strawberry.field(description="Why; it stands in the audit log. From 1 to 1,000 characters.")


@strawberry.type(description="The answer of `resumePartnership`.")
class ResumePartnershipPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, in force again.")


@strawberry.input(description="Which organisation gets whom as legal representative.")
class RecoverOrganisationInput:
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")
    email: str = strawberry.field(description="The address of a person with an account.")
    reason: str = strawberry.field(description="Why; it stands in the audit log. From 1 to 1,000 characters.")


@strawberry.type(description="The answer of `recoverOrganisation`.")
class RecoverOrganisationPayload(Payload):
    organisation: Organisation | None = strawberry.field(description="The organisation.")


@strawberry.type
class StaffMutations:
    """What the programme itself does."""

    approve_partner: ApprovePartnerPayload = mutation(staff.approve_partner, ApprovePartnerInput)
    suspend_partner: SuspendPartnerPayload = mutation(staff.suspend_partner, SuspendPartnerInput)
    suspend_partnership: SuspendPartnershipPayload = mutation(staff.suspend_partnership, SuspendPartnershipInput)
    resume_partnership: ResumePartnershipPayload = mutation(staff.resume_partnership, ResumePartnershipInput)
    recover_organisation: RecoverOrganisationPayload = mutation(staff.recover_organisation, RecoverOrganisationInput)
