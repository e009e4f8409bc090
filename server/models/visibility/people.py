"""Row policies of users, organisations, members, teams and API tokens."""

from typing import Final

from tortoise.expressions import Q

from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.domain.rights import Scope
from server.domain.viewer import Viewer
from server.models.conditions import Among, Exists, equals
from server.models.partnerships.partnerships import Partnership
from server.models.people.member_invitations import MemberInvitation
from server.models.people.memberships import Membership
from server.models.people.organisations import Organisation
from server.models.people.teams import Team, TeamMember
from server.models.people.tokens import ApiToken
from server.models.people.users import User
from server.models.visibility.clauses import NO_ROW, Policies, of_led_organisation, sees_partnership

_PUBLIC_PARTNERS: Final = Q(partner_status__in=sorted(INVITABLE_PARTNERS))


def _organisations(viewer: Viewer) -> Q:
    """The viewer's organisations, and both sides of every partnership that they see."""
    as_customer = Exists(Partnership, sees_partnership(viewer), customer_id="id")
    as_partner = Exists(Partnership, sees_partnership(viewer), partner_id="id")
    return Among("id", viewer.organisation_ids) | as_customer | as_partner


def _memberships(viewer: Viewer) -> Q:
    own = equals("user_id", viewer.user_id) & Q(status=MembershipStatus.ACTIVE)
    return own & Among("organisation_id", viewer.organisation_ids) | of_led_organisation(viewer)


def _teams(viewer: Viewer) -> Q:
    return of_led_organisation(viewer) & Q(deleted_at__isnull=True)


def _team_members(viewer: Viewer) -> Q:
    return Exists(Team, _teams(viewer), id="team_id")


def _users(viewer: Viewer) -> Q:
    """The viewer, and the members of organisations that they lead, if a token in use may read members."""
    oneself = equals("id", viewer.user_id)
    if not viewer.has_scope(Scope.MEMBERS_READ):
        return oneself
    led = Among("organisation_id", viewer.led_organisation_ids) & ~Q(status=MembershipStatus.REMOVED)
    return oneself | Exists(Membership, led, user_id="id")


def _api_tokens(viewer: Viewer) -> Q:
    """People see their own tokens, and all tokens of organisations that they lead. A token sees itself."""
    if viewer.token is not None:
        return equals("id", viewer.token.token_id)
    return equals("user_id", viewer.user_id) | Among("organisation_id", viewer.led_organisation_ids)


POLICIES: Final[Policies] = {
    ApiToken: (NO_ROW, None, _api_tokens),
    MemberInvitation: (NO_ROW, Scope.MEMBERS_READ, of_led_organisation),
    Membership: (NO_ROW, Scope.MEMBERS_READ, _memberships),
    Organisation: (_PUBLIC_PARTNERS, Scope.ORGANISATION_READ, _organisations),
    Team: (NO_ROW, Scope.MEMBERS_READ, _teams),
    TeamMember: (NO_ROW, Scope.MEMBERS_READ, _team_members),
    User: (NO_ROW, None, _users),
}
