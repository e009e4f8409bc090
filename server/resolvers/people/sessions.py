"""Signing in and out."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.events import AuditAction
from server.domain.people import users
from server.domain.people.error_codes import PeopleCode
from server.domain.people.sign_ins import check_wait
from server.domain.viewer import Viewer
from server.models import Session, User
from server.models.database import transaction
from server.models.visibility.viewers import memberships_of
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.people import passwords
from server.resolvers.people.sign_in_attempts import (
    Attempt,
    attempt_of,
    check_attempt,
    count_attempt,
    remember_source,
    take_back_attempt,
)
from server.resolvers.permissions import Public, SignedIn, allow


@allow(Public())
async def sign_in(context: Context, email: str, password: str) -> dict[str, object]:
    """Sign in with an e-mail address and a password. The response sets the session cookie."""
    forms = users.forms_of_password(password)
    if not forms:
        raise _wrong_credentials()
    attempt = attempt_of(context, users.normal_email(email))
    is_known = await check_attempt(context, attempt)
    async with (
        passwords.wait_in_line(attempt.source, context.settings, is_expected=is_known),
        count_attempt(context, attempt, is_known=is_known) as stranger_waits,
    ):
        user = await _owner(attempt, forms, is_known=is_known)
        if user is None:
            check_wait(stranger_waits)  # others at the same source must not learn who signed in from it
            raise _wrong_credentials()
        async with transaction():
            secret = await start_session(context, user)
            await take_back_attempt(attempt)
    context.session_secret = secret
    return {"viewer": context.viewer}


async def _owner(attempt: Attempt, forms: Sequence[str], *, is_known: bool) -> User | None:
    """The user with this account and password, if any."""
    user = await User.get_or_none(email=attempt.email)
    stored = user.password_hash if user else None
    match = await passwords.compare_password(forms, stored, is_expected=is_known)
    if user is None or not match.is_right:
        return None
    if match.better:
        await User.filter(id=user.id, password_hash=stored).update(password_hash=match.better)
    return user


def _wrong_credentials() -> Refused:
    """The same for an account that does not exist."""
    return Refused(Refusal(PeopleCode.INVALID_CREDENTIALS, N_("The e-mail address or the password is wrong.")))


async def start_session(context: Context, user: User) -> str:
    """Make someone who has just entered their password the viewer. Returns the new cookie, for after the commit."""
    secret = secrets.token_urlsafe(32)
    context.viewers_changed()
    session = await Session.create(
        user_id=user.id,
        secret_digest=session_digest(secret),
        password_confirmed_at=context.now,
        expires_at=context.now + timedelta(hours=context.settings.session_hours),
    )
    context.viewer = Viewer(
        user.id, await memberships_of(user.id), session_id=session.id, password_confirmed_at=context.now
    )
    await remember_source(context, user)
    await journal.record(context, AuditAction.SESSION_STARTED, session, acting=None)
    return secret


@allow(SignedIn())
async def sign_out(context: Context, everywhere: bool) -> dict[str, object]:
    """End this session, or all your sessions. API tokens stay valid."""
    viewer = context.signed_in
    if viewer.token is not None:
        raise Refused(
            Refusal(CommonCode.VALIDATION_FAILED, N_("There is no session to end; revoke the API token instead."))
        )
    mine = Session.filter(user_id=viewer.user_id, ended_at__isnull=True)
    context.viewers_changed()
    async with transaction():
        for session in await (mine if everywhere else mine.filter(id=viewer.session_id)):
            session.ended_at = context.now
            await session.save(update_fields=["ended_at"])
            await journal.record(context, AuditAction.SESSION_ENDED, session, acting=None)
    context.session_secret = ""
    context.viewer = None
    return {}


def session_digest(secret: str) -> str:
    """The stored digest of a session cookie."""
    return hashlib.sha256(secret.encode()).hexdigest()
