"""What is promised to people without an account."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from server.resolvers.people import signing_up
from server.schema.enums import LegalEntityType
from server.schema.operations import mutation
from server.schema.payloads import Payload
from server.schema.scalars import CountryCode

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation
    from server.schema.people.viewers import Viewer

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]
ViewerType = Annotated["Viewer", strawberry.lazy("server.schema.people.viewers")]


@strawberry.input(description="Somebody who has no account yet; their address is the invited one.")
class NewPersonInput:
    password: str = strawberry.field(description="The password to sign in with, from 12 to 256 characters.")
    first_name: str = strawberry.field(description="Given name, at most 80 characters.")
    last_name: str = strawberry.field(description="Family name, at most 80 characters.")
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="Language and country; those of the invitation unless given."
    )


@strawberry.input(description="An organisation that somebody signs up. Its country decides its currency.")
class NewOrganisationInput:
    name: str = strawberry.field(description="What it is called, at most 120 characters.")
    legal_name: str = strawberry.field(description="Its name in the register, at most 120 characters.")
    legal_entity_type: LegalEntityType = strawberry.field(description="What kind of entity it is.")
    street: str = strawberry.field(description="Street and number, at most 120 characters.")
    postcode: str = strawberry.field(description="Postcode, at most 20 characters.")
    city: str = strawberry.field(description="Place, at most 80 characters.")
    country: CountryCode = strawberry.field(description="Country.")
    region: str | None = strawberry.field(
        default=strawberry.UNSET, description="Canton, province or region, at most 80 characters."
    )
    registration_number: str | None = strawberry.field(
        default=strawberry.UNSET, description="Its number in the register of companies, where it has one."
    )


@strawberry.input(description="Who signs up, with which organisation, by which link.")
class SignUpInput:
    token: str = strawberry.field(description="The secret in the link of a partner's request.")
    new_person: NewPersonInput = strawberry.field(description="Who signs up.")
    organisation: NewOrganisationInput = strawberry.field(description="The organisation that they represent.")


@strawberry.type(description="The answer of `signUp`.")
class SignUpPayload(Payload):
    organisation: OrganisationType | None = strawberry.field(description="The new organisation.")
    viewer: ViewerType | None = strawberry.field(description="Who is signed in now.")


@strawberry.type
class SignUpMutations:
    """Coming into being."""

    sign_up: SignUpPayload = mutation(signing_up.sign_up, SignUpInput, together=False)
