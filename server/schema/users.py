"""What is promised of people."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.schema.enums import MembershipStatus, Role
from server.schema.fields import relation
from server.schema.nodes import Node
from server.schema.scalars import EmailAddress

if TYPE_CHECKING:
    from server.schema.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.organisations")]


@strawberry.type(description="A person. People see themselves, and the members of organisations they lead.")
class User(Node):
    model = models.User

    first_name: str = strawberry.field(description="Given name.")
    last_name: str = strawberry.field(description="Family name.")
    email: EmailAddress = strawberry.field(description="The address they sign in with.")
    locale: str = strawberry.field(description="The language and country they chose, such as `fr_FR`.")


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
