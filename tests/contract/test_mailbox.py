"""What does /mailbox show of the demo's e-mails, and may a browser do more with them than look?"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest

from server.app import create_app
from server.app.mailbox import MAX_ON_A_PAGE
from server.models import EmailMessage
from server.models.base import new_id
from server.outbox import Outbox
from server.settings import Settings
from tests.clients import URL
from tests.mail.events import SECRET, announce, announce_in
from tests.world import World

LINKS_ONLY = "sandbox allow-popups allow-popups-to-escape-sandbox"

pytestmark = pytest.mark.postgres


@pytest.fixture
async def browser(world: World, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Asks the demo."""
    app = create_app(settings.model_copy(update={"demo": True}))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL) as client:
        yield client


async def fill_mailbox(settings: Settings, world: World, topic: str) -> list[EmailMessage]:
    """The e-mails of an event, put into the mailbox."""
    outbox = Outbox(settings.model_copy(update={"demo": True}))
    await announce_in(world, topic)
    now = datetime.now(UTC)
    await outbox.expand_next(now)
    while await outbox.send_next(now):
        pass
    return await EmailMessage.all().order_by("-id")


async def test_the_newest_email_stands_first(browser: httpx2.AsyncClient, world: World, settings: Settings):
    await fill_mailbox(settings, world, "token.created")
    emails = await fill_mailbox(settings, world, "partnership.invited")

    page = (await browser.get("/mailbox")).text

    links = re.findall(r'<a href="/mailbox/([0-9a-f]{32})">(.*?)</a>', page)
    assert [id for id, _ in links] == [email.id.hex for email in emails]
    assert links[-1][1] == "A new API token for Nova"
    assert page.count("<td>sent</td>") == 4


async def test_an_email_is_shown_in_both_of_its_parts(browser: httpx2.AsyncClient, world: World, settings: Settings):
    email = next(row for row in await fill_mailbox(settings, world, "partnership.invited") if "link" in row.variables)

    page = await browser.get(f"/mailbox/{email.id.hex}")
    html = await browser.get(f"/mailbox/{email.id.hex}/html")

    assert "<h1>Delta invites you to manage its products</h1>" in page.text
    assert f'<iframe src="/mailbox/{email.id.hex}/html" sandbox="allow-popups ' in page.text
    assert f"Answer the invitation: http://127.0.0.1:8000/invitations/{SECRET}" in page.text
    assert f'href="http://127.0.0.1:8000/invitations/{SECRET}"' in html.text


async def test_nothing_in_it_runs_or_loads_anything(browser: httpx2.AsyncClient, world: World, settings: Settings):
    email, *_ = await fill_mailbox(settings, world, "partnership.invited")

    answers = {
        path: await browser.get(path) for path in ("/mailbox", f"/mailbox/{email.id}", f"/mailbox/{email.id}/html")
    }

    policies = {path: answer.headers["Content-Security-Policy"] for path, answer in answers.items()}
    closed = "default-src 'none'; base-uri 'none'; form-action 'none'"
    page = f"{closed}; style-src 'self'; frame-src 'self'; frame-ancestors 'none'"
    part = f"{closed}; style-src 'unsafe-inline'; frame-ancestors 'self'; {LINKS_ONLY}"
    assert list(policies.values()) == [page, page, part]
    for answer in answers.values():
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert re.search(r"<script|\son\w+=|https?://(?!127\.0\.0\.1|www\.w3\.org)", answer.text) is None


async def test_peoples_words_are_shown_as_text(browser: httpx2.AsyncClient, world: World, settings: Settings):
    await fill_mailbox(settings, world, "partnership.declined")
    bad = "<script>alert(1)</script>"
    await EmailMessage.all().update(name=bad, variables={"invitee": bad, "inviter": bad, "reason": bad})
    [email] = await EmailMessage.all()

    for path in ("/mailbox", f"/mailbox/{email.id}", f"/mailbox/{email.id}/html"):
        page = (await browser.get(path)).text
        assert "<script" not in page
        assert "&lt;script&gt;" in page


async def test_older_emails_are_on_the_next_page(browser: httpx2.AsyncClient, world: World, settings: Settings):
    event = await announce("token.created", world.id("token_pE"))
    for number in range(MAX_ON_A_PAGE + 3):
        await EmailMessage.create(
            event_id=event.id,
            template="token.created",
            address=f"{number}@company.example",
            name="",
            locale="en_GB",
            variables={"organisation": "Nova"},
            dedupe_key=new_id().hex,
            run_after=event.run_after,
        )

    first = (await browser.get("/mailbox")).text
    [older] = re.findall(r'href="(/mailbox\?before=\w+)"', first)
    second = (await browser.get(older)).text

    shown = [re.findall(r"<td>(\d+)@company", page) for page in (first, second)]
    assert [len(numbers) for numbers in shown] == [MAX_ON_A_PAGE, 3]
    assert [int(number) for page in shown for number in page] == list(reversed(range(MAX_ON_A_PAGE + 3)))
    assert "?before=" not in second


async def test_an_empty_mailbox_says_so(browser: httpx2.AsyncClient):
    answer = await browser.get("/mailbox")

    assert answer.status_code == 200
    assert "There is nothing here." in answer.text


@pytest.mark.parametrize(
    "path", ["/mailbox/x", f"/mailbox/{'0' * 32}", f"/mailbox/{'0' * 32}/html", "/mailbox?before=x"]
)
async def test_an_email_that_does_not_exist_is_not_found(browser: httpx2.AsyncClient, path: str):
    answer = await browser.get(path)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_its_style_is_its_own(browser: httpx2.AsyncClient):
    answer = await browser.get("/mailbox/style.css")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


@pytest.mark.parametrize("path", ["/mailbox", "/mailbox/style.css", f"/mailbox/{'0' * 32}"])
async def test_there_is_no_mailbox_outside_the_demo(engine_clients, path: str):
    answer = await engine_clients.http.get(path)

    assert answer.status_code == 404


async def test_the_page_of_the_explorer_leads_to_it_only_in_the_demo(browser: httpx2.AsyncClient, engine_clients):
    in_the_demo, elsewhere = await browser.get("/graphiql"), await engine_clients.http.get("/graphiql")

    assert in_the_demo.text.count('<a href="/mailbox"') == elsewhere.text.count('<div id="page">') == 1
    assert "mailbox" not in elsewhere.text
    assert in_the_demo.headers["content-security-policy"] == elsewhere.headers["content-security-policy"]
