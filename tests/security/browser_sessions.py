"""Signing in and out as a browser does."""

from tortoise.models import Model

from tests.clients import Answer, Clients

SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { email } } userErrors { code message field } } }"
WRONG = {"code": "INVALID_CREDENTIALS", "message": "The e-mail address or the password is wrong.", "field": None}


async def sign_in(clients: Clients, email: str, password: str, **headers: str) -> Answer:
    return await clients.ask(SIGN_IN, {"input": {"email": email, "password": password}}, headers=headers)


async def count(model: type[Model]) -> int:
    return await model.all().count()
