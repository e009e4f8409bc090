"""E-mails about partnerships: who gets which, and its words."""

from typing import Final

from server.domain.errors import N_
from server.domain.events import Topic
from server.domain.partnerships.partnerships import Side
from server.domain.people.memberships import EmailPreference
from server.mail import audiences as to
from server.mail.notices import PAIR, PRODUCT, START, Notice, Notices, Template, Templates, to_team

_REQUEST: Final = "/access-change-requests/{subject}"
_PRODUCTS: Final = "/organisations/{customer_id}/products"
_SIDES: Final = (*PAIR, "inviter", "invitee")
_TERMS: Final = (*PAIR, "terms")
_CHANGE: Final = (*PAIR, "before", "after")
_ASKED: Final = ("partner", "terms", "message")


def _notify_both_sides(template: str, *variables: str) -> tuple[Notice, ...]:
    return Notice(template, to.customer, variables), Notice(template, to.partner, variables)


def _notify_with_receipt(
    template: str, variables: tuple[str, ...], preference: EmailPreference | None = None
) -> tuple[Notice, ...]:
    """An action of the customer: the partner is notified, and the customer gets a confirmation."""
    return Notice(template, to.partner, variables, preference=preference), Notice(
        f"{template}.receipt", to.customer, variables
    )


NOTICES: Final[Notices] = {
    Topic.PARTNERSHIP_INVITED: (
        Notice("partnership.invited", to.invitee, (*_TERMS, "message"), answers_by_link=True),
        Notice("partnership.invited.receipt", to.customer, (*_TERMS, "message")),
    ),
    Topic.PARTNERSHIP_REQUESTED: (
        Notice("partnership.requested", to.invited_customer, _ASKED, answers_by_link=True),
        Notice("partnership.requested.sign_up", to.addressee, _ASKED, START, answers_by_link=True),
    ),
    Topic.PARTNERSHIP_ACCEPTED: (Notice("partnership.accepted", to.inviter, (*_SIDES, "terms")),),
    Topic.PARTNERSHIP_GRANTED_DIFFERS: (
        Notice("partnership.granted_differs", to.partner, (*PAIR, "asked", "granted")),
    ),
    Topic.PARTNERSHIP_DECLINED: (Notice("partnership.declined", to.inviter, (*_SIDES, "reason")),),
    Topic.PARTNERSHIP_CANCELLED: (Notice("partnership.cancelled", to.invitee, _SIDES),),
    Topic.PARTNERSHIP_EXPIRED: (Notice("partnership.expired", to.inviter, _SIDES),),
    Topic.PARTNERSHIP_REMINDER: (Notice("partnership.reminder", to.invitee, (*_SIDES, "days_left")),),
    Topic.PARTNERSHIP_REVIEW_DUE: _notify_both_sides("partnership.review_due", *_TERMS),
    Topic.PARTNERSHIP_ENDING: _notify_both_sides("partnership.ending", *PAIR, "ends_at"),
    Topic.PARTNERSHIP_SUSPENDED: _notify_both_sides("partnership.suspended", *PAIR, "reason"),
    Topic.PARTNERSHIP_RESUMED: _notify_both_sides("partnership.resumed", *PAIR, "reason"),
    Topic.PARTNERSHIP_TERMINATED: (
        Notice("partnership.terminated.customer", to.customer, (*PAIR, "ended_by", "reason", "words")),
        Notice("partnership.terminated.partner", to.partner, (*PAIR, "ended_by", "reason", "words")),
    ),
    Topic.PARTNERSHIP_PRODUCTS_WITHOUT_PAYER: (
        Notice(
            "partnership.products_without_payer",
            to.customer,
            (*PAIR, "products"),
            _PRODUCTS,
            preference=EmailPreference.BILLING,
        ),
    ),
    Topic.ACCESS_GRANTED: to_team("access.product_added", "rights"),
    Topic.ACCESS_REVOKED: (
        *to_team("access.product_removed", by=Side.CUSTOMER),
        Notice("access.product_given_back", to.customer, PRODUCT, preference=EmailPreference.PRODUCTS, by=Side.PARTNER),
    ),
    Topic.ACCESS_PRODUCT_ENDED: to_team("product.terminated"),
    Topic.ACCESS_RIGHTS_CHANGED: to_team("access.rights_changed", "rights"),
    Topic.ACCESS_TYPE_CHANGED: _notify_with_receipt("access.type_changed", _CHANGE),
    Topic.ACCESS_CHANGE_REQUESTED: (Notice("access.change_requested", to.customer, (*_TERMS, "message"), _REQUEST),),
    Topic.ACCESS_CHANGE_ANSWERED: (
        Notice("access.change_answered", to.partner, (*PAIR, "verdict", "reason"), _REQUEST),
    ),
    Topic.PAYMENT_MODE_CHANGED: _notify_with_receipt("payment_mode.changed", _CHANGE, EmailPreference.BILLING),
}

_ACCESS_CHANGED: Final = N_("The access that {partner} has to what {customer} owns has changed.")
_PAYER_CHANGED: Final = N_(
    "In the partnership between {customer} and {partner}, new orders and renewals are paid as shown below. The "
    "side that owes an open invoice still pays it."
)
_ANSWER: Final = N_("Answer the invitation")
_REQUEST_BUTTON: Final = N_("Answer the request")
_SEE_REQUEST: Final = N_("See the request")
_CLOSED: Final = N_("Your request to {customer} is closed")
_ASKS: Final = N_("{partner} is asking you for access")

TEMPLATES: Final[Templates] = {
    "partnership.invited": Template(
        N_("{customer} invites you to manage its products"),
        N_("{customer} would like {partner} to manage its products. Nothing is shared until you accept."),
        _ANSWER,
    ),
    "partnership.invited.receipt": Template(
        N_("{partner} has been invited"),
        N_(
            "{partner} has been invited to manage products of {customer}. Nothing is shared until it accepts, "
            "and you can withdraw the invitation before then."
        ),
    ),
    "partnership.requested": Template(
        _ASKS,
        N_(
            "{partner} would like to manage products of your organisation. Nothing is shared until you accept, "
            "and you decide what it can access."
        ),
        _REQUEST_BUTTON,
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
        _REQUEST_BUTTON,
    ),
    "access.change_answered": Template(
        _CLOSED,
        N_("{partner} asked {customer} for different access. The outcome is below."),
        _SEE_REQUEST,
    ),
    "payment_mode.changed": Template(N_("{customer} has changed who pays"), _PAYER_CHANGED),
    "payment_mode.changed.receipt": Template(N_("Who pays for your orders has changed"), _PAYER_CHANGED),
}
