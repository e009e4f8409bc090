"""E-mails about products and pending actions: who gets which, and its words."""

from typing import Final

from server.domain.errors import N_
from server.domain.events import Topic
from server.mail import audiences as to
from server.mail.notices import PRODUCT, Notice, Notices, Template, Templates, to_team

_REQUEST: Final = "/access-change-requests/{subject}"
_PENDING_ACTION: Final = "/pending-actions/{subject}"
_DECIDED: Final = (Notice("pending_action.closed", to.person, (*PRODUCT, "verdict"), _PENDING_ACTION),)

NOTICES: Final[Notices] = {
    Topic.PRODUCT_TERMINATED: to_team("product.terminated"),
    Topic.PENDING_ACTION_REQUESTED: (
        Notice(
            "pending_action.requested",
            to.customer_leaders,
            (*PRODUCT, "asked_by", "reason", "expires_at"),
            _PENDING_ACTION,
        ),
    ),
    Topic.PENDING_ACTION_CONFIRMED: _DECIDED,
    Topic.PENDING_ACTION_REFUSED: _DECIDED,
    Topic.PENDING_ACTION_EXPIRED: _DECIDED,
}

_REQUEST_BUTTON: Final = N_("Answer the request")
_SEE_REQUEST: Final = N_("See the request")
_CLOSED: Final = N_("Your request to {customer} is closed")

TEMPLATES: Final[Templates] = {
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
        _REQUEST_BUTTON,
    ),
    "pending_action.closed": Template(
        _CLOSED,
        N_("{partner} asked {customer} to confirm the end of this product. The outcome is below."),
        _SEE_REQUEST,
    ),
}
