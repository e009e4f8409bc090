"""Does the main job run? On the product as people start it, with a client as people use it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

from server.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from tests.servers import NO_CERTIFICATES, DemoServer, demo_server

CUSTOMERS = """
query($name: String) { viewer { organisations { nodes { id managedCustomers(filter: {search: $name}) {
  totalCount nodes { name products { totalCount nodes { id customerName viewerRights } } }
} } } } }
"""
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } userErrors { code } } }"
OWN_PRODUCTS = """
{ viewer { organisations { nodes { id name products(first: 100) { nodes { id } }
  partnerships { nodes { status productAccesses { nodes { product { id } revokedAt } } } } } } } }
"""
INVITE = """
mutation($input: InvitePartnerInput!) { invitePartner(input: $input) {
  partnership { id status } userErrors { code message field } } }
"""
ACCEPT = """
mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
  partnership { status } userErrors { code } } }
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DemoServer]:
    """A demo world of this test's own, since the story changes it."""
    with demo_server(tmp_path) as running:
        yield running


class Browser:
    """Somebody signed in with a cookie."""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        answer = self.http.post("/graphql", json={"query": query, "variables": variables or {}})
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]


@contextmanager
def signed_in(server: DemoServer, email: str) -> Iterator[Browser]:
    with httpx2.Client(base_url=server.url, verify=NO_CERTIFICATES) as http:
        browser = Browser(http)
        answer = browser.ask(SIGN_IN, {"input": {"email": email, "password": DEMO_PASSWORD}})
        assert answer["signIn"]["userErrors"] == []
        yield browser


def test_a_partners_employee_asks_with_a_token_for_what_they_may_manage(server: DemoServer, tmp_path: Path) -> None:
    transport = HTTPXTransport(f"{server.url}/graphql", headers={"Authorization": f"Bearer {server.token}"})

    with Client(transport=transport, fetch_schema_from_transport=True) as client:
        (agency,) = client.execute(gql(CUSTOMERS))["viewer"]["organisations"]["nodes"]

    served = {customer["name"]: customer["products"]["totalCount"] for customer in agency["managedCustomers"]["nodes"]}
    assert served == _stored_for_emma(tmp_path)


def _stored_for_emma(folder: Path) -> dict[str, int]:
    """Straight from the tables: the customers Emma is assigned to, and the products that the agency manages there."""
    query = """
        SELECT o.name, (SELECT count(*) FROM product r WHERE r.organisation_id = o.id AND (
            p.access_type = 'COMPLETE' OR EXISTS (SELECT 1 FROM product_access x WHERE x.product_id = r.id
            AND x.partnership_id = p.id AND x.revoked_at IS NULL)))
        FROM partnership p JOIN organisation o ON o.id = p.customer_id
        JOIN employee_assignment a ON a.partnership_id = p.id AND a.ended_at IS NULL
        JOIN membership m ON m.id = a.membership_id JOIN user_account u ON u.id = m.user_id
        WHERE u.email = 'emma@partner.example' AND p.status = 'ACTIVE'"""
    with closing(sqlite3.connect(folder / "demo.sqlite3")) as database:
        return dict(database.execute(query).fetchall())


def test_the_printed_customer_invites_the_printed_partner_who_accepts(server: DemoServer) -> None:
    claire, ralf, _ = DEMO_ACCOUNTS
    with signed_in(server, claire.email) as customer, signed_in(server, ralf.email) as partner:
        company, offered = _company_with_a_free_product(customer)
        before = _customers(partner, company["name"])
        invited = _invite(customer, company["id"], offered, ralf.organisation)
        while_open = _customers(partner, company["name"])
        accepted = partner.ask(ACCEPT, {"input": {"partnershipId": invited["partnership"]["id"]}})["acceptInvitation"]
        (served,) = _customers(partner, company["name"])

    assert (before, while_open, invited["userErrors"]) == ([], [], [])
    assert accepted == {"partnership": {"status": "ACTIVE"}, "userErrors": []}
    (product,) = served["products"]["nodes"]
    assert (product["id"], product["viewerRights"]) == (offered, ["VIEW_PRODUCT", "MANAGE_PRODUCT"])


def _company_with_a_free_product(claire: Browser) -> tuple[Any, str]:
    """Her company, and one of its products that no partner manages."""
    (company,) = claire.ask(OWN_PRODUCTS)["viewer"]["organisations"]["nodes"]
    managed = {
        access["product"]["id"]
        for partnership in company["partnerships"]["nodes"]
        for access in partnership["productAccesses"]["nodes"]
        if access["revokedAt"] is None
    }
    return company, next(product["id"] for product in company["products"]["nodes"] if product["id"] not in managed)


def _invite(claire: Browser, customer: str, offered: str, partner: str) -> Any:
    search = "query($name: String) { partners(filter: {search: $name}) { nodes { id } } }"
    (found,) = claire.ask(search, {"name": partner})["partners"]["nodes"]
    access = {"limited": {"products": [{"productId": offered, "rights": ["TECHNICAL"]}]}}
    return claire.ask(INVITE, {"input": {"customerId": customer, "partnerId": found["id"], "access": access}})[
        "invitePartner"
    ]


def _customers(who: Browser, name: str) -> Any:
    (agency,) = who.ask(CUSTOMERS, {"name": name})["viewer"]["organisations"]["nodes"]
    return agency["managedCustomers"]["nodes"]
