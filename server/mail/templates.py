"""Templates: the words of each e-mail.

A subject, paragraphs and a button; further data follows as labelled lines (`template_values.py`), in one shared layout.
The English text is the gettext id; the names in braces are the variables in `topics.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.errors import N_


@dataclass(frozen=True)
class Template:
    """The words of one e-mail."""

    subject: str
    paragraph: str
    button: str = N_("See the partnership")


_ACCESS_CHANGED: Final = N_("The access that {partner} has to what {customer} owns has changed.")
_PAYER_CHANGED: Final = N_(
    "In the partnership between {customer} and {partner}, new orders and renewals are paid as shown below. The "
    "side that owes an open invoice still pays it."
)
_ANSWER: Final = N_("Answer the invitation")
_REQUEST: Final = N_("Answer the request")
_TOKENS: Final = N_("See the API tokens")
_START: Final = N_("Open the programme")
_SEE_REQUEST: Final = N_("See the request")
_CLOSED: Final = N_("Your request to {customer} is closed")
_SUPPORT_ACCESS: Final = N_("See what support can access")
_ASKS: Final = N_("{partner} is asking you for access")

TEMPLATES: Final[Mapping[str, Template]] = {
    "partnership.invited": Template(
        N_("{customer} invites you to manage its products"),
        N_("{customer} would like {partner} to manage its products. Nothing is shared until you accept."),
        _ANSWER,
    ),
    "partnership.invited.receipt": Template(
        N_("{partner} has been invited"),
        N_(
            "{partner} has been invited to manage products of {customer}. Nothing is shared until it accepts, "
            "and you can cancel the invitation before then."
        ),
    ),
    "partnership.requested": Template(
        _ASKS,
        N_(
            "{partner} would like to manage products of your organisation. Nothing is shared until you accept, "
            "and you decide what it can access."
        ),
        _REQUEST,
    ),
    "partnership.requested.sign_up": Template(
        _ASKS,
        N_(
            "{partner} would like to manage your hosting products. If you do not have an account yet, sign up "
            "with this e-mail address, then answer the request. Nothing is shared until you accept."
        ),
        N_("Sign up and answer"),
    ),
    "partnership.accepted": Template(
        N_("{invitee} has accepted"),
        N_("{invitee} has accepted. From now on, {partner} manages what is listed below for {customer}."),
    ),
    "partnership.granted_differs": Template(
        N_("{customer} has granted something other than what you asked for"),
        N_("Please check the access and the payment mode that {customer} has granted to {partner}."),
    ),
    "partnership.declined": Template(
        N_("{invitee} has declined"),
        N_("{invitee} has declined to work with {inviter}. Nothing was shared, and you can send another invitation."),
    ),
    "partnership.cancelled": Template(
        N_("{inviter} has withdrawn its invitation"),
        N_("{inviter} has withdrawn its invitation to {invitee}. The link that was sent to you no longer works."),
    ),
    "partnership.expired": Template(
        N_("Your invitation to {invitee} has expired"),
        N_("{invitee} did not answer in time, so the link no longer works. You can send another invitation."),
    ),
    "partnership.reminder": Template(
        N_("{inviter} is waiting for your answer"),
        N_(
            "{inviter} has invited {invitee} to work together, and nobody has answered yet. The invitation "
            "expires automatically when the time is up."
        ),
        _ANSWER,
    ),
    "partnership.review_due": Template(
        N_("Please review the partnership between {customer} and {partner}"),
        N_("It is time to check whether {partner} still needs the access that {customer} has granted."),
    ),
    "partnership.ending": Template(
        N_("The partnership between {customer} and {partner} is about to end"),
        N_(
            "On the date below, {partner} loses its access to the products of {customer}, unless the partnership "
            "is extended."
        ),
    ),
    "partnership.suspended": Template(
        N_("The partnership between {customer} and {partner} is suspended"),
        N_("Until further notice, {partner} has no access to the products of {customer}."),
    ),
    "partnership.resumed": Template(
        N_("The partnership between {customer} and {partner} has resumed"),
        N_("{partner} has access to the products of {customer} again."),
    ),
    "partnership.terminated.customer": Template(
        N_("Your partnership with {partner} has ended"),
        N_("{partner} no longer has access to anything that belongs to {customer}. You keep your products."),
    ),
    "partnership.terminated.partner": Template(
        N_("Your partnership with {customer} has ended"),
        N_("{partner} and its employees no longer have access to anything that belongs to {customer}."),
    ),
    "partnership.products_without_payer": Template(
        N_("Choose how your products are paid for"),
        N_("{partner} no longer pays for the products of {customer}. Choose a payment method before they expire."),
        N_("See the products"),
    ),
    "access.product_added": Template(
        N_("{customer} has given you access to a product"),
        N_("{partner} can now manage this product of {customer}."),
    ),
    "access.product_removed": Template(
        N_("{customer} has withdrawn access to a product"),
        N_("{partner} no longer has access to this product of {customer}."),
    ),
    "access.product_given_back": Template(
        N_("{partner} has given up its access to a product"),
        N_(
            "{partner} has given up its access to this product of {customer}, and no longer manages it. You can "
            "give another partner access to it."
        ),
    ),
    "access.rights_changed": Template(
        N_("{customer} has changed your rights on a product"),
        N_("From now on, {partner} has the rights below on this product of {customer}."),
    ),
    "access.type_changed": Template(N_("{customer} has changed your access"), _ACCESS_CHANGED),
    "access.type_changed.receipt": Template(N_("The access of {partner} has changed"), _ACCESS_CHANGED),
    "access.change_requested": Template(
        N_("{partner} is asking for different access"),
        N_("{partner} would like the access below to what {customer} owns. Nothing changes until you agree."),
        _REQUEST,
    ),
    "access.change_answered": Template(
        _CLOSED,
        N_("{partner} asked {customer} for different access. The outcome is below."),
        _SEE_REQUEST,
    ),
    "product.terminated": Template(
        N_("A product of {customer} has ended"),
        N_("There is nothing left for {partner} to manage in this product of {customer}."),
    ),
    "pending_action.requested": Template(
        N_("{partner} is asking you to confirm the end of a product"),
        N_(
            "{partner} would like to end this product of {customer}. It ends when you confirm. If you do not "
            "answer, nothing changes."
        ),
        _REQUEST,
    ),
    "pending_action.closed": Template(
        _CLOSED,
        N_("{partner} asked {customer} to confirm the end of this product. The outcome is below."),
        _SEE_REQUEST,
    ),
    "payment_mode.changed": Template(N_("{customer} has changed who pays"), _PAYER_CHANGED),
    "payment_mode.changed.receipt": Template(N_("Who pays for your orders has changed"), _PAYER_CHANGED),
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
        _TOKENS,
    ),
    "token.expiring": Template(
        N_("An API token for {organisation} is about to expire"),
        N_("Create a new one in time, so that the tools that use it keep working."),
        _TOKENS,
    ),
    "token.revoked": Template(
        N_("An API token for {organisation} has been revoked"),
        N_("It can no longer be used. Tools that used it need a new one."),
        _TOKENS,
    ),
    "export.ready": Template(
        N_("Your export from {organisation} is ready"),
        N_("Open it in the application. Only you can get the file, which is kept until the date below."),
        N_("See the exports"),
    ),
    "export.failed": Template(
        N_("Your export from {organisation} has failed"),
        N_(
            "The file could not be created. The application shows why. Request a new export there, with a "
            "shorter list if needed."
        ),
        N_("See the exports"),
    ),
    "support.access_granted": Template(
        N_("Support can now access something of yours"),
        N_(
            "You have given support access to what is listed below. You can end this access at any time. "
            "Otherwise it ends automatically."
        ),
        _SUPPORT_ACCESS,
    ),
    "support.access_expiring": Template(
        N_("Support will soon lose its access"),
        N_(
            "The access that you have given to support ends automatically. If more time is needed, give it again "
            "afterwards."
        ),
        _SUPPORT_ACCESS,
    ),
    "support.access_revoked": Template(
        N_("Support no longer has access"),
        N_("The access that you had given to support has ended. From now on, nobody in support can see this."),
        _SUPPORT_ACCESS,
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
