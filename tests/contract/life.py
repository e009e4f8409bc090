"""The steps of a partnership's life, as people take them in a browser."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.demo import DEMO_ACCOUNTS
from tests.post import PostOffice, parts, post_office
from tests.servers import DemoServer, demo_server

CLAIRE, RALF, _EMMA = DEMO_ACCOUNTS
"""Of a customer; of a partner that works for it not yet."""
PIA, HER_PASSWORD = "pia@webagentur-foerster.example", "a password of her own"


class Person:
    """Somebody at a browser, whose mail arrives."""

    def __init__(self, http: httpx2.AsyncClient, office: PostOffice, address: str) -> None:
        self.http = http
        self.office = office
        self.address = address

    async def answer(self, query: str, **variables: Any) -> Any:
        return (await self.http.post("/graphql", json={"query": query, "variables": variables})).json()

    async def ask(self, query: str, **variables: Any) -> Any:
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, mutation: str, payload: str, **input: Any) -> Any:
        """A mutation that works."""
        type_ = f"{mutation[0].upper()}{mutation[1:]}Input!"
        query = (
            f"mutation($input: {type_}) {{ {mutation}(input: $input) {{ {payload} userErrors {{ code message }} }} }}"
        )
        found = (await self.ask(query, input=input))[mutation]
        assert found.pop("userErrors") == [], found
        return found

    async def mail(self, about: str) -> EmailMessage:
        """The message to this person whose subject or text holds this."""
        for _ in range(200):
            for message in self.office.arrived:
                if (
                    message["To"]
                    and self.address in str(message["To"])
                    and about in f"{message['Subject']} {parts(message)[0]}"
                ):
                    return message
            await asyncio.sleep(0.05)
        subjects = [(str(message["To"]), str(message["Subject"])) for message in self.office.arrived]
        raise AssertionError((self.address, about, subjects))


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as found:
        yield found


@pytest.fixture
async def server(tmp_path: Path, office: PostOffice) -> AsyncIterator[DemoServer]:
    mail = {
        "RESELLER_DEMO_IN_PUBLIC": "true",  # the mail server is in this process
        "RESELLER_SMTP_HOST": "127.0.0.1",
        "RESELLER_SMTP_PORT": str(office.port),
        "RESELLER_SMTP_SECURITY": "none",
        "RESELLER_MAIL_FROM": "programme@platform.example",
        "RESELLER_WORKER_POLL_SECONDS": "1",
    }
    # Started and ended in a thread: the mail server, which it may be talking to, is in this one.
    running = demo_server(tmp_path, **mail)
    yield await asyncio.to_thread(running.__enter__)
    await asyncio.to_thread(running.__exit__, None, None, None)


async def organisation(person: Person) -> str:
    found = await person.ask("{ viewer { organisations { nodes { id } } } }")
    (own,) = found["viewer"]["organisations"]["nodes"]
    return own["id"]


async def free_products(claire: Person, customer: str) -> list[str]:
    """Three of her products that no partner manages."""
    found = await claire.ask(
        f"""{{ organisation(id: "{customer}") {{
            products(first: 100) {{ nodes {{ id }} }}
            partnerships {{ nodes {{ productAccesses(first: 100) {{ nodes {{ product {{ id }} revokedAt }} }} }} }}
        }} }}"""
    )
    accesses = [each["productAccesses"]["nodes"] for each in found["organisation"]["partnerships"]["nodes"]]
    taken = {node["product"]["id"] for nodes in accesses for node in nodes if node["revokedAt"] is None}
    return [node["id"] for node in found["organisation"]["products"]["nodes"] if node["id"] not in taken][:3]


async def request_everything(ralf: Person, partner: str) -> None:
    await ralf.do(
        "requestCustomerByEmail",
        "customerInvitation { status }",
        partnerId=partner,
        email=CLAIRE.email,
        wanted={"accessType": "COMPLETE", "paymentMode": "PARTNER"},
        message="We would look after everything.",
    )


async def hire(ralf: Person, pia: Person, partner: str) -> str:
    """A new employee, who signs up by the link in her mail; gives her membership."""
    await ralf.do(
        "inviteMember",
        "memberInvitation { status }",
        organisationId=partner,
        email=PIA,
        firstName="Pia",
        lastName="Lang",
        role="EMPLOYEE",
    )
    link = re.search(r"/(?:members?|invitations)[\w/-]*/([\w-]{40,})", parts(await pia.mail(RALF.organisation))[0])
    assert link is not None
    joined = await pia.do(
        "acceptMemberInvitation",
        "membership { id role } viewer { user { email } }",
        token=link[1],
        newPerson={"password": HER_PASSWORD, "firstName": "Pia", "lastName": "Lang"},
    )
    assert joined["viewer"]["user"]["email"] == PIA
    return joined["membership"]["id"]


async def move_to_everything(claire: Person, customer: str, partnership: str) -> None:
    found = await claire.ask(
        f'{{ organisation(id: "{customer}") {{ partnerships(filter: {{status: ACTIVE}}) {{ nodes {{ id }} }} }} }}'
    )
    others = [node["id"] for node in found["organisation"]["partnerships"]["nodes"] if node["id"] != partnership]
    changed = await claire.do(
        "changeAccessType",
        "partnership { accessType paymentMode }",
        partnershipId=partnership,
        access={"complete": {"paymentMode": "PARTNER"}},
        endOtherPartnerships=others,
    )
    assert changed["partnership"] == {"accessType": "COMPLETE", "paymentMode": "PARTNER"}


async def ask_for_the_end(pia: Person, product: str) -> None:
    found = await pia.ask(f'{{ product(id: "{product}") {{ serviceName }} }}')
    asked = await pia.do(
        "terminateProduct",
        "pendingAction { status }",
        productId=product,
        confirmation=found["product"]["serviceName"],
    )
    assert asked["pendingAction"] == {"status": "PENDING"}


async def activity(claire: Person, customer: str) -> list[tuple[str, str, str]]:
    """What partners did here, by whom and for which partner, newest first."""
    nodes = "nodes { action actorName actingOrganisation { name } }"
    found = await claire.ask(f'{{ organisation(id: "{customer}") {{ partnerActivity(first: 20) {{ {nodes} }} }} }}')
    return [
        (node["action"], node["actorName"], node["actingOrganisation"]["name"])
        for node in found["organisation"]["partnerActivity"]["nodes"]
    ]


async def refuse_the_end(claire: Person, customer: str) -> None:
    waiting = "pendingActions(filter: {status: PENDING}) { nodes { id } }"
    found = await claire.ask(f'{{ organisation(id: "{customer}") {{ {waiting} }} }}')
    (pending,) = found["organisation"]["pendingActions"]["nodes"]
    refused = await claire.do("refusePendingAction", "pendingAction { status }", pendingActionId=pending["id"])
    assert refused["pendingAction"] == {"status": "REFUSED"}


async def download(person: Person, partnership: str, folder: Path) -> Path:
    answer = await person.http.get(f"/partnerships/{partnership}/receipts.jsonl")
    assert answer.status_code == 200
    file = folder / f"{person.address}.jsonl"
    file.write_bytes(answer.content)
    return file


def verify(file: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "server", "verify-receipts", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
