"""Who may do what: the permission matrix of docs/programme.md, for the operations that exist.

Actors, all seen from the customer Alpina, which lets the partner Nova manage some products:

    AN  nobody signed in                       tC  token of cL with every scope
    cL  Alpina's legal representative          tP  token of pL with every scope
    cA  Alpina's administrator                 tE  token of pE with every scope
    cE  Alpina's employee                      tR  token of pL that may only read
    cX  external member of Alpina              tO  token of pL that may only read products
    pL  Nova's legal representative            tB  token of pL for the customer Borea only
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
from tests.rows import Person
from tests.world import INVITED, World

ACTORS = "AN cL cA cE cX pL pA pE pU qL bL tC tP tE tR tO tB".split()
TOKENS = {"tC": "cL", "tP": "pL", "tE": "pE", "tR": "reader", "tO": "products", "tB": "only_borea"}
"""What the tokens among them are called in the world."""

MATRIX = """
operation                   AN  cL  cA  cE  cX  pL  pA  pE  pU  qL  bL  tC  tP  tE  tR  tO  tB
viewer                      ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
viewer's organisations      ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
viewer's memberships        ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
viewer's support access     ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  FB  FB  FB  FB  FB  FB
what cE opened to support   NF  NF  NF  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF
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
its member invitations      UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its teams                   UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its own product grants      UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
a member's teams            NF  ok  ok  ok  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF
a member's product grants   NF  ok  ok  ok  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF
a team's members            NF  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF
a team's product grants     NF  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF
its audit log               UA  ok  ok  ok  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its partners' acts          UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its pending actions         UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  ok  ok  ok  ok  NF  NF
its exports                 UA  ok  ok  ok  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
the programme's acts        UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
its access review           UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  NF  NF
Nova's customers            UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  ok  ok  ok  FB  ok
Nova's requested actions    UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  ok  ok  ok  ok  ok
Nova's partnerships         UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  ok  ok  ok  FB  ok
product, granted            UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  ok  ok  ok  ok  ok  NF
product, not granted        UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF
product, granted to Rival   UA  ok  ok  NF  NF  NF  NF  NF  NF  ok  NF  ok  NF  NF  NF  NF  NF
product, complete access    UA  NF  NF  NF  NF  ok  ok  ok  NF  NF  ok  NF  ok  ok  ok  ok  ok
a pending action            NF  NF  NF  NF  NF  ok  ok  ok  NF  NF  ok  NF  ok  ok  ok  ok  ok
product, invited only       UA  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF
partnership                 UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  ok  ok  ok  ok  NF  NF
its assignments             UA  FB  FB  NF  NF  ok  ok  ok  NF  NF  NF  FB  ok  ok  ok  NF  NF
its product accesses        UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  ok  ok  ok  ok  NF  NF
its change requests         UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  ok  ok  ok  ok  NF  NF
previewTermination          UA  ok  FB  NF  NF  ok  FB  FB  NF  NF  NF  FB  FB  FB  FB  FB  FB
Nova's requests by e-mail   UA  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  ok
customerInvitation          UA  NF  NF  NF  NF  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  NF
its delivery                UA  NF  NF  NF  NF  ok  ··  NF  NF  NF  NF  NF  ok  NF  ··  NF  NF
its receipts                UA  ok  ok  NF  NF  ok  ok  FB  NF  NF  NF  ok  ok  FB  ok  NF  NF
its customer note           UA  ··  ··  NF  NF  ok  ok  ok  NF  NF  NF  ··  ok  ok  ok  NF  NF
open invitation             UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  ok  NF  ok  NF  NF
signIn                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
signUp                      ok  no  no  no  no  no  no  no  no  no  no  FB  FB  FB  FB  FB  FB
signOut                     UA  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  no  no  no  no  no  no
createApiToken              UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  FB  FB  FB  FB  FB  FB
revokeApiToken              UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB
excludeApiToken             UA  ok  FB  FB  FB  FB  FB  FB  NF  FB  NF  FB  FB  FB  FB  FB  FB
invitePartner               UA  ok  FB  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  FB  NF
requestCustomer             UA  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  NF
requestCustomerByEmail      UA  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  FB
acceptInvitation            UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF
declineInvitation           UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF
acceptRequest               UA  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB
declineRequest              UA  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB
cancelInvitation            UA  NF  NF  NF  NF  ok  FB  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF
resendInvitation            UA  NF  NF  NF  NF  ok  FB  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF
acceptCustomerInvitation    UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  FB  FB  FB  FB  FB  FB
declineCustomerInvitation   UA  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  FB  FB  FB  FB  FB  FB
cancelCustomerInvitation    UA  NF  NF  NF  NF  NF  NF  NF  NF  ok  FB  NF  NF  NF  FB  FB  NF
resendCustomerInvitation    UA  NF  NF  NF  NF  NF  NF  NF  NF  ok  FB  NF  NF  NF  FB  FB  NF
changeAccessType            UA  ok  FB  NF  NF  FB  FB  FB  NF  NF  NF  FB  FB  FB  FB  FB  FB
changePaymentMode           UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  FB  FB  FB  FB  FB  FB
setPartnershipDates         UA  ok  FB  NF  NF  FB  FB  FB  NF  NF  NF  FB  FB  FB  FB  FB  FB
requestAccessChange         UA  FB  FB  NF  NF  ok  ok  FB  NF  NF  NF  FB  ok  FB  FB  FB  NF
grantAccessChange           UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  FB  FB  FB  FB  FB  FB
refuseAccessChange          UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  FB  FB  FB  FB  FB  FB
terminatePartnership        UA  ok  FB  NF  NF  ok  FB  FB  NF  NF  NF  FB  FB  FB  FB  FB  FB
grantProductAccess          UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  ok  FB  FB  FB  FB  NF
revokeProductAccess         UA  ok  ok  NF  NF  ok  ok  FB  NF  NF  NF  ok  ok  FB  FB  FB  NF
revokeProductAccesses       UA  ok  ok  no  no  ok  ok  no  no  no  no  ok  ok  no  FB  FB  no
changeProductAccess         UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  ok  FB  FB  FB  FB  NF
changeProductAccesses       UA  ok  ok  no  no  no  no  no  no  no  no  ok  no  no  FB  FB  no
assignEmployee              UA  FB  FB  NF  NF  ok  ok  FB  NF  NF  NF  FB  ok  FB  FB  FB  NF
updateCustomerNote          UA  FB  FB  NF  NF  ok  ok  FB  NF  NF  NF  FB  ok  FB  FB  FB  NF
unassignEmployee            UA  NF  NF  NF  NF  ok  ok  FB  NF  NF  NF  NF  ok  FB  FB  FB  NF
setFutureCustomers          UA  NF  NF  NF  NF  ok  ok  FB  NF  NF  NF  NF  ok  FB  FB  FB  FB
terminateProduct            UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  ok  FB  FB  FB  FB  NF
the end of a customer's     UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF
confirmPendingAction        UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  FB  FB  FB  FB  FB  FB
refusePendingAction         UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  FB  FB  FB  FB  FB  FB
withdrawPendingAction       UA  NF  NF  NF  NF  ok  ok  ok  NF  NF  FB  NF  ok  ok  FB  FB  ok
requestExport               UA  ok  ok  ok  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  FB  NF
createExportLink            UA  ok  no  NF  NF  NF  NF  NF  NF  NF  NF  no  NF  NF  FB  FB  NF
approvePartner              UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB
suspendPartner              UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB
suspendPartnership          UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB
resumePartnership           UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB
recoverOrganisation         UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB
grantSupportAccess          UA  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  FB  FB  FB  FB  FB  FB
revokeSupportAccess         UA  NF  NF  ok  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB
inviteMember                UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  FB  NF
resendMemberInvitation      UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
cancelMemberInvitation      UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
acceptMemberInvitation      ok  no  no  no  no  no  no  no  no  no  no  FB  FB  FB  FB  FB  FB
declineMemberInvitation     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  FB  FB  FB  FB  FB  FB
changeMemberRole            UA  ok  ok  FB  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
updateMember                UA  ok  ok  FB  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
removeMember                UA  ok  ok  FB  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB
setEmailWishes              UA  ok  ok  ok  ok  FB  FB  FB  NF  FB  NF  FB  FB  FB  FB  FB  FB
leaveOrganisation           UA  no  ok  ok  ok  FB  FB  FB  NF  FB  NF  FB  FB  FB  FB  FB  FB
replaceLegalRepresentative  UA  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB
createTeam                  UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  FB  NF
updateTeam                  UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
deleteTeam                  UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
addTeamMember               UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
removeTeamMember            UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
grantOwnProducts            UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  ok  FB  FB  FB  FB  NF
revokeOwnProducts           UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF
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


def _of_node(type_: str, name: str, field: str) -> Operation:
    """A list of an object that no root gives by itself."""
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on {type_} {{ {field} {{ nodes {{ id }} }} }} }} }}"
    return Operation(query, lambda world: {"id": world.id(name)}, (f"{type_}.{field}",), ("node", field))


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
    "viewer's memberships": Operation(
        "{ viewer { memberships { nodes { id } } } }", lambda world: {}, ("Viewer.memberships",), ("viewer",)
    ),
    "viewer's support access": Operation(
        "{ viewer { supportAccessGrants { nodes { id } } } }",
        lambda world: {},
        ("Viewer.supportAccessGrants",),
        ("viewer",),
    ),
    "what cE opened to support": _root("node", "support_access"),
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
    "its member invitations": _inside(
        "Organisation", "alpina", "memberInvitations { nodes { id } }", "memberInvitations"
    ),
    "its teams": _inside("Organisation", "alpina", "teams { nodes { id } }", "teams"),
    "its own product grants": _inside(
        "Organisation", "alpina", "ownProductGrants { nodes { id } }", "ownProductGrants"
    ),
    "a member's teams": _of_node("Membership", "cE", "teams"),
    "a member's product grants": _of_node("Membership", "cE", "productGrants"),
    "a team's members": _of_node("Team", "team", "members"),
    "a team's product grants": _of_node("Team", "team", "productGrants"),
    "its audit log": _inside("Organisation", "alpina", "auditLog { nodes { id } }", "auditLog"),
    "its partners' acts": _inside("Organisation", "alpina", "partnerActivity { nodes { id } }", "partnerActivity"),
    "its pending actions": _inside("Organisation", "alpina", "pendingActions { nodes { id } }", "pendingActions"),
    "its exports": _inside("Organisation", "alpina", "exports { nodes { id } }", "exports"),
    "the programme's acts": _inside(
        "Organisation", "alpina", "programmeActivity { nodes { id } }", "programmeActivity"
    ),
    "its access review": _inside("Organisation", "alpina", "accessReview { nodes { id } }", "accessReview"),
    "Nova's customers": _inside("Organisation", "nova", "managedCustomers { nodes { id } }", "managedCustomers"),
    "Nova's requested actions": _inside(
        "Organisation", "nova", "requestedActions { nodes { id } }", "requestedActions"
    ),
    "Nova's partnerships": _inside(
        "Organisation", "nova", "customerPartnerships { nodes { id } }", "customerPartnerships"
    ),
    "product, granted": _root("product", "granted"),
    "product, not granted": _root("product", "kept"),
    "product, granted to Rival": _root("product", "rivals"),
    "product, complete access": _root("product", "borean"),
    "a pending action": _root("node", "pending"),
    "product, invited only": _root("product", "deltaic"),
    "partnership": _root("partnership", "limited"),
    "its assignments": _inside("Partnership", "limited", "assignments { nodes { id } }", "assignments"),
    "its product accesses": _inside("Partnership", "limited", "productAccesses { nodes { id } }", "productAccesses"),
    "its change requests": _inside(
        "Partnership", "limited", "accessChangeRequests { nodes { id } }", "accessChangeRequests"
    ),
    "previewTermination": Operation(
        "query($id: ID!) { previewTermination(partnershipId: $id) { employees } }",
        lambda world: {"id": world.id("limited")},
        ("Query.previewTermination",),
        ("previewTermination",),
    ),
    "Nova's requests by e-mail": _inside(
        "Organisation", "nova", "customerInvitations { nodes { id } }", "customerInvitations"
    ),
    "customerInvitation": Operation(
        "query($token: String!) { customerInvitation(token: $token) { email } }",
        lambda world: {"token": world.secret},
        ("Query.customerInvitation",),
        ("customerInvitation",),
    ),
    "its delivery": _inside("Partnership", "wooed", "undeliverableAt", "undeliverableAt"),
    "its receipts": _inside("Partnership", "limited", "receipts { nodes { id } }", "receipts"),
    "its customer note": _inside("Partnership", "limited", "customerNote { alias notes version }", "customerNote"),
    "open invitation": _root("partnership", "invitation"),
    "signIn": _mutation(
        "signIn", lambda world: {"email": world.dL.user.email, "password": "correct horse battery staple"}
    ),
    "signUp": _mutation(
        "signUp",
        lambda world: {
            "token": world.secret_too,
            "newPerson": {"password": "correct horse battery staple", "firstName": "Nova", "lastName": "Comer"},
            "organisation": {
                "name": "Newcomer",
                "legalName": "Newcomer Ltd",
                "legalEntityType": "COMPANY",
                "street": "Long street 1",
                "postcode": "1200",
                "city": "Town",
                "country": "CH",
            },
        },
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
    "requestCustomer": _mutation(
        "requestCustomer",
        lambda world: {
            "partnerId": world.id("nova"),
            "customerId": world.id("rival"),
            "wanted": {"accessType": "LIMITED"},
        },
    ),
    "requestCustomerByEmail": _mutation(
        "requestCustomerByEmail",
        lambda world: {"partnerId": world.id("nova"), "email": "new@example.com", "wanted": {"accessType": "LIMITED"}},
    ),
    "acceptInvitation": _mutation("acceptInvitation", lambda world: {"partnershipId": world.id("invitation")}),
    "declineInvitation": _mutation("declineInvitation", lambda world: {"partnershipId": world.id("invitation")}),
    "acceptRequest": _mutation(
        "acceptRequest",
        lambda world: {
            "partnershipId": world.id("asked"),
            "access": {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}},
        },
    ),
    "declineRequest": _mutation("declineRequest", lambda world: {"partnershipId": world.id("asked")}),
    "cancelInvitation": _mutation("cancelInvitation", lambda world: {"partnershipId": world.id("wooed")}),
    "resendInvitation": _mutation("resendInvitation", lambda world: {"partnershipId": world.id("wooed")}),
    "acceptCustomerInvitation": _mutation(
        "acceptCustomerInvitation",
        lambda world: {
            "customerId": world.id("borea"),
            "token": world.secret,
            "access": {"complete": {"paymentMode": "CUSTOMER"}},
            "replaceExisting": True,
        },
    ),
    "declineCustomerInvitation": _mutation("declineCustomerInvitation", lambda world: {"token": world.secret}),
    "cancelCustomerInvitation": _mutation(
        "cancelCustomerInvitation", lambda world: {"customerInvitationId": world.id("by_email")}
    ),
    "resendCustomerInvitation": _mutation(
        "resendCustomerInvitation", lambda world: {"customerInvitationId": world.id("by_email")}
    ),
    "changeAccessType": _mutation(
        "changeAccessType",
        lambda world: {
            "partnershipId": world.id("limited"),
            "access": {"complete": {"paymentMode": "CUSTOMER"}},
            "endOtherPartnerships": [world.id("at_rival")],
        },
    ),
    "changePaymentMode": _mutation(
        "changePaymentMode", lambda world: {"partnershipId": world.id("complete"), "paymentMode": "PARTNER"}
    ),
    "setPartnershipDates": _mutation(
        "setPartnershipDates",
        lambda world: {"partnershipId": world.id("limited"), "expiresAt": "2999-01-01T00:00:00Z"},
    ),
    "requestAccessChange": _mutation(
        "requestAccessChange",
        lambda world: {"partnershipId": world.id("limited"), "wanted": {"accessType": "LIMITED"}},
    ),
    "grantAccessChange": _mutation(
        "grantAccessChange",
        lambda world: {
            "accessChangeRequestId": world.id("change"),
            "access": {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}},
        },
    ),
    "refuseAccessChange": _mutation("refuseAccessChange", lambda world: {"accessChangeRequestId": world.id("change")}),
    "terminatePartnership": _mutation(
        "terminatePartnership",
        lambda world: {
            "partnershipId": world.id("limited"),
            "confirmation": world.alpina.name,
            "reason": "NO_LONGER_NEEDED",
        },
    ),
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
    "updateCustomerNote": _mutation(
        "updateCustomerNote", lambda world: {"partnershipId": world.id("limited"), "alias": "The Alps"}
    ),
    "unassignEmployee": _mutation("unassignEmployee", lambda world: {"assignmentId": world.id("assignment")}),
    "setFutureCustomers": _mutation(
        "setFutureCustomers",
        lambda world: {"membershipId": world.id("pE"), "includeFutureCustomers": True, "rights": ["MANAGE_PRODUCTS"]},
    ),
    "terminateProduct": _mutation(
        "terminateProduct",
        lambda world: {"productId": world.id("granted"), "confirmation": world.granted.customer_name},
    ),
    "the end of a customer's": _mutation(
        "terminateProduct",
        lambda world: {"productId": world.id("corvine"), "confirmation": world.corvine.customer_name},
    ),
    "confirmPendingAction": _mutation("confirmPendingAction", lambda world: {"pendingActionId": world.id("pending")}),
    "refusePendingAction": _mutation("refusePendingAction", lambda world: {"pendingActionId": world.id("pending")}),
    "withdrawPendingAction": _mutation("withdrawPendingAction", lambda world: {"pendingActionId": world.id("pending")}),
    "requestExport": _mutation(
        "requestExport", lambda world: {"organisationId": world.id("alpina"), "kind": "AUDIT_LOG"}
    ),
    "createExportLink": _mutation("createExportLink", lambda world: {"exportId": world.id("export")}),
    "approvePartner": _mutation(
        "approvePartner", lambda world: {"organisationId": world.id("delta"), "reason": "Looked at"}
    ),
    "suspendPartner": _mutation(
        "suspendPartner", lambda world: {"organisationId": world.id("nova"), "reason": "Turnover"}
    ),
    "suspendPartnership": _mutation(
        "suspendPartnership", lambda world: {"partnershipId": world.id("limited"), "reason": "A complaint"}
    ),
    "resumePartnership": _mutation(
        "resumePartnership", lambda world: {"partnershipId": world.id("limited"), "reason": "Settled"}
    ),
    "recoverOrganisation": _mutation(
        "recoverOrganisation",
        lambda world: {"organisationId": world.id("delta"), "email": world.kL.user.email, "reason": "Documents"},
    ),
    "grantSupportAccess": _mutation("grantSupportAccess", lambda world: {"kind": "KDRIVE"}),
    "revokeSupportAccess": _mutation(
        "revokeSupportAccess", lambda world: {"supportAccessGrantId": world.id("support_access")}
    ),
    "inviteMember": _mutation(
        "inviteMember",
        lambda world: {
            "organisationId": world.id("alpina"),
            "email": "other@alpina.example",
            "firstName": "An",
            "lastName": "Other",
            "role": "EMPLOYEE",
        },
    ),
    "resendMemberInvitation": _mutation(
        "resendMemberInvitation", lambda world: {"memberInvitationId": world.id("newcomer")}
    ),
    "cancelMemberInvitation": _mutation(
        "cancelMemberInvitation", lambda world: {"memberInvitationId": world.id("newcomer")}
    ),
    "acceptMemberInvitation": _mutation(
        "acceptMemberInvitation",
        lambda world: {
            "token": INVITED,
            "newPerson": {"password": "a long new password", "firstName": "New", "lastName": "Comer"},
        },
    ),
    "declineMemberInvitation": _mutation("declineMemberInvitation", lambda world: {"token": INVITED}),
    "changeMemberRole": _mutation(
        "changeMemberRole", lambda world: {"membershipId": world.id("cE"), "role": "EXTERNAL"}
    ),
    "updateMember": _mutation("updateMember", lambda world: {"membershipId": world.id("cE"), "canManageBilling": True}),
    "removeMember": _mutation("removeMember", lambda world: {"membershipId": world.id("cE")}),
    "setEmailWishes": _mutation(
        "setEmailWishes", lambda world: {"organisationId": world.id("alpina"), "notifyProducts": False}
    ),
    "leaveOrganisation": _mutation("leaveOrganisation", lambda world: {"organisationId": world.id("alpina")}),
    "replaceLegalRepresentative": _mutation(
        "replaceLegalRepresentative",
        lambda world: {
            "outgoingMembershipId": world.id("cL"),
            "incomingMembershipId": world.id("cA"),
            "outgoingRole": "EMPLOYEE",
        },
    ),
    "createTeam": _mutation("createTeam", lambda world: {"organisationId": world.id("alpina"), "name": "Mail"}),
    "updateTeam": _mutation("updateTeam", lambda world: {"teamId": world.id("team"), "name": "Mail"}),
    "deleteTeam": _mutation("deleteTeam", lambda world: {"teamId": world.id("team")}),
    "addTeamMember": _mutation(
        "addTeamMember", lambda world: {"teamId": world.id("team"), "membershipId": world.id("cX")}
    ),
    "removeTeamMember": _mutation(
        "removeTeamMember", lambda world: {"teamId": world.id("team"), "membershipId": world.id("cX")}
    ),
    "grantOwnProducts": _mutation(
        "grantOwnProducts",
        lambda world: {
            "organisationId": world.id("alpina"),
            "to": {"membershipId": world.id("cE")},
            "of": {"productId": world.id("kept")},
            "rights": ["TECHNICAL"],
        },
    ),
    "revokeOwnProducts": _mutation("revokeOwnProducts", lambda world: {"ownProductGrantId": world.id("own_grant")}),
}


def credential(world: World, actor: str) -> Person | str | None:
    """With what an actor asks."""
    if actor == "AN":
        return None
    return world.tokens[TOKENS[actor]] if actor in TOKENS else world.people[actor]


def cells() -> list[tuple[str, str, str]]:
    """Operation, actor and expected outcome of every cell."""
    _, head, *lines = MATRIX.splitlines()
    assert head.split()[1:] == ACTORS
    found = list[tuple[str, str, str]]()
    for line in lines:
        *words, outcomes = line[:28].strip(), line[28:].split()
        found += [(words[0], actor, outcome) for actor, outcome in zip(ACTORS, outcomes, strict=True)]
    return found
