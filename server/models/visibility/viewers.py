"""Viewers: a person's current memberships, and what their token allows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from server.domain.people import tokens
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from server.models.people.memberships import Membership
from server.models.people.tokens import ApiToken, ApiTokenCustomer, ApiTokenExclusion
from server.models.questions import Question, ask, ask_one, rows_where


async def memberships_of(user_id: UUID, organisation_id: UUID | None = None) -> tuple[ViewerMembership, ...]:
    """The active memberships of a person, or the one in this organisation. One statement."""
    return _memberships(await ask_one(_active_memberships(user_id, organisation_id)))


async def grant_of(token: ApiToken) -> TokenGrant:
    """The most that a token allows. One statement."""
    return _grant(token, *await ask(*_limits(token.id)))


async def viewer_in(organisation_id: UUID, user_id: UUID, api_token_id: UUID | None, now: datetime) -> Viewer | None:
    """The current viewer in one organisation, with the token they used.

    None for someone who is no longer a member or whose token has ended. One statement.
    """
    if api_token_id is None:
        memberships = await memberships_of(user_id, organisation_id)
        return Viewer(user_id, memberships) if memberships else None
    return _token_viewer(user_id, await ask(*_token_questions(organisation_id, user_id, api_token_id)), now)


async def reload_viewer(viewer: Viewer, now: datetime) -> Viewer | None:
    """The current viewer, read again with the credential in use. One statement."""
    return _viewer(viewer, await ask(*viewer_questions(viewer)), now)


def viewer_questions(viewer: Viewer) -> tuple[Question[Any], ...]:
    """What `current_viewer` follows from."""
    if viewer.token is None:
        return (_active_memberships(viewer.user_id, None),)
    return _token_questions(viewer.token.organisation_id, viewer.user_id, viewer.token.token_id)


def current_viewer(viewer: Viewer, answers: Sequence[Any], now: datetime) -> Viewer:
    """The viewer as they are now: the same object if nothing has changed, with what was worked out for it.

    Someone who is no longer a member, or whose token has ended, has no membership.
    """
    found = _viewer(viewer, answers, now)
    if found is None:
        return replace(viewer, memberships=())
    current = replace(viewer, memberships=found.memberships, token=found.token)
    return viewer if current == viewer else current


def _viewer(viewer: Viewer, answers: Sequence[Any], now: datetime) -> Viewer | None:
    if viewer.token is None:
        return Viewer(viewer.user_id, _memberships(answers[0]))
    return _token_viewer(viewer.user_id, answers, now)


def _token_questions(organisation_id: UUID, user_id: UUID, api_token_id: UUID) -> tuple[Question[Any], ...]:
    return (
        _active_memberships(user_id, organisation_id),
        rows_where(ApiToken, id=api_token_id),
        *_limits(api_token_id),
    )


def _active_memberships(user_id: UUID, organisation_id: UUID | None) -> Question[Membership]:
    where = {} if organisation_id is None else {"organisation_id": organisation_id}
    return rows_where(Membership, user_id=user_id, status=MembershipStatus.ACTIVE, **where)


def _limits(token_id: UUID) -> tuple[Question[ApiTokenCustomer], Question[ApiTokenExclusion]]:
    """The customers that a token is for, and those that it leaves out."""
    return rows_where(ApiTokenCustomer, api_token_id=token_id), rows_where(ApiTokenExclusion, api_token_id=token_id)


def _token_viewer(user_id: UUID, answers: Sequence[Any], now: datetime) -> Viewer | None:
    memberships, (token,), customers, exclusions = answers
    if not memberships or not tokens.is_alive(
        token.expires_at, token.revoked_at, token.last_used_at, token.created_at, now
    ):
        return None
    return Viewer(user_id, _memberships(memberships), token=_grant(token, customers, exclusions))


def _memberships(rows: Iterable[Membership]) -> tuple[ViewerMembership, ...]:
    ordered = sorted(rows, key=lambda row: row.id)
    return tuple(ViewerMembership(row.id, row.organisation_id, row.role) for row in ordered)


def _grant(
    token: ApiToken, customers: Iterable[ApiTokenCustomer], exclusions: Iterable[ApiTokenExclusion]
) -> TokenGrant:
    return TokenGrant(
        token_id=token.id,
        organisation_id=token.organisation_id,
        scopes=frozenset(Scope[name] for name in token.scopes),
        customer_ids=frozenset(row.customer_id for row in customers) if token.is_for_some_customers else None,
        excluded_ids=frozenset(row.customer_id for row in exclusions),
    )
