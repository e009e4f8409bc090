"""How do tests ask the server? Over HTTP, in the same process, as somebody of the world."""

from typing import Any, Self

import httpx2
from starlette.applications import Starlette

from tests.world import Person

URL = "http://127.0.0.1:8000"


class Answer:
    """What came back."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.json: dict[str, Any] = response.json()

    @property
    def data(self) -> Any:
        """The data of an operation without errors."""
        assert "errors" not in self.json, self.json["errors"]
        return self.json["data"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.json.get("errors", [])

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def code(self) -> str:
        """The code of the one error there is."""
        (code,) = self.codes
        return code


class Clients:
    """Asks as anybody: `await clients.ask(query, as_=world.cL)`."""

    def __init__(self, app: Starlette) -> None:
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def ask(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        as_: Person | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send an operation: as a signed-in person, with a token's secret, or as nobody."""
        self.http.cookies.clear()
        sent = dict(headers or {})
        if isinstance(as_, str):
            sent["Authorization"] = f"Bearer {as_}"
        elif as_ is not None:
            sent["Cookie"] = f"session={as_.session}"
        body = {"query": query, "variables": variables or {}}
        return Answer(await self.http.post("/graphql", json=body, headers=sent))

    async def change(
        self, mutation: str, input: dict[str, Any], payload: str = "userErrors { code message field }", **how: Any
    ) -> Answer:
        """Run one mutation with its input, asking back `payload`."""
        type_ = mutation[0].upper() + mutation[1:] + "Input"
        query = f"mutation($input: {type_}!) {{ {mutation}(input: $input) {{ {payload} }} }}"
        return await self.ask(query, {"input": input}, **how)
