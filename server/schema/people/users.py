"""Users, in the schema."""

import strawberry

from server import models
from server.schema.nodes import Node
from server.schema.scalars import EmailAddress


@strawberry.type(description="A person. You see yourself and the members of organisations you lead.")
class User(Node):
    model = models.User

    first_name: str = strawberry.field(description="The person's given name.")
    last_name: str = strawberry.field(description="The person's family name.")
    email: EmailAddress = strawberry.field(description="The address with which the person signs in.")
    locale: str = strawberry.field(description="The person's language and country, such as `fr_FR`.")
