"""Who may do what: the permission matrix of docs/programme.md, as far as there are operations for it.

Actors, all seen from the customer Alpina, which lets the partner Nova manage some products:

    AN  nobody signed in                       tC  token of cL with every scope
    cL  Alpina's legal representative          tP  token of pL with every scope
    cA  Alpina's administrator                 tE  token of pE with every scope
    cE  Alpina's employee                      tR  token of pL that may only read
    cX  external member of Alpina              tO  token of pL that may only read products
    pL  Nova's legal representative            tB  token of pL for the customer Borea alone
    pA  Nova's administrator
    pE  Nova's employee, assigned to Alpina (VIEW) and to Borea
    pU  Nova's employee, assigned to nobody
    qL  legal representative of Rival, which manages another of Alpina's products
    bL  legal representative of Borea, a customer of Nova's

Outcomes:

    ok    answered, and allowed                ··    null, without an error
    UA    UNAUTHENTICATED                      NF    NOT_FOUND, as for an id that never existed
    FB    FORBIDDEN, naming the right          no    a refusal in userErrors
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from server.resolvers import ids
from tests.world import World

ACTORS = "AN cL cA cE cX pL pA pE pU qL bL tC tP tE tR tO tB".split()

MATRIX = """
operation                   AN  cL  cA  cE  cX  pL  pA  pE  pU  qL  bL  tC  tP  tE  tR  tO  tB
viewer                      ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
viewer's organisations      ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
an employee of Nova         NF  NF  NF  NF  NF  ok  ok  ok  NF  NF  NF  NF  ok  ok  ok  NF  ok
catalogue                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
partners                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
an approved partner         UA  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
organisation                UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  ok  ok  ok  ok  NF  NF
node                        NF  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  ok  ok  ok  ok  NF  NF
nodes                       ··  ok  ok  ok  ok  ok  ok  ok  ··  ok  ··  ok  ok  ok  ok  ··  ··
explainRight                UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  ok  ok  ok  ok  NF  NF
its address                 UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  ok  ··  ··  ··  NF  NF
its legal name              UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  ok  ··  ··  ··  NF  NF
its kind                    UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  ok  ··  ··  ··  NF  NF
its registration            UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  ok  ··  ··  ··  NF  NF
its members                 UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its products                UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  ok  ok  ok  ok  NF  NF
its partnerships            UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its API tokens              UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  FB  FB  FB  FB  NF  NF
its audit log               UA  ok  ok  ok  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its partners' acts          UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its access review           UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
Nova's customers            UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  ok  ok  ok  FB  ok
Nova's partnerships         UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  ok  ok  ok  FB  ok
product, granted            UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  ok  ok  ok  ok  ok  NF
product, not granted        UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF
product, granted to Rival   UA  ok  ok  NF  NF  NF  NF  NF  NF  ok  NF  ok  NF  NF  NF  NF  NF
product, complete access    UA  NF  NF  NF  NF  ok  ok  ok  NF  NF  ok  NF  ok  ok  ok  ok  ok
product, invited only       UA  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF
partnership                 UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  ok  ok  ok  ok  NF  NF
its assignments             UA  FB  FB  NF  NF  ok  ok  ok  NF  NF  NF  FB  ok  ok  ok  NF  NF
its product accesses        UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  ok  ok  ok  ok  NF  NF
its receipts                UA  ok  ok  NF  NF  ok  ok  FB  NF  NF  NF  ok  ok  FB  ok  NF  NF
open invitation             UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  ok  NF  ok  NF  NF
signIn                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
signOut                     UA  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  no  no  no  no  no  no
createApiToken              UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  FB  FB  FB  FB  FB  FB
revokeApiToken              UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB
excludeApiToken             UA  ok  FB  FB  FB  FB  FB  FB  NF  FB  NF  FB  FB  FB  FB  FB  FB
invitePartner               UA  ok  FB  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  FB  NF
acceptInvitation            UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF
declineInvitation           UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF
grantProductAccess          UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  ok  FB  FB  FB  FB  NF
revokeProductAccess         UA  ok  ok  NF  NF  ok  ok  FB  NF  NF  NF  ok  ok  FB  FB  FB  NF
revokeProductAccesses       UA  ok  ok  no  no  ok  ok  no  no  no  no  ok  ok  no  FB  FB  no
changeProductAccess         UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  ok  FB  FB  FB  FB  NF
changeProductAccesses       UA  ok  ok  no  no  no  no  no  no  no  no  ok  no  no  FB  FB  no
assignEmployee              UA  FB  FB  NF  NF  ok  ok  FB  NF  NF  NF  FB  ok  FB  FB  FB  NF
unassignEmployee            UA  NF  NF  NF  NF  ok  ok  FB  NF  NF  NF  NF  ok  FB  FB  FB  NF
"""


@dataclass(frozen=True)
class Operation:
    """How a row of the matrix is asked: `covers` are the fields of the schema it decides about."""

    document: str
    variables: Callable[[World], dict[str, Any]]
    covers: tuple[str, ...]
    answer: tuple[str | int, ...]


def _root(field: str, name: str) -> Operation:
    query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
    return Operation(query, lambda world: {"id": world.id(name)}, (f"Query.{field}",), (field,))


def _inside(type_: str, name: str, selection: str, field: str) -> Operation:
    """A field of an object that is asked for by its id."""
    root = type_.lower()
    query = f"query($id: ID!) {{ {root}(id: $id) {{ {selection} }} }}"
    return Operation(query, lambda world: {"id": world.id(name)}, (f"{type_}.{field}",), (root, field))


def _mutation(name: str, input_: Callable[[World], dict[str, Any]]) -> Operation:
    type_ = f"{name[0].upper()}{name[1:]}Input!"
    document = f"mutation($input: {type_}) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
    return Operation(document, lambda world: {"input": input_(world)}, (f"Mutation.{name}",), (name,))


def _many(name: str, input_: Callable[[World], dict[str, Any]]) -> Operation:
    """A mutation of many, asked about one."""
    type_ = f"{name[0].upper()}{name[1:]}Input!"
    document = f"mutation($input: {type_}) {{ {name}(input: $input) {{ results {{ userErrors {{ code }} }} }} }}"
    answer = (name, "results", 0)
    return Operation(document, lambda world: {"input": input_(world)}, (f"Mutation.{name}",), answer)


OPERATIONS: dict[str, Operation] = {
    "viewer": Operation("{ viewer { user { id } } }", lambda world: {}, ("Query.viewer",), ("viewer",)),
    "viewer's organisations": Operation(
        "{ viewer { organisations { nodes { id } } } }", lambda world: {}, ("Viewer.organisations",), ("viewer",)
    ),
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
    "an approved partner": _root("organisation", "nova"),
    "organisation": _root("organisation", "alpina"),
    "node": _root("node", "alpina"),
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
    "its address": _inside("Organisation", "alpina", "postalAddress { city }", "postalAddress"),
    "its legal name": _inside("Organisation", "alpina", "legalName", "legalName"),
    "its kind": _inside("Organisation", "alpina", "legalEntityType", "legalEntityType"),
    "its registration": _inside("Organisation", "alpina", "registrationNumber { value }", "registrationNumber"),
    "its members": _inside("Organisation", "alpina", "members { nodes { id } }", "members"),
    "its products": _inside("Organisation", "alpina", "products { nodes { id } }", "products"),
    "its partnerships": _inside("Organisation", "alpina", "partnerships { nodes { id } }", "partnerships"),
    "its API tokens": _inside("Organisation", "alpina", "apiTokens { nodes { id } }", "apiTokens"),
    "its audit log": _inside("Organisation", "alpina", "auditLog { nodes { id } }", "auditLog"),
    "its partners' acts": _inside("Organisation", "alpina", "partnerActivity { nodes { id } }", "partnerActivity"),
    "its access review": _inside("Organisation", "alpina", "accessReview { nodes { id } }", "accessReview"),
    "Nova's customers": _inside("Organisation", "nova", "managedCustomers { nodes { id } }", "managedCustomers"),
    "Nova's partnerships": _inside(
        "Organisation", "nova", "customerPartnerships { nodes { id } }", "customerPartnerships"
    ),
    "product, granted": _root("product", "granted"),
    "product, not granted": _root("product", "kept"),
    "product, granted to Rival": _root("product", "rivals"),
    "product, complete access": _root("product", "borean"),
    "product, invited only": _root("product", "deltaic"),
    "partnership": _root("partnership", "limited"),
    "its assignments": _inside("Partnership", "limited", "assignments { nodes { id } }", "assignments"),
    "its product accesses": _inside("Partnership", "limited", "productAccesses { nodes { id } }", "productAccesses"),
    "its receipts": _inside("Partnership", "limited", "receipts { nodes { id } }", "receipts"),
    "open invitation": _root("partnership", "invitation"),
    "signIn": _mutation(
        "signIn", lambda world: {"email": world.dL.user.email, "password": "correct horse battery staple"}
    ),
    "signOut": _mutation("signOut", lambda world: {}),
    "createApiToken": _mutation(
        "createApiToken",
        lambda world: {"organisationId": world.id("alpina"), "name": "mine", "scopes": ["PRODUCTS_READ"]},
    ),
    "revokeApiToken": _mutation("revokeApiToken", lambda world: {"apiTokenId": world.id("token_cL")}),
    "excludeApiToken": _mutation(
        "excludeApiToken", lambda world: {"customerId": world.id("alpina"), "apiTokenId": world.id("token_pE")}
    ),
    "invitePartner": _mutation(
        "invitePartner",
        lambda world: {
            "customerId": world.id("alpina"),
            "partnerId": world.id("third"),
            "access": {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}},
        },
    ),
    "acceptInvitation": _mutation("acceptInvitation", lambda world: {"partnershipId": world.id("invitation")}),
    "declineInvitation": _mutation("declineInvitation", lambda world: {"partnershipId": world.id("invitation")}),
    "grantProductAccess": _mutation(
        "grantProductAccess",
        lambda world: {
            "partnershipId": world.id("limited"),
            "productId": world.id("kept"),
            "rights": ["STATISTICS"],
        },
    ),
    "revokeProductAccess": _mutation("revokeProductAccess", lambda world: {"productAccessId": world.id("access")}),
    "revokeProductAccesses": _many("revokeProductAccesses", lambda world: {"ids": [world.id("access")]}),
    "changeProductAccess": _mutation(
        "changeProductAccess", lambda world: {"productAccessId": world.id("access"), "rights": ["STATISTICS"]}
    ),
    "changeProductAccesses": _many(
        "changeProductAccesses", lambda world: {"items": [{"id": world.id("access"), "rights": ["STATISTICS"]}]}
    ),
    "assignEmployee": _mutation(
        "assignEmployee",
        lambda world: {"partnershipId": world.id("limited"), "membershipId": world.id("pU"), "rights": ["ORDER"]},
    ),
    "unassignEmployee": _mutation("unassignEmployee", lambda world: {"assignmentId": world.id("assignment")}),
}


def cells() -> list[tuple[str, str, str]]:
    """Operation, actor and expected outcome of every cell."""
    _, head, *lines = MATRIX.splitlines()
    assert head.split()[1:] == ACTORS
    found = list[tuple[str, str, str]]()
    for line in lines:
        *words, outcomes = line[:26].strip(), line[26:].split()
        found += [(words[0], actor, outcome) for actor, outcome in zip(ACTORS, outcomes, strict=True)]
    return found
