"""What is promised of people."""

import strawberry

from server import models
from server.schema.nodes import Node
from server.schema.scalars import EmailAddress


@strawberry.type(description="A person. People see themselves, and the members of organisations they lead.")
class User(Node):
    model = models.User

    first_name: str = strawberry.field(description="Given name.")
    last_name: str = strawberry.field(description="Family name.")
    email: EmailAddress = strawberry.field(description="The address they sign in with.")
    locale: str = strawberry.field(description="The language and country they chose, such as `fr_FR`.")
