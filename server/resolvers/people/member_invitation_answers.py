"""Answers to invitations of members, by the link in the e-mail (S11.2)."""

from dataclasses import replace

from server.domain.errors import NotSignedIn
from server.domain.events import AuditAction, Topic
from server.domain.people import member_invitations as rules
from server.domain.people.email_links import check_in_time, link_digest
from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.models import MemberInvitation, Membership, Organisation, User
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.models.visibility.viewers import memberships_of
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.locking import role_now
from server.resolvers.people.member_invitations import close_member_invitation, is_member
from server.resolvers.people.sessions import start_session
from server.resolvers.people.teams import join_teams
from server.resolvers.people.users import NewPerson, check_signed_out, new_account
from server.resolvers.permissions import NotByToken, allow


@allow(NotByToken())
async def accept_member_invitation(context: Context, token: str, new_person: NewPerson | None) -> dict[str, object]:
    """Become a member with the link in an invitation, signed in with the invited address or as a new person.

    A new person gets an account with the invited address and is signed in: the response sets the session cookie.
    """
    _check_credentials(context, new_person)
    invited = await _find_open(context, token)
    account = await new_account(context, invited.email, new_person, invited.locale) if new_person else None
    async with transaction():
        invitation = await _lock_for_invitee(context, token)
        member = await _join(context, invitation, account)
        secret = await _arrive(context, account)
        await close_member_invitation(
            context, invitation, MemberInvitationStatus.ACCEPTED, AuditAction.MEMBER_INVITATION_ACCEPTED
        )
        after = journal.column_values(member, "user_id", "role", "status")
        after["teams"] = await join_teams(context, member, invitation)
        await journal.record(context, AuditAction.MEMBER_JOINED, member, acting=member.organisation_id, after=after)
        await journal.announce(context, Topic.MEMBER_JOINED, member)
    if secret is not None:
        context.session_secret = secret
    return {"membership": member, "viewer": context.viewer}


@allow(NotByToken())
async def decline_member_invitation(context: Context, token: str) -> dict[str, object]:
    """Decline an invitation with the link in it."""
    async with transaction():
        invitation = await _lock_for_invitee(context, token)
        await close_member_invitation(
            context, invitation, MemberInvitationStatus.DECLINED, AuditAction.MEMBER_INVITATION_DECLINED
        )
    return {}


async def _find_open(context: Context, token: str) -> MemberInvitation:
    """The invitation behind a link, if it can still be answered. Checked before a password is hashed for it."""
    invitation = await MemberInvitation.get_or_none(secret_digest=link_digest(token))
    if invitation is None:
        raise rules.refuse_as_closed()
    rules.check_invitation_open(invitation.status)
    check_in_time(invitation.expires_at, context.now)
    return invitation


async def _lock_for_invitee(context: Context, token: str) -> MemberInvitation:
    """The same, locked with its organisation: answered only once, and not after the inviter has lost the right."""
    found = await _find_open(context, token)
    await lock_row(Organisation, found.organisation_id)
    await lock_row(MemberInvitation, found.id)
    invitation = await _find_open(context, token)
    rules.check_inviter(await role_now(invitation.invited_by_id, invitation.organisation_id), invitation.role)
    return invitation


def _check_credentials(context: Context, new_person: NewPerson | None) -> None:
    if context.viewer is None and new_person is None:
        raise NotSignedIn("Sign in with the invited address, or give your details in `newPerson`.")
    if new_person is not None:
        check_signed_out(context)


async def _join(context: Context, invitation: MemberInvitation, account: User | None) -> Membership:
    """The new membership, of the new account or the signed-in person."""
    if account is not None:
        await account.save()
    user = account or await User.get(id=context.signed_in.user_id)
    rules.check_invited_person(user.email, invitation.email)
    is_in = await is_member(invitation.organisation_id, user.email)
    rules.check_not_invited(is_in, is_invited=False, field=())
    context.viewers_changed()
    return await Membership.create(
        user_id=user.id,
        organisation_id=invitation.organisation_id,
        role=invitation.role,
        status=MembershipStatus.ACTIVE,
        joined_at=context.now,
        can_manage_billing=invitation.can_manage_billing,
        notify_billing=invitation.notify_billing,
        notify_products=invitation.notify_products,
    )


async def _arrive(context: Context, account: User | None) -> str | None:
    """The viewer with their new membership, and the secret of a new session, if any."""
    if account is not None:
        return await start_session(context, account)
    viewer = context.signed_in
    context.viewer = replace(viewer, memberships=await memberships_of(viewer.user_id))
    return None
