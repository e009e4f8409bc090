"""Actions of the programme's staff, in the schema."""

import strawberry

from server.resolvers.programme import staff
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import Partnership
from server.schema.payloads import Payload, VersionedInput
from server.schema.references import OrganisationReference


@strawberry.input
class ReasonedInput:
    """The input of any action of the staff."""

    reason: str = strawberry.field(description="The reason, recorded in the audit log. From 1 to 1,000 characters.")


@strawberry.input(description="Input for `approvePartner`.")
class ApprovePartnerInput(ReasonedInput, VersionedInput):
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")


@strawberry.type(description="Result of `approvePartner`.")
class ApprovePartnerPayload(Payload):
    organisation: OrganisationReference | None = strawberry.field(description="The organisation, now a partner.")


@strawberry.input(description="Input for `suspendPartner`.")
class SuspendPartnerInput(ReasonedInput, VersionedInput):
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")


@strawberry.type(description="Result of `suspendPartner`.")
class SuspendPartnerPayload(Payload):
    organisation: OrganisationReference | None = strawberry.field(description="The organisation, suspended.")


@strawberry.input(description="Input for `suspendPartnership`.")
class SuspendPartnershipInput(ReasonedInput, VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="The partnership.")


@strawberry.type(description="Result of `suspendPartnership`.")
class SuspendPartnershipPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, suspended.")


@strawberry.input(description="Input for `resumePartnership`.")
class ResumePartnershipInput(ReasonedInput, VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="The partnership.")


@strawberry.type(description="Result of `resumePartnership`.")
class ResumePartnershipPayload(Payload):
    partnership: Partnership | None = strawberry.field(description="The partnership, in force again.")


@strawberry.input(description="Input for `recoverOrganisation`.")
class RecoverOrganisationInput(ReasonedInput):
    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")
    email: str = strawberry.field(
        description="The e-mail address of a person with an account, who becomes a legal representative."
    )


@strawberry.type(description="Result of `recoverOrganisation`.")
class RecoverOrganisationPayload(Payload):
    organisation: OrganisationReference | None = strawberry.field(description="The organisation.")


@strawberry.type
class StaffMutations:
    """Mutations for the programme's staff."""

    approve_partner: ApprovePartnerPayload = mutation(staff.approve_partner, ApprovePartnerInput)
    suspend_partner: SuspendPartnerPayload = mutation(staff.suspend_partner, SuspendPartnerInput)
    suspend_partnership: SuspendPartnershipPayload = mutation(staff.suspend_partnership, SuspendPartnershipInput)
    resume_partnership: ResumePartnershipPayload = mutation(staff.resume_partnership, ResumePartnershipInput)
    recover_organisation: RecoverOrganisationPayload = mutation(staff.recover_organisation, RecoverOrganisationInput)
