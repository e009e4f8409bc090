"""The locks of partnerships and products: who waits where, and what do they find after it?"""

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.products.pending_actions import PendingActionStatus
from tests.reliability.member_locks import ORGANISATION, PAST, lose_right, without
from tests.reliability.stages import Case, Changes, mutation

NAMED = "lock_named > lock_owned_rows"
PARTNERSHIP = f"lock_partnership > {NAMED}"
HELD = f"_hold > {NAMED}"
ACCESSES = "lock_accesses > lock_owned_rows ProductAccess"
LIVE = "lock_live_partnerships > select_for_update"
LIVE_NOW = f"lock_live_now > {LIVE}"
COMPLETE: Changes = {
    "at_rival": {"status": "TERMINATED"},
    "limited": {"access_type": "COMPLETE", "payment_mode": "CUSTOMER"},
}


def lose_role(name: str, who: str, customer: str, ends: str = "FORBIDDEN") -> Case:
    """Somebody else removes the caller, under the lock of the customer."""
    return Case(mutation(name, who), customer, without(who), ends)


def lose_staff(name: str, held: str) -> Case:
    """Somebody else removes the caller from the staff."""
    return Case(mutation(name, "kL"), held, {"user kL": {"is_staff": False}}, "FORBIDDEN")


def find_closed(name: str, who: str, row: str, status: object, ends: str, **columns: object) -> Case:
    """Somebody else has closed what it is about."""
    return Case(mutation(name, who), row, {row: {"status": status, **columns}}, ends)


PARTNERSHIPS: dict[str, Case] = {
    f"invite_partner > {ORGANISATION}": lose_right("invitePartner", "cL", "alpina"),
    "request_customer > _lock_customer > lock_row Organisation": lose_right("requestCustomer", "pL", "rival"),
    f"request_customer_by_email > {ORGANISATION}": lose_right("requestCustomerByEmail", "pL", "nova"),
    "_note_limits > select_for_update": Case(
        mutation("requestCustomerByEmail", "qL", partnerId="$rival", email="bl@home.example"),
        "by_email",
        {"by_email": {"status": "CANCELLED", "version": 5}},
        "ok",
        leaves={"by_email": {"status": PartnershipStatus.CANCELLED, "version": 5}},
        before={"by_email": {"answer_by": PAST}},
    ),
    "_own > lock_open_request > lock_row CustomerInvitation": find_closed(
        "cancelCustomerInvitation", "qL", "by_email", "DECLINED", "INVITATION_USED"
    ),
    "decline_customer_invitation > lock_open_request > lock_row CustomerInvitation": find_closed(
        "declineCustomerInvitation", "bL", "by_email", "CANCELLED", "INVITATION_USED"
    ),
    f"accept_customer_invitation > {ORGANISATION}": lose_right("acceptCustomerInvitation", "bL", "borea"),
    "accept_customer_invitation > lock_row CustomerInvitation": find_closed(
        "acceptCustomerInvitation", "bL", "by_email", "DECLINED", "INVITATION_USED"
    ),
    f"accept_invitation > {PARTNERSHIP}": lose_role("acceptInvitation", "pL", "delta"),
    f"accept_request > {PARTNERSHIP}": lose_role("acceptRequest", "cL", "alpina"),
    f"{HELD} | declineInvitation": lose_role("declineInvitation", "pL", "delta"),
    f"{HELD} | cancelInvitation": lose_role("cancelInvitation", "pL", "third"),
    f"{HELD} | resendInvitation": lose_role("resendInvitation", "pL", "third"),
    f"change_access_type > {PARTNERSHIP}": lose_role("changeAccessType", "cL", "alpina"),
    f"{HELD} | requestAccessChange": lose_role("requestAccessChange", "pL", "alpina"),
    f"grant_access_change > lock_in_partnership > {NAMED}": lose_role("grantAccessChange", "cL", "alpina"),
    f"{HELD} | refuseAccessChange": lose_role("refuseAccessChange", "cL", "alpina"),
    f"{HELD} | grantProductAccess": lose_role("grantProductAccess", "cL", "alpina"),
    f"{HELD} | assignEmployee": lose_role("assignEmployee", "pL", "alpina"),
    f"{HELD} | unassignEmployee": lose_role("unassignEmployee", "pL", "alpina"),
    f"{HELD} | updateCustomerNote": lose_role("updateCustomerNote", "pL", "alpina"),
    f"suspend_partnership > _lock_partnership > {PARTNERSHIP}": lose_staff("suspendPartnership", "alpina"),
    f"resume_partnership > _lock_partnership > {PARTNERSHIP}": lose_staff("resumePartnership", "alpina"),
    "_set_status > _lock_organisation > lock_row Organisation": lose_staff("approvePartner", "delta"),
    "recover_organisation > _lock_organisation > lock_row Organisation": lose_staff("recoverOrganisation", "delta"),
    f"{HELD} | terminatePartnership": find_closed(
        "terminatePartnership", "cL", "limited", "TERMINATED", "PARTNERSHIP_NOT_ACTIVE"
    ),
    f"grant_access_change > lock_in_partnership > {NAMED} | the request": find_closed(
        "grantAccessChange", "cL", "change", "REFUSED", "INVITATION_USED"
    ),
    f"{HELD} | the assignment": Case(
        mutation("unassignEmployee", "pL"),
        "assignment",
        {"assignment": {"ended_at": PAST, "version": 5}},
        "ok",
        leaves={"assignment": {"ended_at": PAST, "version": 5}},
    ),
    f"{HELD} | the employee": Case(mutation("assignEmployee", "pL"), "member pU", without("pU"), "NOT_AN_EMPLOYEE"),
    "_hold > lock_and_read": Case(
        mutation("unassignEmployee", "pL", assignmentId="$complete_assignment"),
        "pending",
        {"pending": {"status": "WITHDRAWN", "version": 5}},
        "ok",
        leaves={"pending": {"status": PendingActionStatus.WITHDRAWN, "version": 5}},
    ),
    "_member > lock_assignable > lock_row Membership": Case(
        mutation("setFutureCustomers", "pL"), "member pE", without("pE"), "NOT_AN_EMPLOYEE"
    ),
    f"_member > {ORGANISATION}": lose_right("setFutureCustomers", "pL", "nova"),
    "accept_what_was_asked > _lock_and_check_others > lock_live_now > lock_live_partnerships > select_for_update": Case(
        mutation("acceptRequest", "cL"), "limited", COMPLETE, "COMPLETE_PARTNER_EXISTS"
    ),
    "accept_what_was_offered > _lock_and_check_others > lock_live_now > lock_live_partnerships > select_for_update": Case(
        mutation("acceptInvitation", "pL"), "another", {"another": {"status": "ACTIVE"}}, "LIMITED_PARTNER_EXISTS"
    ),
    f"invite_partner > {LIVE_NOW}": Case(
        mutation("invitePartner", "cL"), "limited", COMPLETE, "COMPLETE_PARTNER_EXISTS"
    ),
    f"request_customer > {LIVE_NOW}": Case(
        mutation("requestCustomer", "pL", customerId="$third"), "wooed", {"wooed": {"status": "CANCELLED"}}, "ok"
    ),
    f"accept_customer_invitation > {LIVE_NOW}": Case(
        mutation("acceptCustomerInvitation", "bL"), "moving", {"moving": {"status": "SUSPENDED"}}, "PARTNERSHIP_EXISTS"
    ),
    f"grant_access_change > {LIVE}": Case(
        mutation("grantAccessChange", "cL", access={"complete": {"paymentMode": "CUSTOMER"}}),
        "at_rival",
        {"at_rival": {"status": "TERMINATED"}},
        "ok",
    ),
    f"resume_partnership > {LIVE}": Case(
        mutation("resumePartnership", "kL"),
        "at_rival",
        {"at_rival": COMPLETE["limited"]},
        "COMPLETE_PARTNER_EXISTS",
        before={"limited": {"status": "SUSPENDED"}},
    ),
    f"_active_others > {LIVE}": Case(
        mutation("changeAccessType", "cL"), "at_rival", {"at_rival": {"status": "TERMINATED"}}, "NOT_FOUND"
    ),
    "_come_into_force > lock_employees_for_new_customers > select_for_update": Case(
        mutation("acceptInvitation", "pL"),
        "member pE",
        without("pE"),
        "ok",
        before={"member pE": {"future_customer_rights": '["VIEW"]'}},
    ),
}

PRODUCTS: dict[str, Case] = {
    f"{HELD} | revokeProductAccess": lose_role("revokeProductAccess", "cL", "alpina"),
    f"revoke_product_accesses > {ACCESSES}": lose_role("revokeProductAccesses", "cL", "alpina", "RIGHT_MISSING"),
    f"{HELD} | changeProductAccess": lose_role("changeProductAccess", "cL", "alpina"),
    f"change_product_accesses > {ACCESSES}": lose_role("changeProductAccesses", "cL", "alpina", "RIGHT_MISSING"),
    f"{HELD} | the access": Case(
        mutation("revokeProductAccess", "cL"),
        "access",
        {"access": {"revoked_at": PAST, "version": 5}},
        "ok",
        leaves={"access": {"revoked_at": PAST, "version": 5}},
    ),
    "terminate_product > _lock_product > lock_row Organisation": lose_right("terminateProduct", "cL", "alpina"),
    "terminate_product > _lock_product > lock_row Product": Case(
        mutation("terminateProduct", "cL"), "granted", {"granted": {"state": "TERMINATED"}}, "PRODUCT_ENDED"
    ),
    "end_product > lock_accesses_for_customer > lock_partnerships > lock_owned_rows Partnership": Case(
        mutation("terminateProduct", "cL"), "limited", {"limited": {"version": 5}}, "ok"
    ),
    "_answer_who_asked > select_for_update": Case(
        mutation("terminateProduct", "bL", productId="$borean", confirmation="borean"),
        "pending",
        {"pending": {"status": "REFUSED", "version": 5}},
        "ok",
        leaves={"pending": {"status": PendingActionStatus.REFUSED, "version": 5}},
    ),
    "ask_to_terminate > _lock_complete_partnership > select_for_update": Case(
        mutation("terminateProduct", "pE", productId="$borean", confirmation="borean"),
        "complete",
        {"complete": {"status": "TERMINATED"}},
        "FORBIDDEN",
    ),
    "ask_to_terminate > _lock_asker > lock_row Membership": Case(
        mutation("terminateProduct", "pE", productId="$borean", confirmation="borean"),
        "member pE",
        without("pE"),
        "FORBIDDEN",
    ),
    "ask_to_terminate > select_for_update": Case(
        mutation("terminateProduct", "pE", productId="$borean", confirmation="borean"),
        "pending",
        {"pending": {"status": "EXPIRED", "version": 5}},
        "ok",
        leaves={"pending": {"status": PendingActionStatus.EXPIRED, "version": 5}},
        before={"pending": {"expires_at": PAST}},
    ),
    "confirm_pending_action > _lock_open_action > lock_rows Organisation": lose_role(
        "confirmPendingAction", "bL", "borea"
    ),
    "refuse_pending_action > _lock_open_action > lock_rows Organisation": lose_role(
        "refusePendingAction", "bL", "borea"
    ),
    "withdraw_pending_action > _lock_open_action > lock_rows Organisation": Case(
        mutation("withdrawPendingAction", "pL"), "nova", without("pL"), "FORBIDDEN"
    ),
    f"confirm_pending_action > _lock_open_action > {PARTNERSHIP}": find_closed(
        "confirmPendingAction", "bL", "complete", "TERMINATED", "PARTNERSHIP_NOT_ACTIVE"
    ),
    "confirm_pending_action > _lock_open_action > lock_row PendingAction": find_closed(
        "confirmPendingAction", "bL", "pending", "REFUSED", "ACTION_CLOSED"
    ),
    "confirm_pending_action > lock_row Product": Case(
        mutation("confirmPendingAction", "bL"), "borean", {"borean": {"state": "TERMINATED"}}, "PRODUCT_ENDED"
    ),
}

CASES = PARTNERSHIPS | PRODUCTS
