"""E-mails about members, invitations and API tokens: who gets which, and its words."""

from typing import Final

from server.domain.errors import N_
from server.domain.events import Topic
from server.mail import audiences as to
from server.mail.notices import START, Notice, Notices, Template, Templates

_TOKENS: Final = "/organisations/{organisation_id}/api-tokens"
_ORGANISATION: Final = "/organisations/{organisation_id}"

NOTICES: Final[Notices] = {
    Topic.MEMBER_INVITED: (
        Notice("member.invited", to.addressee, ("organisation", "role"), START, answers_by_link=True),
    ),
    Topic.MEMBER_INVITATION_EXPIRED: (
        Notice("member.invitation_expired", to.inviting_person, ("organisation", "invitee"), _ORGANISATION),
    ),
    Topic.MEMBER_ROLE_CHANGED: (
        Notice("member.role_changed", to.person, ("organisation", "before", "after"), _ORGANISATION),
    ),
    Topic.MEMBER_REMOVED: (
        Notice("member.removed", to.person, ("organisation",), START),
        Notice("member.left", to.organisation_leaders, ("organisation", "member"), _ORGANISATION, by="MEMBER"),
    ),
    Topic.TOKEN_CREATED: (Notice("token.created", to.person, ("organisation", "token", "expires_at"), _TOKENS),),
    Topic.TOKEN_EXPIRING: (Notice("token.expiring", to.person, ("organisation", "token", "expires_at"), _TOKENS),),
    Topic.TOKEN_REVOKED: (Notice("token.revoked", to.person, ("organisation", "token"), _TOKENS),),
    Topic.INVITATION_UNDELIVERABLE: (
        Notice("invitation.undeliverable", to.inviter_of_address, ("address",), START),
        Notice("invitation.undeliverable.organisation", to.inviter_of_organisation, ("invitee",)),
    ),
}

_ANSWER: Final = N_("Answer the invitation")
_TOKENS_BUTTON: Final = N_("See the API tokens")
_START: Final = N_("Open the programme")

TEMPLATES: Final[Templates] = {
    "member.invited": Template(
        N_("{organisation} has invited you"),
        N_(
            "{organisation} would like you to become a member. Accept with the e-mail address that "
            "this message was sent to."
        ),
        _ANSWER,
    ),
    "member.invitation_expired": Template(
        N_("Your invitation to {invitee} has expired"),
        N_("{invitee} did not become a member of {organisation} in time. You can invite this person again."),
        N_("See the organisation"),
    ),
    "member.role_changed": Template(
        N_("Your role at {organisation} has changed"),
        N_("From now on, your new role determines what you can see and do there."),
        N_("See the organisation"),
    ),
    "member.removed": Template(
        N_("You are no longer a member of {organisation}"),
        N_("You no longer have access to anything that belongs to {organisation}."),
        _START,
    ),
    "member.left": Template(
        N_("{member} has left {organisation}"),
        N_(
            "{member} is no longer a member of {organisation}, and no longer has access to anything that belongs to it."
        ),
        N_("See the organisation"),
    ),
    "token.created": Template(
        N_("A new API token for {organisation}"),
        N_("An API token was created in your name. If you did not create it, revoke it at once."),
        _TOKENS_BUTTON,
    ),
    "token.expiring": Template(
        N_("An API token for {organisation} is about to expire"),
        N_("Create a new one in time, so that the tools that use it keep working."),
        _TOKENS_BUTTON,
    ),
    "token.revoked": Template(
        N_("An API token for {organisation} has been revoked"),
        N_("It can no longer be used. Tools that used it need a new one."),
        _TOKENS_BUTTON,
    ),
    "invitation.undeliverable": Template(
        N_("Your invitation could not be delivered"),
        N_("The mail server for this address rejects messages to it. Check the address, then send another invitation."),
        _START,
    ),
    "invitation.undeliverable.organisation": Template(
        N_("Your proposal to {invitee} could not be delivered"),
        N_("Every address that it was sent to rejects messages. Contact {invitee} in another way, then send it again."),
    ),
}
