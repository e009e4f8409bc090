"""Signing up, in the schema: new people and their organisations."""

import strawberry

from server.resolvers.people import signing_up
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.people.enums import LegalEntityType
from server.schema.references import OrganisationReference, ViewerReference
from server.schema.scalars import CountryCode


@strawberry.input(
    description="A person who has no account yet. Their e-mail address is the one that the link was sent to."
)
class NewPersonInput:
    password: str = strawberry.field(description="The password, from 12 to 256 characters.")
    first_name: str = strawberry.field(description="The person's given name, at most 80 characters.")
    last_name: str = strawberry.field(description="The person's family name, at most 80 characters.")
    locale: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Language and country, such as `fr_FR`. Defaults to those of the invitation.",
    )


@strawberry.input(description="A new organisation. Its country determines its currency.")
class NewOrganisationInput:
    name: str = strawberry.field(description="The organisation's name, at most 120 characters.")
    legal_name: str = strawberry.field(description="The organisation's registered name, at most 120 characters.")
    legal_entity_type: LegalEntityType = strawberry.field(description="The organisation's legal form.")
    street: str = strawberry.field(description="Street and number, at most 120 characters.")
    postcode: str = strawberry.field(description="Postcode, at most 20 characters.")
    city: str = strawberry.field(description="Town or city, at most 80 characters.")
    country: CountryCode = strawberry.field(description="Country.")
    region: str | None = strawberry.field(
        default=strawberry.UNSET, description="Canton, province or region, at most 80 characters."
    )
    registration_number: str | None = strawberry.field(
        default=strawberry.UNSET, description="The number in the register of companies, if there is one."
    )


@strawberry.input(description="Input for `signUp`.")
class SignUpInput:
    token: str = strawberry.field(description="The secret from the link in a partner's request.")
    new_person: NewPersonInput = strawberry.field(description="The person who signs up.")
    organisation: NewOrganisationInput = strawberry.field(description="The organisation the person represents.")


@strawberry.type(description="Result of `signUp`.")
class SignUpPayload(Payload):
    organisation: OrganisationReference | None = strawberry.field(description="The new organisation.")
    viewer: ViewerReference | None = strawberry.field(description="The person now signed in.")


@strawberry.type
class SignUpMutations:
    """Mutations for people without an account."""

    sign_up: SignUpPayload = mutation(signing_up.sign_up, SignUpInput, together=False)
