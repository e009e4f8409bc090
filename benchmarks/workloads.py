"""Workloads: the requests to each server, and what its answers must contain.

The same rows and fields everywhere, in the shape that is natural for each: a document for every
dialect, and answers compared once they are reduced to ids, texts and timestamps.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from benchmarks.load import Request

SIX: Final = "serviceName customerName category state expiresAt"
EIGHT: Final = "serviceName customerName category state period expiresAt autoRenew"
FIVE: Final = "serviceName category state expiresAt"
"""Each in addition to the id."""

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Dialect:
    """How a server wants to be asked: its documents by workload, and how it writes an id."""

    documents: Mapping[str, str]
    id: Callable[[str, str], str]

    def requests(self, workload: str, facts: Facts, reader: str = "large") -> list[Request]:
        """What is sent in turn, again and again."""
        document = self.documents[workload]
        return [
            Request(token, orjson.dumps({"query": document, "variables": variables}))
            for token, variables in _VARIABLES[workload](self, facts, reader)
        ]


def _products(dialect: Dialect, facts: Facts, reader: str) -> Iterator[tuple[str, Any]]:
    for product in facts[reader]["products"]:
        yield facts[reader]["token"], {"id": dialect.id("prd", product)}


def _customer(dialect: Dialect, facts: Facts, reader: str) -> Iterator[tuple[str, Any]]:
    yield facts[reader]["token"], {"id": dialect.id("org", facts[reader]["customer"])}


def _partner(dialect: Dialect, facts: Facts, reader: str) -> Iterator[tuple[str, Any]]:
    yield facts[reader]["token"], {"id": dialect.id("org", facts[reader]["partner"])}


def _grants(dialect: Dialect, facts: Facts, reader: str) -> Iterator[tuple[str, Any]]:
    """One product of each customer, then the next of each: neighbours lock different partnerships."""
    granters = facts["grants"]
    for products in zip(*(granter["products"] for granter in granters), strict=True):
        for granter, product in zip(granters, products, strict=True):
            yield (
                granter["token"],
                {
                    "input": {
                        "partnershipId": dialect.id("pship", granter["partnership"]),
                        "productId": dialect.id("prd", product),
                        "rights": ["TECHNICAL", "STATISTICS"],
                    }
                },
            )


_VARIABLES: Final = {"W1": _products, "W2": _customer, "W3": _partner, "W4": _grants}

READS: Final = ("W1", "W2", "W3")
WORKLOADS: Final = {
    "W1": "one product by its id, 6 fields",
    "W2": "100 products of a customer, 8 fields",
    "W3": "a partner's 20 customers with 10 products each, 5 fields",
    "W4": "one product granted: locks, checks, and three or four rows in a transaction",
}


def _document(product_root: str, customers: str, products: str, id: str, type_id: str) -> dict[str, str]:
    """The documents of a server; `products` has places for how many and for what, `id` is its id's name."""
    return {
        "W1": f"query W1($id: {type_id}!) {{ {product_root} {{ {id} {SIX} }} }}",
        "W2": f"query W2($id: {type_id}!) {{ {customers} {{ {products % (100, f'{id} {EIGHT}')} }} }}",
        "W3": (
            f"query W3($id: {type_id}!) {{ {customers} {{ managedCustomers(first: 20) "
            f"{{ edges {{ node {{ {id} name {products % (10, f'{id} {FIVE}')} }} }} }} }} }}"
        ),
    }


def _grant(selection: str) -> str:
    return f"mutation W4($input: GrantProductAccessInput!) {{ grantProductAccess(input: $input) {{ {selection} }} }}"


_NODES: Final = "products(first: %d) { nodes { %s } }"
_EDGES: Final = "products(first: %d) { edges { node { %s } } }"
_ORDERED: Final = "products(first: %d, orderBy: [CUSTOMER_NAME_KEY_ASC, ROW_ID_ASC]) { nodes { %s } }"

OURS: Final = Dialect(
    _document("product(id: $id)", "organisation(id: $id)", _NODES, "id", "ID")
    | {"W4": _grant("productAccess { id rights grantedAt } userErrors { code }")},
    lambda prefix, key: f"{prefix}_{key}",
)
PLAIN: Final = Dialect(
    _document("product(id: $id)", "organisation(id: $id)", _EDGES, "id", "ID")
    | {"W4": _grant("productAccess { id rights grantedAt } userErrors { code }")},
    lambda prefix, key: str(UUID(key)),
)
WITH_NODES: Final = Dialect(
    _document("product(id: $id)", "organisation(id: $id)", _NODES, "id", "ID")
    | {"W4": _grant("productAccess { id rights grantedAt } userErrors { code }")},
    lambda prefix, key: str(UUID(key)),
)
"""Of the peers whose schema is written by hand."""
POSTGRAPHILE: Final = Dialect(
    _document("product(rowId: $id)", "organisation(rowId: $id)", _ORDERED, "rowId", "UUID")
    | {"W4": _grant("productAccess: result { rowId rights grantedAt }")},
    lambda prefix, key: str(UUID(key)),
)
USUAL_POSTGRAPHILE: Final = Dialect(
    POSTGRAPHILE.documents
    | {
        "W4": POSTGRAPHILE.documents["W4"]
        .replace("GrantProductAccess", "GrantProductAccessSimply")
        .replace("{ grantProductAccess(", "{ grantProductAccessSimply(")
    },
    POSTGRAPHILE.id,
)
BARE_POSTGRAPHILE: Final = Dialect(
    USUAL_POSTGRAPHILE.documents
    | {"W3": POSTGRAPHILE.documents["W3"].replace("managedCustomers(", "managedCustomers: activeCustomers(")},
    POSTGRAPHILE.id,
)
"""Without a viewer there is nobody who manages; every active partnership counts."""

_KEY: Final = re.compile(r"(?:[a-z]{2,8}_)?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})")


def essence(body: bytes) -> Any:
    """An answer without what is a server's own: connections are lists, ids are keys, timestamps are UTC."""
    answer = orjson.loads(body)
    if answer.get("errors"):
        raise ValueError(f"answered with errors: {body[:500].decode()}")
    (root,) = answer["data"].values()
    return _tidy(root)


def _tidy(value: Any) -> Any:
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "edges" in value:
        return [_tidy(edge["node"]) for edge in value["edges"]]
    if "nodes" in value:
        return _tidy(value["nodes"])
    return dict(_tidy_field(name, field) for name, field in value.items())


def _tidy_field(name: str, value: Any) -> tuple[str, Any]:
    if name in {"id", "rowId"}:
        return "id", _key(value)
    if name.endswith("At"):
        return name, datetime.fromisoformat(value).astimezone(UTC)
    return name, _tidy(value)


def _key(value: str) -> str:
    form = _KEY.fullmatch(value) or _KEY.fullmatch(base64.b64decode(value).decode().partition(":")[2])
    if form is None:
        raise ValueError(f"{value} is no id")
    return form[1].replace("-", "")
