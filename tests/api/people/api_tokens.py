"""API tokens, as tests create them."""

CREATED = """
    secret userErrors { code message field }
    apiToken {
        id name lastFour scopes owner { email } organisation { name } customers { name }
        lastUsedAt revokedAt
    }
"""


def token_input(world, at="alpina", **given):
    return {"organisationId": world.id(at), "name": "the shop", "scopes": ["PRODUCTS_READ"]} | given


async def create_token(world, clients, as_, at="alpina", **given):
    answer = await clients.change("createApiToken", token_input(world, at, **given), CREATED, as_=as_)
    made = answer.data["createApiToken"]
    assert made["userErrors"] == []
    return made
