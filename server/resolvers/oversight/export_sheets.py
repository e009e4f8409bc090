"""Export sheets of the audit log and the access review."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from server.domain.oversight.access_review import ReviewedCredential, ReviewedPerson
from server.domain.oversight.exports import ExportKind
from server.models import ApiToken, AuditEvent, Organisation, Partnership, ProductAccess, User
from server.resolvers import ids
from server.resolvers.batch_loading import compute
from server.resolvers.context import Context
from server.resolvers.export_sheets import Line, Sheet, find_visible
from server.resolvers.oversight import access_review, audit_log


async def _act(context: Context, event: AuditEvent) -> list[Line]:
    actor: str | None = await compute(context, audit_log.ACTOR_NAME, event)
    token: str | None = await compute(context, audit_log.TOKEN_NAME, event)
    acting, served, partnership, access = await asyncio.gather(
        find_visible(context, Organisation, event.acting_organisation_id),
        find_visible(context, Organisation, event.on_behalf_of_id),
        find_visible(context, Partnership, event.partnership_id),
        find_visible(context, ProductAccess, event.product_access_id),
    )
    changes = [asdict(change) for change in audit_log.audit_changes(context, event)]
    line = (
        ids.encode(event),
        event.action,
        event.created_at,
        audit_log.actor_id(context, event),
        actor,
        token,
        acting and acting.name,
        served and served.name,
        event.subject_type,
        audit_log.subject_id(context, event),
        partnership and ids.encode(partnership),
        access and ids.encode(access),
        json.dumps(changes, ensure_ascii=False),
        event.request_id,
    )
    return [line]


_ACT: Final = (
    *("id", "action", "at", "actorId", "actorName", "apiTokenName", "actingOrganisation.name", "onBehalfOf.name"),
    *("subjectType", "subjectId", "partnership.id", "productAccess.id", "changes", "requestId"),
)


async def _access_lines(context: Context, partnership: Partnership) -> list[Line]:
    """A line for each person, and one for each token if the reader may see tokens."""
    partner, people, tokens = await asyncio.gather(
        find_visible(context, Organisation, partnership.partner_id),
        compute(context, access_review.PEOPLE, partnership),
        compute(context, access_review.TOKENS, partnership),
    )
    of_all = (
        ids.encode(partnership),
        partner and partner.name,
        partnership.access_type,
        partnership.activated_at,
    )
    of_people: list[Line] = [(*of_all, *_person(person), *[None] * len(_TOKEN)) for person in people]
    return of_people + [(*of_all, *[None] * len(_PERSON), *_token(token)) for token in tokens or ()]


def _person(person: ReviewedPerson) -> Line:
    return (
        ids.encode_key(User, person.user_id),
        person.name,
        person.role,
        None if person.rights is None else ", ".join(person.rights),
        person.since,
        person.last_act_at,
    )


def _token(token: ReviewedCredential) -> Line:
    return (
        ids.encode_key(ApiToken, token.token_id),
        token.name,
        token.last_four,
        token.owner_name,
        ", ".join(scope.name for scope in token.scopes),
        token.created_at,
        token.expires_at,
        token.last_used_at,
    )


_PERSON: Final = ("actorId", "name", "role", "rights", "since", "lastActAt")
_TOKEN: Final = ("id", "name", "lastFour", "ownerName", "scopes", "createdAt", "expiresAt", "lastUsedAt")
_REVIEWED: Final = (
    *("id", "partner.name", "accessType", "since"),
    *(f"people.{name}" for name in _PERSON),
    *(f"apiTokens.{name}" for name in _TOKEN),
)


SHEETS: Final[Mapping[ExportKind, Sheet]] = {
    ExportKind.AUDIT_LOG: Sheet(audit_log.AUDIT_LOG, audit_log.MAY_VIEW_LOG, _ACT, _act),
    ExportKind.PARTNER_ACTIVITY: Sheet(audit_log.PARTNER_ACTIVITY, audit_log.MAY_VIEW_ACTIVITY, _ACT, _act),
    ExportKind.ACCESS_REVIEW: Sheet(access_review.ACCESS_REVIEW, access_review.MAY_REVIEW, _REVIEWED, _access_lines),
}
