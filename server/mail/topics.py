"""Topics: who gets which e-mail on which event, with which variables.

This is the only such table. An event whose topic is not in it is sent to nobody. The variables are those of
`events.known`: the names of the organisations, what is stored, and the event's payload.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.events import Topic
from server.domain.partnerships.partnerships import Side
from server.domain.people.memberships import Wish
from server.mail import audiences as to
from server.mail.audiences import Audience, People, Recipient
from server.mail.events import Event


@dataclass(frozen=True)
class Letter:
    """One e-mail for each member of the audience. With `wish`, only for those who want e-mails of that kind.

    With `by`, only if this side acted, as the event says: the side that did not act is notified. `page` is the path
    that the button opens. With `answers_by_link` it is the path of the event's secret, if it has one: such an e-mail is
    an invitation, and the inviter is notified if it cannot be delivered (E41).
    """

    template: str
    audience: Audience
    variables: tuple[str, ...]
    page: str = "/partnerships/{partnership_id}"
    answers_by_link: bool = False
    wish: Wish | None = None
    by: str | None = None

    def recipients(self, event: Event, people: People) -> list[Recipient]:
        """The recipients."""
        if self.by is not None and self.by != event.by:
            return []
        return [one for one in self.audience(event, people) if self.wish is None or self.wish in one.wishes]

    def path(self, variables: Mapping[str, object]) -> str:
        """The path that the button opens: the start page if the person concerned has no such page yet."""
        try:
            return self.page.format_map(dict(variables))
        except KeyError:
            return START


INVITATION_LINK: Final = "/invitations/{secret}"
_REQUEST: Final = "/access-change-requests/{subject}"
_PENDING_ACTION: Final = "/pending-actions/{subject}"
_TOKENS: Final = "/organisations/{organisation_id}/api-tokens"
_ORGANISATION: Final = "/organisations/{organisation_id}"
_EXPORTS: Final = "/organisations/{organisation_id}/exports"
_PRODUCTS: Final = "/organisations/{customer_id}/products"
_SUPPORT: Final = "/support-access"
START: Final = "/"

_PAIR: Final = ("customer", "partner")
_SIDES: Final = (*_PAIR, "inviter", "invitee")
_TERMS: Final = (*_PAIR, "terms")
_CHANGE: Final = (*_PAIR, "before", "after")
_PRODUCT: Final = (*_PAIR, "service_name")
_OPENED: Final = ("opened", "ticket")
_ASKED: Final = ("partner", "terms", "message")

_DECIDED: Final = (Letter("pending_action.closed", to.person, (*_PRODUCT, "verdict"), _PENDING_ACTION),)

_NO_FILE: Final = (Letter("export.failed", to.member, ("organisation",), _EXPORTS),)


def _both_sides(template: str, *variables: str) -> tuple[Letter, ...]:
    return Letter(template, to.customer, variables), Letter(template, to.partner, variables)


def _with_receipt(template: str, variables: tuple[str, ...], wish: Wish | None = None) -> tuple[Letter, ...]:
    """An action of the customer: the partner is notified, and the customer gets a confirmation."""
    return Letter(template, to.partner, variables, wish=wish), Letter(f"{template}.receipt", to.customer, variables)


def _to_team(template: str, *more: str, by: str | None = None) -> tuple[Letter, ...]:
    """News about one of the customer's products, for those of the partner who manage it and want such e-mails."""
    return (Letter(template, to.partner_team, (*_PRODUCT, *more), wish=Wish.PRODUCTS, by=by),)


LETTERS: Final[Mapping[str, tuple[Letter, ...]]] = {
    Topic.PARTNERSHIP_INVITED: (
        Letter("partnership.invited", to.invitee, (*_TERMS, "message"), answers_by_link=True),
        Letter("partnership.invited.receipt", to.customer, (*_TERMS, "message")),
    ),
    Topic.PARTNERSHIP_REQUESTED: (
        Letter("partnership.requested", to.invited_customer, _ASKED, answers_by_link=True),
        Letter("partnership.requested.sign_up", to.addressed, _ASKED, START, answers_by_link=True),
    ),
    Topic.PARTNERSHIP_ACCEPTED: (Letter("partnership.accepted", to.inviter, (*_SIDES, "terms")),),
    Topic.PARTNERSHIP_GRANTED_DIFFERS: (
        Letter("partnership.granted_differs", to.partner, (*_PAIR, "asked", "granted")),
    ),
    Topic.PARTNERSHIP_DECLINED: (Letter("partnership.declined", to.inviter, (*_SIDES, "reason")),),
    Topic.PARTNERSHIP_CANCELLED: (Letter("partnership.cancelled", to.invitee, _SIDES),),
    Topic.PARTNERSHIP_EXPIRED: (Letter("partnership.expired", to.inviter, _SIDES),),
    Topic.PARTNERSHIP_REMINDER: (Letter("partnership.reminder", to.invitee, (*_SIDES, "days_left")),),
    Topic.PARTNERSHIP_REVIEW_DUE: _both_sides("partnership.review_due", *_TERMS),
    Topic.PARTNERSHIP_ENDING: _both_sides("partnership.ending", *_PAIR, "ends_at"),
    Topic.PARTNERSHIP_SUSPENDED: _both_sides("partnership.suspended", *_PAIR, "reason"),
    Topic.PARTNERSHIP_RESUMED: _both_sides("partnership.resumed", *_PAIR, "reason"),
    Topic.PARTNERSHIP_TERMINATED: (
        Letter("partnership.terminated.customer", to.customer, (*_PAIR, "ended_by", "reason", "words")),
        Letter("partnership.terminated.partner", to.partner, (*_PAIR, "ended_by", "reason", "words")),
    ),
    Topic.PARTNERSHIP_PRODUCTS_WITHOUT_PAYER: (
        Letter("partnership.products_without_payer", to.customer, (*_PAIR, "products"), _PRODUCTS, wish=Wish.BILLING),
    ),
    Topic.ACCESS_GRANTED: _to_team("access.product_added", "rights"),
    Topic.ACCESS_REVOKED: (
        *_to_team("access.product_removed", by=Side.CUSTOMER),
        Letter("access.product_given_back", to.customer, _PRODUCT, wish=Wish.PRODUCTS, by=Side.PARTNER),
    ),
    Topic.ACCESS_PRODUCT_ENDED: _to_team("product.terminated"),
    Topic.ACCESS_RIGHTS_CHANGED: _to_team("access.rights_changed", "rights"),
    Topic.ACCESS_TYPE_CHANGED: _with_receipt("access.type_changed", _CHANGE),
    Topic.ACCESS_CHANGE_REQUESTED: (Letter("access.change_requested", to.customer, (*_TERMS, "message"), _REQUEST),),
    Topic.ACCESS_CHANGE_ANSWERED: (
        Letter("access.change_answered", to.partner, (*_PAIR, "verdict", "reason"), _REQUEST),
    ),
    Topic.PRODUCT_TERMINATED: _to_team("product.terminated"),
    Topic.PENDING_ACTION_REQUESTED: (
        Letter(
            "pending_action.requested",
            to.customer_leaders,
            (*_PRODUCT, "asked_by", "reason", "expires_at"),
            _PENDING_ACTION,
        ),
    ),
    Topic.PENDING_ACTION_CONFIRMED: _DECIDED,
    Topic.PENDING_ACTION_REFUSED: _DECIDED,
    Topic.PENDING_ACTION_EXPIRED: _DECIDED,
    Topic.PAYMENT_MODE_CHANGED: _with_receipt("payment_mode.changed", _CHANGE, Wish.BILLING),
    Topic.MEMBER_INVITED: (
        Letter("member.invited", to.addressed, ("organisation", "role"), START, answers_by_link=True),
    ),
    Topic.MEMBER_INVITATION_EXPIRED: (
        Letter("member.invitation_expired", to.person, ("organisation", "invitee"), _ORGANISATION),
    ),
    Topic.MEMBER_ROLE_CHANGED: (
        Letter("member.role_changed", to.person, ("organisation", "before", "after"), _ORGANISATION),
    ),
    Topic.MEMBER_REMOVED: (
        Letter("member.removed", to.person, ("organisation",), START),
        Letter("member.left", to.organisation_leaders, ("organisation", "member"), _ORGANISATION, by="MEMBER"),
    ),
    Topic.TOKEN_CREATED: (Letter("token.created", to.person, ("organisation", "token", "expires_at"), _TOKENS),),
    Topic.TOKEN_EXPIRING: (Letter("token.expiring", to.person, ("organisation", "token", "expires_at"), _TOKENS),),
    Topic.TOKEN_REVOKED: (Letter("token.revoked", to.person, ("organisation", "token"), _TOKENS),),
    Topic.EXPORT_FAILED: _NO_FILE,
    Topic.EXPORT_REFUSED: _NO_FILE,
    Topic.EXPORT_READY: (Letter("export.ready", to.person, ("organisation", "expires_at"), _EXPORTS),),
    Topic.SUPPORT_ACCESS_GRANTED: (Letter("support.access_granted", to.person, (*_OPENED, "expires_at"), _SUPPORT),),
    Topic.SUPPORT_ACCESS_EXPIRING: (Letter("support.access_expiring", to.person, (*_OPENED, "expires_at"), _SUPPORT),),
    Topic.SUPPORT_ACCESS_REVOKED: (Letter("support.access_revoked", to.person, _OPENED, _SUPPORT),),
    Topic.INVITATION_UNDELIVERABLE: (
        Letter("invitation.undeliverable", to.inviter_of_address, ("address",), START),
        Letter("invitation.undeliverable.organisation", to.inviter_of_organisation, ("invitee",)),
    ),
}
