"""How the queries of the permission matrix are asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from server.resolvers import ids
from tests.world import World


@dataclass(frozen=True)
class Operation:
    """How a row of the matrix is asked: `covers` are the fields of the schema it decides about."""

    document: str
    variables: Callable[[World], dict[str, Any]]
    covers: tuple[str, ...]
    answer: tuple[str | int, ...]


def root(field: str, name: str) -> Operation:
    query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
    return Operation(query, lambda world: {"id": world.id(name)}, (f"Query.{field}",), (field,))


def inside(type_: str, name: str, selection: str, field: str) -> Operation:
    """A field of an object that is asked for by its id."""
    root = type_.lower()
    query = f"query($id: ID!) {{ {root}(id: $id) {{ {selection} }} }}"
    return Operation(query, lambda world: {"id": world.id(name)}, (f"{type_}.{field}",), (root, field))


def of_node(type_: str, name: str, field: str) -> Operation:
    """A list of an object that no root gives by itself."""
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on {type_} {{ {field} {{ nodes {{ id }} }} }} }} }}"
    return Operation(query, lambda world: {"id": world.id(name)}, (f"{type_}.{field}",), ("node", field))


READS: dict[str, Operation] = {
    "viewer": Operation("{ viewer { user { id } } }", lambda world: {}, ("Query.viewer",), ("viewer",)),
    "viewer's organisations": Operation(
        "{ viewer { organisations { nodes { id } } } }", lambda world: {}, ("Viewer.organisations",), ("viewer",)
    ),
    "viewer's memberships": Operation(
        "{ viewer { memberships { nodes { id } } } }", lambda world: {}, ("Viewer.memberships",), ("viewer",)
    ),
    "viewer's support access": Operation(
        "{ viewer { supportAccessGrants { nodes { id } } } }",
        lambda world: {},
        ("Viewer.supportAccessGrants",),
        ("viewer",),
    ),
    "what cE opened to support": root("node", "support_access"),
    "an employee of Nova": Operation(
        "query($id: ID!) { node(id: $id) { ... on User { email } } }",
        lambda world: {"id": ids.encode(world.pE.user)},
        (),
        ("node",),
    ),
    "catalogue": Operation(
        "{ catalogue(first: 1) { nodes { sku } } }", lambda world: {}, ("Query.catalogue",), ("catalogue",)
    ),
    "partners": Operation("{ partners { nodes { name } } }", lambda world: {}, ("Query.partners",), ("partners",)),
    "an approved partner": root("organisation", "nova"),
    "organisation": root("organisation", "alpina"),
    "node": root("node", "alpina"),
    "nodes": Operation(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        lambda world: {"ids": [world.id("alpina")]},
        ("Query.nodes",),
        ("nodes", 0),
    ),
    "explainRight": Operation(
        "query($id: ID!) { explainRight(right: VIEW_PRODUCTS, id: $id) { held } }",
        lambda world: {"id": world.id("alpina")},
        ("Query.explainRight",),
        ("explainRight",),
    ),
    "its address": inside("Organisation", "alpina", "postalAddress { city }", "postalAddress"),
    "its legal name": inside("Organisation", "alpina", "legalName", "legalName"),
    "its kind": inside("Organisation", "alpina", "legalEntityType", "legalEntityType"),
    "its registration": inside("Organisation", "alpina", "registrationNumber { value }", "registrationNumber"),
    "its members": inside("Organisation", "alpina", "members { nodes { id } }", "members"),
    "its products": inside("Organisation", "alpina", "products { nodes { id } }", "products"),
    "its partnerships": inside("Organisation", "alpina", "partnerships { nodes { id } }", "partnerships"),
    "its API tokens": inside("Organisation", "alpina", "apiTokens { nodes { id } }", "apiTokens"),
    "its member invitations": inside(
        "Organisation", "alpina", "memberInvitations { nodes { id } }", "memberInvitations"
    ),
    "its teams": inside("Organisation", "alpina", "teams { nodes { id } }", "teams"),
    "its own product grants": inside("Organisation", "alpina", "ownProductGrants { nodes { id } }", "ownProductGrants"),
    "a member's teams": of_node("Membership", "cE", "teams"),
    "a member's product grants": of_node("Membership", "cE", "productGrants"),
    "a team's members": of_node("Team", "team", "members"),
    "a team's product grants": of_node("Team", "team", "productGrants"),
    "its audit log": inside("Organisation", "alpina", "auditLog { nodes { id } }", "auditLog"),
    "its partners' acts": inside("Organisation", "alpina", "partnerActivity { nodes { id } }", "partnerActivity"),
    "its pending actions": inside("Organisation", "alpina", "pendingActions { nodes { id } }", "pendingActions"),
    "its exports": inside("Organisation", "alpina", "exports { nodes { id } }", "exports"),
    "the programme's acts": inside("Organisation", "alpina", "programmeActivity { nodes { id } }", "programmeActivity"),
    "its access review": inside("Organisation", "alpina", "accessReview { nodes { id } }", "accessReview"),
    "Nova's customers": inside("Organisation", "nova", "managedCustomers { nodes { id } }", "managedCustomers"),
    "Nova's requested actions": inside("Organisation", "nova", "requestedActions { nodes { id } }", "requestedActions"),
    "Nova's partnerships": inside(
        "Organisation", "nova", "customerPartnerships { nodes { id } }", "customerPartnerships"
    ),
    "product, granted": root("product", "granted"),
    "product, not granted": root("product", "kept"),
    "product, granted to Rival": root("product", "rivals"),
    "product, complete access": root("product", "borean"),
    "a pending action": root("node", "pending"),
    "product, invited only": root("product", "deltaic"),
    "partnership": root("partnership", "limited"),
    "its assignments": inside("Partnership", "limited", "assignments { nodes { id } }", "assignments"),
    "its product accesses": inside("Partnership", "limited", "productAccesses { nodes { id } }", "productAccesses"),
    "its change requests": inside(
        "Partnership", "limited", "accessChangeRequests { nodes { id } }", "accessChangeRequests"
    ),
    "previewTermination": Operation(
        "query($id: ID!) { previewTermination(partnershipId: $id) { employees } }",
        lambda world: {"id": world.id("limited")},
        ("Query.previewTermination",),
        ("previewTermination",),
    ),
    "Nova's requests by e-mail": inside(
        "Organisation", "nova", "customerInvitations { nodes { id } }", "customerInvitations"
    ),
    "customerInvitation": Operation(
        "query($token: String!) { customerInvitation(token: $token) { email } }",
        lambda world: {"token": world.secret},
        ("Query.customerInvitation",),
        ("customerInvitation",),
    ),
    "its delivery": inside("Partnership", "wooed", "undeliverableAt", "undeliverableAt"),
    "its receipts": inside("Partnership", "limited", "receipts { nodes { id } }", "receipts"),
    "its customer note": inside("Partnership", "limited", "customerNote { alias notes version }", "customerNote"),
    "open invitation": root("partnership", "invitation"),
}
