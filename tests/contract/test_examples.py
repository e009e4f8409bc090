"""Do the documents that people are shown work: the explorer's tabs, and the README's query?"""

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from graphql import OperationDefinitionNode, parse, validate

from server.demo import DEMO_PASSWORD
from server.schema import schema
from tests.servers import DemoServer

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "explorer" / "examples").glob("*.graphql"))


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
    document = file.read_text()
    variables_file = file.with_suffix(".json")
    variables = json.loads(variables_file.read_text()) if variables_file.exists() else {}
    operations = _operations(document)
    body = {"query": document, "variables": variables}

    with httpx2.Client(base_url=demo_server.url) as http:
        token = None if "SignIn" in operations else demo_server.token
        if "SignIn" in operations:
            assert variables["input"]["password"] == DEMO_PASSWORD
            signed_in = _ask(http, body | {"operationName": "SignIn"})
            assert signed_in["signIn"]["userErrors"] == []
        for operation in operations:
            answer = _ask(http, body | {"operationName": operation}, token)
            assert _is_told(answer), operation


def test_the_query_of_the_readme_has_the_answer_of_the_readme(demo_server: DemoServer) -> None:
    readme = (ROOT / "README.md").read_text()
    (query,) = re.findall(r"```graphql\n(.*?)```", readme, re.DOTALL)
    (answer,) = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)

    with httpx2.Client(base_url=demo_server.url) as http:
        data = _ask(http, {"query": query}, demo_server.token)

    assert data == json.loads(answer)["data"]


def _is_told(answer: Any) -> bool:
    """Whether an answer has something in it, all the way down its first branch."""
    while isinstance(answer, (dict, list)):
        if not answer:
            return False
        answer = next(iter(answer.values())) if isinstance(answer, dict) else answer[0]
    return answer is not None
