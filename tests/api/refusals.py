"""How is a mutation refused? In each voice, with nothing changed."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from tortoise.models import Model

from server import languages
from server.models.base import new_id
from server.resolvers import ids
from tests.clients import Clients
from tests.rows import Person
from tests.snapshots import contents

PAYLOADS = {
    "signIn": ("viewer { user { id } }",),
    "signUp": ("organisation { id }", "viewer { user { id } }"),
    "signOut": (),
    "createApiToken": ("apiToken { id }", "secret"),
    "revokeApiToken": ("apiToken { id }",),
    "invitePartner": ("partnership { id }", "warnings { code }"),
    "requestCustomer": ("partnership { id }",),
    "excludeApiToken": ("organisation { id }",),
    "acceptInvitation": ("partnership { id }",),
    "acceptRequest": ("partnership { id }",),
    "declineInvitation": ("partnership { id }",),
    "declineRequest": ("partnership { id }",),
    "cancelInvitation": ("partnership { id }",),
    "resendInvitation": ("partnership { id }",),
    "requestCustomerByEmail": ("customerInvitation { id }",),
    "acceptCustomerInvitation": ("customerInvitation { id }", "partnership { id }"),
    "declineCustomerInvitation": ("customerInvitation { id }",),
    "cancelCustomerInvitation": ("customerInvitation { id }",),
    "resendCustomerInvitation": ("customerInvitation { id }",),
    "changeAccessType": ("partnership { id }",),
    "changePaymentMode": ("partnership { id }",),
    "setPartnershipDates": ("partnership { id }",),
    "requestAccessChange": ("accessChangeRequest { id }",),
    "grantAccessChange": ("accessChangeRequest { id }", "partnership { id }"),
    "refuseAccessChange": ("accessChangeRequest { id }", "partnership { id }"),
    "requestExport": ("export { id }",),
    "createExportLink": ("export { id }", "path", "expiresAt"),
    "approvePartner": ("organisation { id }",),
    "suspendPartner": ("organisation { id }",),
    "suspendPartnership": ("partnership { id }",),
    "resumePartnership": ("partnership { id }",),
    "recoverOrganisation": ("organisation { id }",),
    "terminatePartnership": ("partnership { id }", "productsWithoutPayer { serviceName }"),
    "terminateProduct": ("product { id }", "pendingAction { id }"),
    "confirmPendingAction": ("pendingAction { id }", "product { id }"),
    "refusePendingAction": ("pendingAction { id }",),
    "withdrawPendingAction": ("pendingAction { id }",),
    "grantProductAccess": ("productAccess { id }",),
    "revokeProductAccess": ("productAccess { id }", "partnership { id }"),
    "revokeProductAccesses": ("results { productAccess { id } }",),
    "changeProductAccess": ("productAccess { id }", "partnership { id }"),
    "changeProductAccesses": ("results { productAccess { id } }",),
    "assignEmployee": ("assignment { id }", "partnership { id }"),
    "setFutureCustomers": ("membership { id }",),
    "unassignEmployee": ("assignment { id }", "partnership { id }"),
    "updateCustomerNote": ("customerNote { version }", "partnership { id }"),
    "grantSupportAccess": ("supportAccessGrant { id }",),
    "revokeSupportAccess": ("supportAccessGrant { id }",),
    "inviteMember": ("memberInvitation { id }",),
    "resendMemberInvitation": ("memberInvitation { id }",),
    "cancelMemberInvitation": ("memberInvitation { id }",),
    "acceptMemberInvitation": ("membership { id }", "viewer { user { id } }"),
    "declineMemberInvitation": (),
    "changeMemberRole": ("membership { id }",),
    "updateMember": ("membership { id }",),
    "setEmailWishes": ("membership { id }",),
    "removeMember": ("membership { id }",),
    "leaveOrganisation": (),
    "replaceLegalRepresentative": ("incoming { id }", "outgoing { id }"),
    "createTeam": ("team { id }",),
    "updateTeam": ("team { id }",),
    "deleteTeam": ("organisation { id }",),
    "addTeamMember": ("team { id }",),
    "removeTeamMember": ("team { id }",),
    "grantOwnProducts": ("ownProductGrant { id }",),
    "revokeOwnProducts": ("ownProductGrant { id }",),
}
"""What each mutation gives as well as its refusals."""

_GERMAN = Path(languages.__file__).with_name("translations") / "de.po"

Refusal = tuple[str, str, list[str] | None]


async def collect_refusals(
    clients: Clients, mutation: str, input: dict[str, Any], *, as_: Person | str | None
) -> list[Refusal]:
    """The mistakes that the mutation names, each with code, English message and field.

    Asserts that they are the same but for the words in German, that nothing else is in the payload
    and that nothing changed.
    """
    before = await contents()
    english = await _errors(clients, mutation, input, as_=as_, headers={"Accept-Language": "en"})
    german = await _errors(clients.engine_alone, mutation, input, as_=as_, headers={"Accept-Language": "de"})
    assert await contents() == before
    assert english
    assert [_without_words(error) for error in german] == [_without_words(error) for error in english]
    if _GERMAN.exists():
        assert all(one["message"] != other["message"] for one, other in zip(english, german, strict=True))
    return [(error["code"], error["message"], error["field"]) for error in english]


async def _errors(clients: Clients, mutation: str, input: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    payload = f"{' '.join(PAYLOADS[mutation])} userErrors {{ code message field }}"
    answer = (await clients.change(mutation, input, payload, **how)).data[mutation]
    errors = answer.pop("userErrors")
    assert set(answer.values()) <= {None}
    return errors


def _without_words(error: dict[str, Any]) -> tuple[str, list[str] | None]:
    return error["code"], error["field"]


async def catch_denial(
    clients: Clients, mutation: str, input: dict[str, Any], *, as_: Person | str | None
) -> dict[str, Any]:
    """The extensions of the one error with which the mutation is denied. Asserts that nothing changed."""
    before = await contents()
    answer = await clients.change(mutation, input, as_=as_)
    assert await contents() == before
    assert answer.json.get("data") is None
    (error,) = answer.errors
    assert error["extensions"].pop("requestId") == answer.response.headers["x-request-id"]
    return error["extensions"]


def not_found(*field: str) -> dict[str, Any]:
    """What `catch_denial` gives for an object that does not exist for the caller."""
    return {"code": "NOT_FOUND", "field": list(field)}


def missing(right: str, **scope: str) -> dict[str, Any]:
    """What `catch_denial` gives to a caller without the right, or to a token without the scope."""
    return {"code": "FORBIDDEN", "right": right, **scope}


def malformed_id(*field: str) -> dict[str, Any]:
    """What `catch_denial` gives for a text that is not an id of the type that belongs there."""
    return {"code": "BAD_USER_INPUT", "field": list(field)}


async def check_id(
    clients: Clients, mutation: str, input: dict[str, Any], *path: str, foreign: Model, as_: Person
) -> None:
    """The id at `path` of an input that would work is refused when it is another one.

    That of somebody else's row, `foreign`, is answered as if there were no such row.
    """
    field = ("input", *path)
    unknown = f"{ids.PREFIXES[type(foreign)]}_{new_id().hex}"
    for id in (unknown, ids.encode(foreign)):
        assert await catch_denial(clients, mutation, _with(input, path, id), as_=as_) == not_found(*field), id
    for id in ("", "x", unknown.upper(), unknown[:-1], ids.encode(as_.user)):
        assert await catch_denial(clients, mutation, _with(input, path, id), as_=as_) == malformed_id(*field), id


def _with(input: dict[str, Any], path: tuple[str, ...], value: str) -> dict[str, Any]:
    """The input with this value at the path; numbers in the path are places in a list."""
    whole: Any = deepcopy(input)
    inner = whole
    for step in path[:-1]:
        inner = inner[int(step) if step.isdigit() else step]
    assert path[-1] in inner
    inner[path[-1]] = value
    return whole
