"""Row policies of the audit log and of exports."""

from typing import Final

from tortoise.expressions import Q

from server.domain.rights import Scope
from server.domain.viewer import Viewer
from server.models.conditions import EVERY_ROW, Among, equals
from server.models.oversight.audit_log import AuditEvent
from server.models.oversight.exports import Export
from server.models.visibility.clauses import NO_ROW, Policies, is_allowed_customer, of_led_organisation


def _audit_events(viewer: Viewer) -> Q:
    """Everything done for or on behalf of an organisation that the viewer leads, and their own actions (M43, E40)."""
    on_behalf = Among("on_behalf_of_id", viewer.led_organisation_ids)
    own = equals("actor_id", viewer.user_id) & Among("acting_organisation_id", viewer.organisation_ids)
    in_its_name = Among("acting_organisation_id", viewer.led_organisation_ids) | own
    return on_behalf | in_its_name & _for_allowed_customer(viewer)


def _exports(viewer: Viewer) -> Q:
    """The viewer's own exports, and all exports of organisations that they lead."""
    own = equals("requested_by_id", viewer.user_id) & Among("organisation_id", viewer.organisation_ids)
    return own | of_led_organisation(viewer)


def _for_allowed_customer(viewer: Viewer) -> Q:
    """Actions for no customer, or for one that the token in use may reach."""
    if viewer.token is None or (viewer.token.customer_ids is None and not viewer.token.excluded_ids):
        return EVERY_ROW
    return Q(on_behalf_of_id__isnull=True) | is_allowed_customer(viewer, "on_behalf_of_id")


POLICIES: Final[Policies] = {
    AuditEvent: (NO_ROW, Scope.AUDIT_READ, _audit_events),
    Export: (NO_ROW, Scope.EXPORTS_CREATE, _exports),
}
