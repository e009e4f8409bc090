"""Do the documents that people are shown work: the explorer's tabs, the README's query, and the examples of the docs?"""

import json
import re
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse, validate

from server.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from server.schema import schema
from tests.servers import NO_CERTIFICATES, DemoServer, demo_server

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "explorer" / "examples").glob("*.graphql"))
DOCS = "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "docs").rglob("*.md")))


def _body(file: Path, **variables: Any) -> dict[str, Any]:
    """The document of a tab, with its variables and with those that a person writes in their place."""
    written = file.with_suffix(".json")
    own = json.loads(written.read_text()) if written.exists() else {}
    return {"query": file.read_text(), "variables": own | variables}


def _operations(document: str) -> list[str]:
    definitions = parse(document).definitions
    return [
        definition.name.value
        for definition in definitions
        if isinstance(definition, OperationDefinitionNode) and definition.name
    ]


def _ask(http: httpx2.Client, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = http.post("/graphql", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_valid(file: Path) -> None:
    assert validate(schema._schema, parse(file.read_text())) == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_operation_of_an_example_has_an_answer(file: Path, demo_server: DemoServer) -> None:
    body = _body(file)
    operations = _operations(body["query"])

    with httpx2.Client(base_url=demo_server.url, verify=NO_CERTIFICATES) as http:
        token = None if "SignIn" in operations else demo_server.token
        if "SignIn" in operations:
            _sign_in(http, body)
        for operation in operations:
            answer = _ask(http, body | {"operationName": operation}, token)
            assert _is_told(answer), operation
            assert [payload["userErrors"] for payload in answer.values() if "userErrors" in payload] in ([], [[]])


def _sign_in(http: httpx2.Client, body: dict[str, Any]) -> None:
    assert body["variables"]["input"]["password"] == DEMO_PASSWORD
    assert body["variables"]["input"]["email"] in {account.email for account in DEMO_ACCOUNTS}
    assert _ask(http, body | {"operationName": "SignIn"})["signIn"]["userErrors"] == []


def test_an_offer_from_the_customers_tab_is_accepted_in_the_partners_tab(tmp_path: Path) -> None:
    customer, partner = (ROOT / "explorer" / "examples" / f"{side}.graphql" for side in ("customer", "partner"))

    with (
        demo_server(tmp_path, signal.SIGINT) as server,
        httpx2.Client(base_url=server.url, verify=NO_CERTIFICATES) as claire,
    ):
        _sign_in(claire, _body(customer))
        invited = _ask(claire, _body(customer) | {"operationName": "InvitePartner"})["invitePartner"]
        body = _body(partner, acceptance={"partnershipId": invited["partnership"]["id"]})
        with httpx2.Client(base_url=server.url, verify=NO_CERTIFICATES) as ralf:
            _sign_in(ralf, body)
            managed_before = _products(ralf, body)
            open_ones = _ask(ralf, body | {"operationName": "PartnerInvitations"})
            accepted = _ask(ralf, body | {"operationName": "AcceptInvitation"})["acceptInvitation"]
            managed_afterwards = _products(ralf, body)

    (agency,) = open_ones["viewer"]["organisations"]["nodes"]
    assert invited["partnership"]["id"] in {each["id"] for each in agency["customerPartnerships"]["nodes"]}
    assert (accepted["partnership"]["status"], accepted["userErrors"]) == ("ACTIVE", [])
    assert "Atelier Claire-Voie" not in managed_before
    assert managed_afterwards["Atelier Claire-Voie"] == [
        each["serviceName"] for each in invited["partnership"]["requestedProducts"]
    ]


def _products(http: httpx2.Client, body: dict[str, Any]) -> dict[str, list[str]]:
    """The products that the partner manages, by the name of their owner."""
    (agency,) = _ask(http, body | {"operationName": "PartnerProducts"})["viewer"]["organisations"]["nodes"]
    return {
        customer["name"]: [product["serviceName"] for product in customer["products"]["nodes"]]
        for customer in agency["managedCustomers"]["nodes"]
    }


def test_the_query_of_the_readme_has_the_answer_of_the_readme(demo_server: DemoServer) -> None:
    readme = (ROOT / "README.md").read_text()
    (query,) = re.findall(r"```graphql\n(.*?)```", readme, re.DOTALL)
    (answer,) = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)

    with httpx2.Client(base_url=demo_server.url, verify=NO_CERTIFICATES) as http:
        data = _ask(http, {"query": query}, demo_server.token)

    assert data == json.loads(answer)["data"]


def test_an_example_of_the_docs_is_valid():
    documents = re.findall(r"```graphql\n(.*?)```", DOCS, re.DOTALL)

    assert len(documents) > 15
    assert {document: errors for document in documents if (errors := validate(schema._schema, parse(document)))} == {}


def test_a_query_of_the_docs_has_an_answer(demo_server: DemoServer):
    documents = re.findall(r"```graphql\n(query .*?)```", DOCS, re.DOTALL)
    assert len(documents) > 8

    with httpx2.Client(base_url=demo_server.url, verify=NO_CERTIFICATES) as claire:
        _sign_in(claire, _body(ROOT / "explorer" / "examples" / "customer.graphql"))
        values = _ids(claire) | {"cursor": None, "since": "2020-01-01T00:00:00Z"}
        for document in documents:
            asked = {name: values[name] for name in re.findall(r"\$(\w+): ", document)}
            assert None not in _ask(claire, {"query": document, "variables": asked}).values(), document


def _ids(http: httpx2.Client) -> dict[str, Any]:
    """Ids of the customer's organisation, of a product and of a partnership, by the names that the docs give them."""
    ids = "{ id products(first: 1) { nodes { id } } partnerships(first: 1) { nodes { id } } }"
    data = _ask(http, {"query": f"{{ viewer {{ organisations(first: 1) {{ nodes {ids} }} }} }}"})
    (organisation,) = data["viewer"]["organisations"]["nodes"]
    (product,), (partnership,) = organisation["products"]["nodes"], organisation["partnerships"]["nodes"]
    found = {"organisation": organisation["id"], "product": product["id"], "partnership": partnership["id"]}
    return found | {"ids": [organisation["id"], product["id"]]}


def test_an_answer_of_the_docs_has_the_fields_that_its_example_asks_for():
    pairs = re.findall(r"```graphql\n([^`]*)```\n\n```json\n(.*?)```", DOCS, re.DOTALL)

    assert len(pairs) > 2
    for document, answer in pairs:
        (operation,) = parse(document).definitions
        assert isinstance(operation, OperationDefinitionNode)
        assert _keys(json.loads(answer)) <= _names(operation.selection_set), document


def _keys(answer: Any, path: str = "") -> set[str]:
    if isinstance(answer, list):
        return {key for each in answer for key in _keys(each, path)}
    if not isinstance(answer, dict):
        return set()
    own = {f"{path}/{key}" for key in answer}
    return own.union(*(_keys(value, f"{path}/{key}") for key, value in answer.items()))


def _names(selections: SelectionSetNode, path: str = "") -> set[str]:
    names = set[str]()
    for node in selections.selections:
        here = f"{path}/{(node.alias or node.name).value}" if isinstance(node, FieldNode) else path
        names |= {here}
        if inner := getattr(node, "selection_set", None):
            names |= _names(inner, here)
    return names


def _is_told(answer: Any) -> bool:
    """Whether an answer has something in it, all the way down its first branch."""
    while isinstance(answer, (dict, list)):
        if not answer:
            return False
        answer = next(iter(answer.values())) if isinstance(answer, dict) else answer[0]
    return answer is not None
