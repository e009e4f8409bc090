"""Who may do what: the permission matrix of docs/programme.md, for the operations that exist.

Actors, all seen from the customer Alpina, which lets the partner Nova manage some products:

    AN  nobody signed in                       tC  token of cL with every scope
    cL  Alpina's legal representative          tP  token of pL with every scope
    cA  Alpina's administrator                 tE  token of pE with every scope
    cE  Alpina's employee                      tR  token of pL that may only read
    cX  external member of Alpina              tO  token of pL that may only read products
    pL  Nova's legal representative            tB  token of pL for the customer Borea only
    pA  Nova's administrator                   tK  token of kL with every scope
    pE  Nova's employee, assigned to Alpina (VIEW) and to Borea
    pU  Nova's employee, assigned to nobody
    qL  legal representative of Rival, which manages another of Alpina's products
    bL  legal representative of Borea, a customer of Nova's
    kL  of the programme's staff (and legal representative of Corvo, a customer of Nova's)

Outcomes:

    ok    answered, and allowed                ··    null, without an error
    UA    UNAUTHENTICATED                      NF    NOT_FOUND, as for an id that never existed
    FB    FORBIDDEN, naming the right          no    a refusal in userErrors
"""

from tests.permissions.mutations import MUTATIONS
from tests.permissions.reads import READS
from tests.rows import Person
from tests.world import World

ACTORS = "AN cL cA cE cX pL pA pE pU qL bL kL tC tP tE tR tO tB tK".split()
TOKENS = {"tC": "cL", "tP": "pL", "tE": "pE", "tR": "reader", "tO": "products", "tB": "only_borea", "tK": "kL"}
"""What the tokens among them are called in the world."""

MATRIX = """
operation                   AN  cL  cA  cE  cX  pL  pA  pE  pU  qL  bL  kL  tC  tP  tE  tR  tO  tB  tK
viewer                      ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
viewer's organisations      ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
viewer's memberships        ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
viewer's support access     ··  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  FB  FB  FB  FB  FB  FB  FB
what cE opened to support   NF  NF  NF  ok  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF  NF  NF
an employee of Nova         NF  NF  NF  NF  NF  ok  ok  ok  NF  NF  NF  NF  NF  ok  ok  ok  NF  ok  NF
catalogue                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
partners                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
an approved partner         UA  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
organisation                UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  NF  ok  ok  ok  ok  NF  NF  NF
node                        NF  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  NF  ok  ok  ok  ok  NF  NF  NF
nodes                       ··  ok  ok  ok  ok  ok  ok  ok  ··  ok  ··  ··  ok  ok  ok  ok  ··  ··  ··
explainRight                UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  NF  ok  ok  ok  ok  NF  NF  NF
its address                 UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  NF  ok  ··  ··  ··  NF  NF  NF
its legal name              UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  NF  ok  ··  ··  ··  NF  NF  NF
its kind                    UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  NF  ok  ··  ··  ··  NF  NF  NF
its registration            UA  ok  ok  ··  ··  ··  ··  ··  NF  ··  NF  NF  ok  ··  ··  ··  NF  NF  NF
its members                 UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
its products                UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  NF  ok  ok  ok  ok  NF  NF  NF
its partnerships            UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
its API tokens              UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  FB  FB  FB  FB  NF  NF  NF
its member invitations      UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
its teams                   UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
its own product grants      UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
a member's teams            NF  ok  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF  NF
a member's product grants   NF  ok  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF  NF
a team's members            NF  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF  NF
a team's product grants     NF  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF  NF
its audit log               UA  ok  ok  ok  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
its partners' acts          UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
its pending actions         UA  ok  ok  ok  ok  ok  ok  ok  NF  ok  NF  NF  ok  ok  ok  ok  NF  NF  NF
its exports                 UA  ok  ok  ok  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
the programme's acts        UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
its access review           UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  NF  NF  NF
Nova's customers            UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  FB  ok  ok  ok  FB  ok  FB
Nova's requested actions    UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  FB  ok  ok  ok  ok  ok  FB
Nova's partnerships         UA  FB  FB  FB  FB  ok  ok  ok  ok  FB  FB  FB  FB  ok  ok  ok  FB  ok  FB
product, granted            UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  NF  ok  ok  ok  ok  ok  NF  NF
product, not granted        UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  NF  NF  NF  NF
product, granted to Rival   UA  ok  ok  NF  NF  NF  NF  NF  NF  ok  NF  NF  ok  NF  NF  NF  NF  NF  NF
product, complete access    UA  NF  NF  NF  NF  ok  ok  ok  NF  NF  ok  NF  NF  ok  ok  ok  ok  ok  NF
a pending action            NF  NF  NF  NF  NF  ok  ok  ok  NF  NF  ok  NF  NF  ok  ok  ok  ok  ok  NF
product, invited only       UA  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF  NF
partnership                 UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  NF  ok  ok  ok  ok  NF  NF  NF
its assignments             UA  FB  FB  NF  NF  ok  ok  ok  NF  NF  NF  NF  FB  ok  ok  ok  NF  NF  NF
its product accesses        UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  NF  ok  ok  ok  ok  NF  NF  NF
its change requests         UA  ok  ok  NF  NF  ok  ok  ok  NF  NF  NF  NF  ok  ok  ok  ok  NF  NF  NF
previewTermination          UA  ok  FB  NF  NF  ok  FB  FB  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
Nova's requests by e-mail   UA  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  ok  FB
customerInvitation          UA  NF  NF  NF  NF  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF
its delivery                UA  NF  NF  NF  NF  ok  ··  NF  NF  NF  NF  NF  NF  ok  NF  ··  NF  NF  NF
its receipts                UA  ok  ok  NF  NF  ok  ok  FB  NF  NF  NF  NF  ok  ok  FB  ok  NF  NF  NF
its customer note           UA  ··  ··  NF  NF  ok  ok  ok  NF  NF  NF  NF  ··  ok  ok  ok  NF  NF  NF
open invitation             UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  NF  ok  NF  ok  NF  NF  NF
signIn                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
signUp                      ok  no  no  no  no  no  no  no  no  no  no  no  FB  FB  FB  FB  FB  FB  FB
signOut                     UA  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  no  no  no  no  no  no  no
createApiToken              UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  FB  FB  FB  FB  FB  FB  FB
revokeApiToken              UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
excludeApiToken             UA  ok  FB  FB  FB  FB  FB  FB  NF  FB  NF  NF  FB  FB  FB  FB  FB  FB  FB
invitePartner               UA  ok  FB  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  FB  NF  NF
requestCustomer             UA  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  NF  FB
requestCustomerByEmail      UA  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB
acceptInvitation            UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF  NF
declineInvitation           UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF  NF
acceptRequest               UA  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
declineRequest              UA  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
cancelInvitation            UA  NF  NF  NF  NF  ok  FB  NF  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF  NF
resendInvitation            UA  NF  NF  NF  NF  ok  FB  NF  NF  NF  NF  NF  NF  ok  NF  FB  FB  NF  NF
acceptCustomerInvitation    UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  NF  FB  FB  FB  FB  FB  FB  FB
declineCustomerInvitation   UA  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  FB  FB  FB  FB  FB  FB  FB
cancelCustomerInvitation    UA  NF  NF  NF  NF  NF  NF  NF  NF  ok  FB  NF  NF  NF  NF  FB  FB  NF  NF
resendCustomerInvitation    UA  NF  NF  NF  NF  NF  NF  NF  NF  ok  FB  NF  NF  NF  NF  FB  FB  NF  NF
changeAccessType            UA  ok  FB  NF  NF  FB  FB  FB  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
changePaymentMode           UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  NF  FB  FB  FB  FB  FB  FB  FB
setPartnershipDates         UA  ok  FB  NF  NF  FB  FB  FB  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
requestAccessChange         UA  FB  FB  NF  NF  ok  ok  FB  NF  NF  NF  NF  FB  ok  FB  FB  FB  NF  NF
grantAccessChange           UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
refuseAccessChange          UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
terminatePartnership        UA  ok  FB  NF  NF  ok  FB  FB  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
grantProductAccess          UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  NF  ok  FB  FB  FB  FB  NF  NF
revokeProductAccess         UA  ok  ok  NF  NF  ok  ok  FB  NF  NF  NF  NF  ok  ok  FB  FB  FB  NF  NF
revokeProductAccesses       UA  ok  ok  no  no  ok  ok  no  no  no  no  no  ok  ok  no  FB  FB  no  no
changeProductAccess         UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  NF  ok  FB  FB  FB  FB  NF  NF
changeProductAccesses       UA  ok  ok  no  no  no  no  no  no  no  no  no  ok  no  no  FB  FB  no  no
assignEmployee              UA  FB  FB  NF  NF  ok  ok  FB  NF  NF  NF  NF  FB  ok  FB  FB  FB  NF  NF
updateCustomerNote          UA  FB  FB  NF  NF  ok  ok  FB  NF  NF  NF  NF  FB  ok  FB  FB  FB  NF  NF
unassignEmployee            UA  NF  NF  NF  NF  ok  ok  FB  NF  NF  NF  NF  NF  ok  FB  FB  FB  NF  NF
setFutureCustomers          UA  NF  NF  NF  NF  ok  ok  FB  NF  NF  NF  NF  NF  ok  FB  FB  FB  FB  NF
terminateProduct            UA  ok  ok  NF  NF  FB  FB  FB  NF  NF  NF  NF  ok  FB  FB  FB  FB  NF  NF
the end of a customer's     UA  NF  NF  NF  NF  ok  ok  NF  NF  NF  NF  ok  NF  ok  NF  FB  FB  NF  ok
confirmPendingAction        UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  NF  FB  FB  FB  FB  FB  FB  FB
refusePendingAction         UA  NF  NF  NF  NF  FB  FB  FB  NF  NF  ok  NF  FB  FB  FB  FB  FB  FB  FB
withdrawPendingAction       UA  NF  NF  NF  NF  ok  ok  ok  NF  NF  FB  NF  NF  ok  ok  FB  FB  ok  NF
requestExport               UA  ok  ok  ok  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  FB  NF  NF
createExportLink            UA  ok  no  NF  NF  NF  NF  NF  NF  NF  NF  NF  no  NF  NF  FB  FB  NF  NF
approvePartner              UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  FB
suspendPartner              UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  FB
suspendPartnership          UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  FB
resumePartnership           UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  no  FB  FB  FB  FB  FB  FB  FB
recoverOrganisation         UA  FB  FB  FB  FB  FB  FB  FB  FB  FB  FB  ok  FB  FB  FB  FB  FB  FB  FB
grantSupportAccess          UA  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  FB  FB  FB  FB  FB  FB  FB
revokeSupportAccess         UA  NF  NF  ok  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB  FB
inviteMember                UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  FB  NF  NF
resendMemberInvitation      UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
cancelMemberInvitation      UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
acceptMemberInvitation      ok  no  no  no  no  no  no  no  no  no  no  no  FB  FB  FB  FB  FB  FB  FB
declineMemberInvitation     ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  FB  FB  FB  FB  FB  FB  FB
changeMemberRole            UA  ok  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
updateMember                UA  ok  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
removeMember                UA  ok  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
setEmailWishes              UA  ok  ok  ok  ok  FB  FB  FB  NF  FB  NF  NF  FB  FB  FB  FB  FB  FB  FB
leaveOrganisation           UA  no  ok  ok  ok  FB  FB  FB  NF  FB  NF  NF  FB  FB  FB  FB  FB  FB  FB
replaceLegalRepresentative  UA  ok  FB  NF  NF  NF  NF  NF  NF  NF  NF  NF  FB  FB  FB  FB  FB  FB  FB
createTeam                  UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  FB  NF  NF
updateTeam                  UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
deleteTeam                  UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
addTeamMember               UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
removeTeamMember            UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
grantOwnProducts            UA  ok  ok  FB  FB  FB  FB  FB  NF  FB  NF  NF  ok  FB  FB  FB  FB  NF  NF
revokeOwnProducts           UA  ok  ok  NF  NF  NF  NF  NF  NF  NF  NF  NF  ok  NF  NF  FB  FB  NF  NF
"""

NAME = 28
"""How wide the column of the names is."""

OPERATIONS = READS | MUTATIONS
"""How each row of the matrix is asked, by its name."""


def credential(world: World, actor: str) -> Person | str | None:
    """With what an actor asks."""
    if actor == "AN":
        return None
    return world.tokens[TOKENS[actor]] if actor in TOKENS else world.people[actor]


def render_row(operation: str, outcomes: list[str]) -> str:
    """A line of the matrix."""
    return f"{operation:{NAME}}{'  '.join(outcomes)}"


HEAD = render_row("operation", ACTORS)


def rows() -> list[str]:
    """The lines of the matrix below its head."""
    _, head, *lines = MATRIX.splitlines()
    assert head == HEAD
    return lines


def name_of(row: str) -> str:
    """The operation that a line is about."""
    return row[:NAME].strip()


def cells() -> list[tuple[str, str, str]]:
    """Operation, actor and expected outcome of every cell."""
    return [
        (name_of(row), actor, outcome)
        for row in rows()
        for actor, outcome in zip(ACTORS, row[NAME:].split(), strict=True)
    ]
