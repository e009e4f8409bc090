"""Invitations of members: who may be invited, and who may answer (S11)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.domain.errors import N_, Refusal, Refused
from server.domain.expiry import Expiry
from server.domain.limits import check_limit
from server.domain.people.error_codes import PeopleCode
from server.domain.people.memberships import may_change
from server.domain.rights import Role

_RESENDS_COUNT_FOR: Final = timedelta(hours=24)


class MemberInvitationStatus(StrEnum):
    """Status of an invitation."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


MEMBER_INVITATION_EXPIRY: Final = Expiry(MemberInvitationStatus.PENDING, MemberInvitationStatus.EXPIRED)
"""An invitation that was not answered in time becomes `EXPIRED` (S11.4)."""


def check_invitation_open(status: MemberInvitationStatus) -> None:
    """Only an open invitation can be answered, withdrawn or resent."""
    if status is not MemberInvitationStatus.PENDING:
        raise refuse_as_closed()


def refuse_as_closed() -> Refused:
    """The refusal of a link that was used, replaced or never sent: the same for all."""
    return Refused(Refusal(PeopleCode.INVITATION_USED, N_("This invitation is no longer open.")))


def check_not_invited(is_member: bool, is_invited: bool, field: tuple[str, ...] = ("email",)) -> None:
    """Refuse to invite someone who is already a member or has an open invitation."""
    if is_member:
        raise Refused(
            Refusal(PeopleCode.ALREADY_A_MEMBER, N_("This person is already a member of the organisation."), field)
        )
    if is_invited:
        raise Refused(
            Refusal(
                PeopleCode.INVITATION_PENDING,
                N_("There is already an open invitation for this address. Send it again instead."),
                field,
            )
        )


def check_number_of_invitations(sent: int, most: int) -> None:
    """Refuse another invitation if the organisation has `sent` the limit within 24 hours, whatever the outcomes."""
    check_limit(sent, most, N_("An organisation can invite at most {most} people within 24 hours."))


def check_inviter(inviter: Role | None, role: Role) -> None:
    """An invitation is valid while its sender could still send it (R14). `inviter` is their current role."""
    if not may_change(inviter, role):
        raise refuse_as_closed()


def check_invited_person(email: str, invited: str) -> None:
    """The link grants nothing on its own: the invited address has to be the one you sign in with (E24)."""
    if email != invited:
        raise Refused(
            Refusal(
                PeopleCode.NOT_INVITED, N_("This invitation was sent to another address. Sign in with that address.")
            )
        )


def resending_times(before: Sequence[datetime], now: datetime, most: int) -> list[datetime]:
    """The times of resending in the last 24 hours, including this one. Refused beyond the limit."""
    lately = [moment for moment in before if now - moment < _RESENDS_COUNT_FOR]
    check_limit(len(lately), most, N_("An invitation can be sent again at most {most} times within 24 hours."))
    return [*lately, now]
