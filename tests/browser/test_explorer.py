"""Does the explorer page work in a real browser that reaches nothing but this server?"""

import json
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, async_playwright, expect

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="the browser tests need chromium (apt-get install chromium)")


class DemoServer(Protocol):
    """A running server with the demo world, and the API token of the partner's employee."""

    @property
    def url(self) -> str: ...

    @property
    def token(self) -> str: ...


@dataclass
class Visit:
    """A page in a browser, and what it did that it should not have done."""

    page: Page
    requests_to_others: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])

    async def open_tab(self, place: int, first_operation: str) -> None:
        """Open the tab at that place, counted from 0, and wait for its document."""
        await self.page.get_by_role("tab").nth(place).click()
        await expect(self.page.locator(".graphiql-query-editor")).to_contain_text(first_operation)

    async def write(self, editor: str, text: str) -> None:
        """Replace what is in the editor of that name below the query."""
        await self.page.get_by_role("button", name=editor, exact=True).click()
        await self.page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)").click()
        # Monaco puts brackets around a selection that is typed over, so it is removed before.
        await self.page.keyboard.press("ControlOrMeta+A")
        await self.page.keyboard.press("Backspace")
        await self.page.keyboard.insert_text(text)

    async def run(self, operation: str, *, alone: bool = False) -> dict[str, Any]:
        """Run an operation of the open tab as a person does, and return what the server answered.

        The play button of a tab with several operations opens a menu; of one `alone`, it runs it.
        """
        menu = ":not([aria-haspopup])" if alone else "[aria-haspopup]"
        async with self.page.expect_response(lambda answer: _answers(answer, operation)) as answer:
            await self.page.locator(f".graphiql-execute-button{menu}").click()
            if not alone:
                await self.page.get_by_role("menuitem", name=operation, exact=True).click()
        return await (await answer.value).json()


def _answers(response: Response, operation: str) -> bool:
    body = response.request.post_data
    return bool(body) and json.loads(body or "{}").get("operationName") == operation


@pytest.fixture(scope="module")
async def browser(demo_server: DemoServer) -> AsyncGenerator[Browser, None]:
    """A browser that finds only the address of the server; each visit is a profile of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-gpu",
                f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {urlsplit(demo_server.url).hostname}",
            ],
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def visit(server: DemoServer, browser: Browser) -> AsyncGenerator[Visit, None]:
    """Open the explorer in a new profile; at the end nothing may have gone wrong."""
    own = urlsplit(server.url)
    async with await browser.new_context(viewport={"width": 1400, "height": 850}) as profile:
        page = await profile.new_page()
        visited = Visit(page)

        def note_request(request: Request) -> None:
            if urlsplit(request.url).netloc != own.netloc and not request.url.startswith(("data:", "blob:")):
                visited.requests_to_others.append(request.url)

        def note(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                visited.complaints.append(message.text)

        page.on("request", note_request)
        page.on("console", note)
        page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        page.on("websocket", lambda socket: visited.requests_to_others.append(socket.url))
        await page.goto(f"{server.url}/graphiql")
        await expect(page.locator(".graphiql-query-editor .view-line").first).to_be_visible()

        yield visited


async def read_storage(page: Page, last: str) -> str:
    """All that the page left in the browser, once GraphiQL's delayed writes are through."""
    await page.wait_for_function("(last) => localStorage.getItem('graphiql:tabState')?.includes(last)", arg=last)
    return await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


@pytest.fixture
def artifacts() -> Path:
    """Where pictures go for a person to look at; the folder keeps itself out of the repository."""
    folder = Path(os.environ.get("ARTIFACTS", ".artifacts"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    return folder


async def test_an_employee_asks_with_a_token_that_is_kept_nowhere(
    demo_server: DemoServer, browser: Browser, artifacts: Path
) -> None:
    async with visit(demo_server, browser) as visited:
        page = visited.page
        tabs = await page.get_by_role("tab").all_inner_texts()
        await page.get_by_label("API token").fill(demo_server.token)

        await visited.open_tab(2, "EmployeeOverview")
        answer = await visited.run("EmployeeOverview", alone=True)

        result = page.locator(".result-window")
        await expect(result).to_contain_text("emma@partner.example")
        left_behind = await read_storage(page, '"activeTabIndex":2')
        await page.screenshot(path=artifacts / "explorer.png")
        content = await page.content()
        directive = await fetch_from_another_server(page)

    assert tabs == ["CustomerOverview", "PartnerOverview", "EmployeeOverview"]
    assert "errors" not in answer
    assert answer["data"]["viewer"]["user"]["email"] == "emma@partner.example"
    assert "EmployeeOverview" in left_behind
    assert demo_server.token not in left_behind
    assert demo_server.token not in content
    assert directive == "connect-src"
    assert visited.requests_to_others == []
    assert [text for text in visited.complaints if ELSEWHERE not in text] == []


ELSEWHERE = "https://elsewhere.example/"


async def fetch_from_another_server(page: Page) -> str | None:
    """The directive of the page's policy that forbids it, if any does."""
    return await page.evaluate(
        """(url) => new Promise((resolve) => {
            document.addEventListener('securitypolicyviolation', (violation) =>
                resolve(violation.effectiveDirective))
            fetch(url).catch(() => setTimeout(resolve, 1000))
        })""",
        ELSEWHERE,
    )


async def test_a_customer_and_a_partner_sign_in_at_the_first_visit_and_ask_with_the_session(
    demo_server: DemoServer, browser: Browser
) -> None:
    async with visit(demo_server, browser) as visited:
        customer = await sign_in_and_ask(visited, "CustomerOverview", "claire@customer.example")
        await visited.open_tab(1, "PartnerOverview")
        partner = await sign_in_and_ask(visited, "PartnerOverview", "ralf@webagentur-foerster.example")

    assert customer["data"]["viewer"]["user"]["email"] == "claire@customer.example"
    assert partner["data"]["viewer"]["user"]["email"] == "ralf@webagentur-foerster.example"
    assert visited.requests_to_others == []
    assert visited.complaints == []


async def sign_in_and_ask(visited: Visit, operation: str, email: str) -> dict[str, Any]:
    """The answer to an operation of the open tab, after the sign-in that is in the tab too."""
    signed_in = await visited.run("SignIn")
    answer = await visited.run(operation)
    await expect(visited.page.locator(".result-window")).to_contain_text(email)
    assert signed_in["data"]["signIn"]["userErrors"] == []
    assert "errors" not in answer
    return answer


async def test_a_typed_password_and_a_typed_header_are_not_stored(demo_server: DemoServer, browser: Browser) -> None:
    variables = {"input": {"email": "nobody@customer.example", "password": 'typed "password" 1'}}
    headers = {"X-Example": "typed-header-2"}

    async with visit(demo_server, browser) as visited:
        await visited.write("Variables", json.dumps(variables))
        await visited.write("Headers", json.dumps(headers))
        answer = await visited.run("SignIn")
        left_behind = await read_storage(visited.page, "nobody@customer.example")
        await visited.page.reload()
        await expect(visited.page.locator(".graphiql-query-editor .view-line").first).to_be_visible()
        tabs = await visited.page.get_by_role("tab").count()

    assert answer["data"]["signIn"]["viewer"] is None
    assert "nobody@customer.example" in left_behind
    assert "typed" not in left_behind
    assert tabs == 3
    assert visited.complaints == []
