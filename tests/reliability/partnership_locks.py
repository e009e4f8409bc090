"""The locks of partnerships and products: who waits where, and what do they find after it?"""

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.products.pending_actions import PendingActionStatus
from tests.reliability.member_locks import ORGANISATION, PAST, lose_right, without
from tests.reliability.stages import Case, Changes, mutation

VISIBLE = "lock_visible_partnership > lock_partnerships > lock_owned_rows Partnership"
PARTNERSHIP = f"lock_partnership > {VISIBLE}"
ACCESSES = "lock_accesses > lock_partnerships > lock_owned_rows Partnership"
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
    f"_decline > {PARTNERSHIP}": lose_role("declineInvitation", "pL", "delta"),
    f"cancel_invitation > {PARTNERSHIP}": lose_role("cancelInvitation", "pL", "third"),
    f"resend_invitation > {PARTNERSHIP}": lose_role("resendInvitation", "pL", "third"),
    f"change_access_type > {PARTNERSHIP}": lose_role("changeAccessType", "cL", "alpina"),
    f"request_access_change > {PARTNERSHIP}": lose_role("requestAccessChange", "pL", "alpina"),
    f"grant_access_change > _lock_open_request > {PARTNERSHIP}": lose_role("grantAccessChange", "cL", "alpina"),
    f"refuse_access_change > _lock_open_request > {PARTNERSHIP}": lose_role("refuseAccessChange", "cL", "alpina"),
    f"_hold > {VISIBLE}": lose_role("grantProductAccess", "cL", "alpina"),
    f"assign_employee > {PARTNERSHIP}": lose_role("assignEmployee", "pL", "alpina"),
    f"unassign_employee > {PARTNERSHIP}": lose_role("unassignEmployee", "pL", "alpina"),
    f"update_customer_note > {PARTNERSHIP}": lose_role("updateCustomerNote", "pL", "alpina"),
    f"suspend_partnership > _lock_partnership > {PARTNERSHIP}": lose_staff("suspendPartnership", "alpina"),
    f"resume_partnership > _lock_partnership > {PARTNERSHIP}": lose_staff("resumePartnership", "alpina"),
    "_set_status > _lock_organisation > lock_row Organisation": lose_staff("approvePartner", "delta"),
    "recover_organisation > _lock_organisation > lock_row Organisation": lose_staff("recoverOrganisation", "delta"),
    "terminate_partnership > lock_partnership > lock_visible_partnership > lock_partnerships > lock_owned_rows Partnership": find_closed(
        "terminatePartnership", "cL", "limited", "TERMINATED", "PARTNERSHIP_NOT_ACTIVE"
    ),
    "grant_access_change > _lock_open_request > lock_row AccessChangeRequest": find_closed(
        "grantAccessChange", "cL", "change", "REFUSED", "INVITATION_USED"
    ),
    "unassign_employee > lock_row EmployeeAssignment": Case(
        mutation("unassignEmployee", "pL"),
        "assignment",
        {"assignment": {"ended_at": PAST, "version": 5}},
        "ok",
        leaves={"assignment": {"ended_at": PAST, "version": 5}},
    ),
    "_member > lock_assignable > lock_row Membership": Case(
        mutation("assignEmployee", "pL"), "member pU", without("pU"), "NOT_AN_EMPLOYEE"
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
    f"revoke_product_access > {ACCESSES}": lose_role("revokeProductAccess", "cL", "alpina"),
    f"revoke_product_accesses > {ACCESSES}": lose_role("revokeProductAccesses", "cL", "alpina", "RIGHT_MISSING"),
    f"change_product_access > {ACCESSES}": lose_role("changeProductAccess", "cL", "alpina"),
    f"change_product_accesses > {ACCESSES}": lose_role("changeProductAccesses", "cL", "alpina", "RIGHT_MISSING"),
    "revoke_product_access > lock_accesses > lock_rows ProductAccess": Case(
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
    "confirm_pending_action > _lock_open_action > lock_partnership > lock_visible_partnership > lock_partnerships > lock_owned_rows Partnership": find_closed(
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
