"""Events: the actions of the audit log, and the topics of the outbox.

An event has one name, whose value is stored: `AuditAction` for what was done, `Topic` for what is announced. An event
that is both logged and announced has the same name in both.
"""

from enum import StrEnum, unique


@unique
class Topic(StrEnum):
    """What is announced in the outbox. `server/mail/topics.py` says who gets an e-mail about it."""

    # people
    TEAM_CREATED = "team.created"
    TEAM_UPDATED = "team.updated"
    TEAM_DELETED = "team.deleted"
    TEAM_MEMBER_ADDED = "team.member_added"
    TEAM_MEMBER_REMOVED = "team.member_removed"
    MEMBER_INVITED = "member.invited"
    MEMBER_INVITATION_ACCEPTED = "member.invitation_accepted"
    MEMBER_INVITATION_DECLINED = "member.invitation_declined"
    MEMBER_INVITATION_CANCELLED = "member.invitation_cancelled"
    MEMBER_INVITATION_EXPIRED = "member.invitation_expired"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_UPDATED = "member.updated"
    MEMBER_REMOVED = "member.removed"
    TOKEN_CREATED = "token.created"
    TOKEN_EXPIRING = "token.expiring"
    TOKEN_REVOKED = "token.revoked"
    TOKEN_EXCLUDED = "token.excluded"

    # partnerships
    INVITATION_UNDELIVERABLE = "invitation.undeliverable"
    PARTNERSHIP_INVITED = "partnership.invited"
    PARTNERSHIP_REQUESTED = "partnership.requested"
    PARTNERSHIP_ACCEPTED = "partnership.accepted"
    PARTNERSHIP_GRANTED_DIFFERS = "partnership.granted_differs"
    PARTNERSHIP_DECLINED = "partnership.declined"
    PARTNERSHIP_CANCELLED = "partnership.cancelled"
    PARTNERSHIP_EXPIRED = "partnership.expired"
    PARTNERSHIP_REMINDER = "partnership.reminder"
    PARTNERSHIP_DATES_SET = "partnership.dates_set"
    PARTNERSHIP_REVIEW_DUE = "partnership.review_due"
    PARTNERSHIP_ENDING = "partnership.ending"
    PARTNERSHIP_SUSPENDED = "partnership.suspended"
    PARTNERSHIP_RESUMED = "partnership.resumed"
    PARTNERSHIP_TERMINATED = "partnership.terminated"
    PARTNERSHIP_PRODUCTS_WITHOUT_PAYER = "partnership.products_without_payer"
    PAYMENT_MODE_CHANGED = "payment_mode.changed"
    ACCESS_TYPE_CHANGED = "access.type_changed"
    ACCESS_CHANGE_REQUESTED = "access.change_requested"
    ACCESS_CHANGE_ANSWERED = "access.change_answered"
    ACCESS_GRANTED = "access.product_added"
    ACCESS_RIGHTS_CHANGED = "access.rights_changed"
    ACCESS_REVOKED = "access.product_removed"
    ACCESS_PRODUCT_ENDED = "access.product_ended"
    ASSIGNMENT_MADE = "assignment.made"
    ASSIGNMENT_ENDED = "assignment.ended"
    CUSTOMER_NOTE_UPDATED = "customer_note.updated"

    # products
    PRODUCT_TERMINATED = "product.terminated"
    PENDING_ACTION_REQUESTED = "pending_action.requested"
    PENDING_ACTION_CONFIRMED = "pending_action.confirmed"
    PENDING_ACTION_REFUSED = "pending_action.refused"
    PENDING_ACTION_WITHDRAWN = "pending_action.withdrawn"
    PENDING_ACTION_EXPIRED = "pending_action.expired"
    OWN_PRODUCTS_GRANTED = "own_products.granted"
    OWN_PRODUCTS_REVOKED = "own_products.revoked"

    # programme
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_SUSPENDED = "application.suspended"

    # support
    SUPPORT_ACCESS_GRANTED = "support.access_granted"
    SUPPORT_ACCESS_EXPIRING = "support.access_expiring"
    SUPPORT_ACCESS_REVOKED = "support.access_revoked"

    # oversight
    EXPORT_REQUESTED = "export.requested"
    EXPORT_LINK_CREATED = "export.link_created"
    EXPORT_READY = "export.ready"
    EXPORT_FAILED = "export.failed"
    EXPORT_REFUSED = "export.refused"


@unique
class AuditAction(StrEnum):
    """What a person or the system did, as the audit log and the receipts of a partnership record it."""

    # people
    ORGANISATION_SIGNED_UP = "organisation.signedUp"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    USER_PASSWORD_REMOVED = "user.passwordRemoved"
    STAFF_CHANGED = "staff.changed"
    TEAM_CREATED = "team.created"
    TEAM_UPDATED = "team.updated"
    TEAM_DELETED = "team.deleted"
    TEAM_MEMBER_ADDED = "team.member_added"
    TEAM_MEMBER_REMOVED = "team.member_removed"
    MEMBER_INVITED = "member.invited"
    MEMBER_INVITATION_SENT_AGAIN = "member.invitation_sent_again"
    MEMBER_INVITATION_ACCEPTED = "member.invitation_accepted"
    MEMBER_INVITATION_DECLINED = "member.invitation_declined"
    MEMBER_INVITATION_CANCELLED = "member.invitation_cancelled"
    MEMBER_INVITATION_EXPIRED = "member.invitation_expired"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_UPDATED = "member.updated"
    MEMBER_FUTURE_CUSTOMERS_SET = "member.futureCustomersSet"
    MEMBER_REMOVED = "member.removed"
    TOKEN_CREATED = "apiToken.created"
    TOKEN_REVOKED = "apiToken.revoked"
    TOKEN_EXCLUDED = "apiToken.excluded"

    # partnerships
    CUSTOMER_REQUESTED = "customer.requested"
    CUSTOMER_REQUEST_RESENT = "customer.requestResent"
    CUSTOMER_REQUEST_ACCEPTED = "customer.requestAccepted"
    CUSTOMER_REQUEST_DECLINED = "customer.requestDeclined"
    CUSTOMER_REQUEST_CANCELLED = "customer.requestCancelled"
    CUSTOMER_REQUEST_EXPIRED = "customer.requestExpired"
    PARTNERSHIP_INVITED = "partnership.invited"
    PARTNERSHIP_REQUESTED = "partnership.requested"
    PARTNERSHIP_RESENT = "partnership.resent"
    PARTNERSHIP_ACCEPTED = "partnership.accepted"
    PARTNERSHIP_DECLINED = "partnership.declined"
    PARTNERSHIP_CANCELLED = "partnership.cancelled"
    PARTNERSHIP_EXPIRED = "partnership.expired"
    PARTNERSHIP_STATED = "partnership.stated"  # in receipts only
    PARTNERSHIP_DATES_SET = "partnership.datesSet"
    PARTNERSHIP_SUSPENDED = "partnership.suspended"
    PARTNERSHIP_RESUMED = "partnership.resumed"
    PARTNERSHIP_TERMINATED = "partnership.terminated"
    PAYMENT_MODE_CHANGED = "partnership.paymentModeChanged"
    ACCESS_TYPE_CHANGED = "partnership.accessTypeChanged"
    ACCESS_CHANGE_REQUESTED = "access.changeRequested"
    ACCESS_CHANGE_ANSWERED = "access.changeAnswered"
    ACCESS_CHANGE_EXPIRED = "access.changeExpired"
    ACCESS_GRANTED = "access.granted"
    ACCESS_RIGHTS_CHANGED = "access.rightsChanged"
    ACCESS_REVOKED = "access.revoked"
    ASSIGNMENT_MADE = "assignment.made"
    ASSIGNMENT_ENDED = "assignment.ended"
    CUSTOMER_NOTE_UPDATED = "customerNote.updated"
    CUSTOMER_NOTE_DELETED = "customerNote.deleted"

    # products
    PRODUCT_TERMINATED = "product.terminated"
    PENDING_ACTION_REQUESTED = "pendingAction.requested"
    PENDING_ACTION_CONFIRMED = "pendingAction.confirmed"
    PENDING_ACTION_REFUSED = "pendingAction.refused"
    PENDING_ACTION_WITHDRAWN = "pendingAction.withdrawn"
    PENDING_ACTION_EXPIRED = "pendingAction.expired"
    OWN_PRODUCTS_GRANTED = "own_products.granted"
    OWN_PRODUCTS_REVOKED = "own_products.revoked"

    # programme
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_SUSPENDED = "application.suspended"
    ORGANISATION_RECOVERED = "organisation.recovered"

    # support
    SUPPORT_ACCESS_GRANTED = "supportAccess.granted"
    SUPPORT_ACCESS_REVOKED = "supportAccess.revoked"
    SUPPORT_ACCESS_EXPIRED = "supportAccess.expired"

    # oversight
    EXPORT_REQUESTED = "export.requested"
    EXPORT_LINK_CREATED = "export.linkCreated"
    EXPORT_READY = "export.ready"
    EXPORT_FAILED = "export.failed"
    EXPORT_REFUSED = "export.refused"
    EXPORT_DOWNLOADED = "export.downloaded"

    @property
    def topic(self) -> Topic:
        """The topic that announces the same event. Raises KeyError for an event that is only logged."""
        return Topic[self.name]
