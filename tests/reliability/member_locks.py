"""The locks of people and their organisations: who waits where, and what do they find after it?"""

from datetime import UTC, datetime, timedelta

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.support.support_access import SupportAccessRevocation, SupportAccessStatus
from tests.reliability.stages import Case, Changes, mutation

ORGANISATION = "lock_organisation > lock_row Organisation"
PAST = datetime.now(UTC) - timedelta(days=1)


def without(name: str) -> Changes:
    """They are no longer a member."""
    return {f"member {name}": {"status": "REMOVED"}}


def lose_right(name: str, who: str, company: str, **input: object) -> Case:
    """Somebody else removes the caller, under the lock of the organisation."""
    return Case(mutation(name, who, **input), company, without(who), "FORBIDDEN")


USED: Changes = {"newcomer": {"status": MemberInvitationStatus.CANCELLED.value}}


CASES: dict[str, Case] = {
    f"create_api_token > {ORGANISATION}": lose_right("createApiToken", "cL", "alpina"),
    f"exclude_api_token > {ORGANISATION}": lose_right("excludeApiToken", "cL", "alpina"),
    f"invite_member > {ORGANISATION}": lose_right("inviteMember", "cL", "alpina"),
    f"leave_organisation > {ORGANISATION}": lose_right("leaveOrganisation", "cA", "alpina"),
    f"set_email_wishes > {ORGANISATION}": lose_right("setEmailWishes", "cA", "alpina"),
    f"create_team > {ORGANISATION}": lose_right("createTeam", "cL", "alpina"),
    f"request_export > {ORGANISATION}": lose_right("requestExport", "cL", "alpina"),
    f"grant_own_products > {ORGANISATION}": lose_right("grantOwnProducts", "cL", "alpina"),
    f"revoke_own_products > {ORGANISATION}": lose_right("revokeOwnProducts", "cL", "alpina"),
    f"resend_member_invitation > _lock_for_inviter > {ORGANISATION}": lose_right(
        "resendMemberInvitation", "cL", "alpina"
    ),
    f"cancel_member_invitation > _lock_for_inviter > {ORGANISATION}": lose_right(
        "cancelMemberInvitation", "cL", "alpina"
    ),
    f"change_member_role > _lock_member > {ORGANISATION}": lose_right("changeMemberRole", "cL", "alpina"),
    f"update_member > _lock_member > {ORGANISATION}": lose_right("updateMember", "cL", "alpina"),
    f"remove_member > _lock_member > {ORGANISATION}": lose_right("removeMember", "cL", "alpina"),
    f"replace_legal_representative > _lock_member > {ORGANISATION}": lose_right(
        "replaceLegalRepresentative", "cL", "alpina"
    ),
    f"update_team > _lock_team > {ORGANISATION}": lose_right("updateTeam", "cL", "alpina"),
    f"delete_team > _lock_team > {ORGANISATION}": lose_right("deleteTeam", "cL", "alpina"),
    f"add_team_member > _lock_team > {ORGANISATION}": lose_right("addTeamMember", "cL", "alpina"),
    f"remove_team_member > _lock_team > {ORGANISATION}": lose_right("removeTeamMember", "cL", "alpina"),
    "update_team > _lock_team > lock_row Team": Case(
        mutation("updateTeam", "cL"), "team", {"team": {"deleted_at": PAST}}, "NOT_FOUND"
    ),
    "accept_member_invitation > _lock_for_invitee > lock_row Organisation": Case(
        mutation("acceptMemberInvitation", None), "alpina", USED, "INVITATION_USED"
    ),
    "decline_member_invitation > _lock_for_invitee > lock_row Organisation": Case(
        mutation("declineMemberInvitation", None), "alpina", USED, "INVITATION_USED"
    ),
    "accept_member_invitation > _lock_for_invitee > lock_row MemberInvitation": Case(
        mutation("acceptMemberInvitation", None), "newcomer", USED, "INVITATION_USED"
    ),
    "cancel_member_invitation > _lock_for_inviter > lock_row MemberInvitation": Case(
        mutation("cancelMemberInvitation", "cL"), "newcomer", USED, "INVITATION_USED"
    ),
    "_check_not_invited > select_for_update": Case(
        mutation("inviteMember", "cL", email="newcomer@alpina.example"),
        "newcomer",
        {"newcomer": {"status": MemberInvitationStatus.CANCELLED.value, "version": 5}},
        "ok",
        leaves={"newcomer": {"status": MemberInvitationStatus.CANCELLED, "version": 5}},
        before={"newcomer": {"expires_at": PAST}},
    ),
    "update_member > _lock_member > lock_row Membership": Case(
        mutation("updateMember", "cL", expectedVersion=1), "member cE", {"member cE": {"version": 2}}, "STALE_VERSION"
    ),
    "replace_legal_representative > _lock_colleague > lock_row Membership": Case(
        mutation("replaceLegalRepresentative", "cL"), "member cA", without("cA"), "NOT_A_MEMBER"
    ),
    "revoke_api_token > _lock_token > lock_row ApiToken": Case(
        mutation("revokeApiToken", "cL"),
        "token_cL",
        {"token_cL": {"revoked_at": PAST, "version": 5}},
        "ok",
        leaves={"token_cL": {"revoked_at": PAST, "version": 5}},
    ),
    "end_requests > select_for_update": Case(
        mutation("removeMember", "pL", membershipId="$pE"),
        "pending",
        {"pending": {"status": PendingActionStatus.CONFIRMED.value}},
        "ok",
        leaves={"pending": {"status": PendingActionStatus.CONFIRMED}},
    ),
    "revoke_of_former_member > _lock_user > select_for_update": Case(
        mutation("removeMember", "cL"),
        "user cE",
        {"support_access": {"status": SupportAccessStatus.EXPIRED.value}},
        "ok",
        leaves={"support_access": {"status": SupportAccessStatus.EXPIRED}},
    ),
    "revoke_of_former_member > select_for_update": Case(
        mutation("removeMember", "cL"),
        "support_access",
        {
            "support_access": {
                "status": SupportAccessStatus.REVOKED.value,
                "revocation_reason": "OWN_WISH",
                "revoked_at": PAST,
            }
        },
        "ok",
        leaves={"support_access": {"revocation_reason": SupportAccessRevocation.OWN_WISH}},
    ),
    "grant_support_access > _lock_person > _lock_user > select_for_update": Case(
        mutation("grantSupportAccess", "cE"), "user cE", without("cE"), "FORBIDDEN"
    ),
    "_is_open > select_for_update": Case(
        mutation("grantSupportAccess", "cE", kind="MAIL"),
        "support_access",
        {"support_access": {"status": SupportAccessStatus.EXPIRED.value, "version": 5}},
        "ok",
        leaves={"support_access": {"version": 5}},
        before={"support_access": {"expires_at": PAST}},
    ),
    "revoke_support_access > lock_row SupportAccessGrant": Case(
        mutation("revokeSupportAccess", "cE"),
        "support_access",
        {"support_access": {"status": SupportAccessStatus.EXPIRED.value}},
        "ok",
        leaves={"support_access": {"status": SupportAccessStatus.EXPIRED}},
    ),
    "revoke_own_products > lock_row OwnProductGrant": Case(
        mutation("revokeOwnProducts", "cL"),
        "own_grant",
        {"own_grant": {"revoked_at": PAST, "version": 5}},
        "ok",
        leaves={"own_grant": {"revoked_at": PAST, "version": 5}},
    ),
}
