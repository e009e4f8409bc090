"""Events that become e-mails."""

from pathlib import Path

from server.models import EmailMessage, OutboxMessage
from server.outbox import Outbox
from server.settings import Settings

PROGRAMME = Path(__file__).parents[2] / "docs" / "programme.md"
PARTNER, CUSTOMER = ["pL"], ["cL"]
TEAM = ["pE", "pL"]
GETS = {
    "partnership.invited": {"partnership.invited": ["pA", "pL"], "partnership.invited.receipt": ["dL"]},
    "partnership.requested": {"partnership.requested": CUSTOMER},
    "partnership.accepted": {"partnership.accepted": CUSTOMER},
    "partnership.granted_differs": {"partnership.granted_differs": PARTNER},
    "partnership.declined": {"partnership.declined": ["dL"]},
    "partnership.cancelled": {"partnership.cancelled": ["pA", "pL"]},
    "partnership.expired": {"partnership.expired": ["dL"]},
    "partnership.reminder": {"partnership.reminder": ["pA", "pL"]},
    "partnership.review_due": {"partnership.review_due": ["cL", "pL"]},
    "partnership.ending": {"partnership.ending": ["cL", "pL"]},
    "partnership.suspended": {"partnership.suspended": ["cL", "pL"]},
    "partnership.resumed": {"partnership.resumed": ["cL", "pL"]},
    "partnership.terminated": {
        "partnership.terminated.customer": CUSTOMER,
        "partnership.terminated.partner": PARTNER,
    },
    "partnership.products_without_payer": {"partnership.products_without_payer": ["kL"]},
    "access.product_added": {"access.product_added": TEAM},
    "access.product_removed": {"access.product_removed": TEAM},
    "access.product_ended": {"product.terminated": TEAM},
    "access.rights_changed": {"access.rights_changed": TEAM},
    "access.type_changed": {"access.type_changed": PARTNER, "access.type_changed.receipt": CUSTOMER},
    "access.change_requested": {"access.change_requested": CUSTOMER},
    "access.change_answered": {"access.change_answered": PARTNER},
    "product.terminated": {"product.terminated": TEAM},
    "pending_action.requested": {"pending_action.requested": ["bL"]},
    "pending_action.confirmed": {"pending_action.closed": ["pE"]},
    "pending_action.refused": {"pending_action.closed": ["pE"]},
    "pending_action.expired": {"pending_action.closed": ["pE"]},
    "payment_mode.changed": {"payment_mode.changed": PARTNER, "payment_mode.changed.receipt": ["bL"]},
    "member.invitation_expired": {"member.invitation_expired": ["cL"]},
    "member.role_changed": {"member.role_changed": ["cE"]},
    "member.removed": {"member.removed": ["cE"]},
    "token.created": {"token.created": ["pE"]},
    "token.expiring": {"token.expiring": ["pE"]},
    "token.revoked": {"token.revoked": ["pE"]},
    "export.failed": {"export.failed": CUSTOMER},
    "export.refused": {"export.failed": CUSTOMER},
    "export.ready": {"export.ready": CUSTOMER},
    "support.access_granted": {"support.access_granted": ["cE"]},
    "support.access_expiring": {"support.access_expiring": ["cE"]},
    "support.access_revoked": {"support.access_revoked": ["cE"]},
    "invitation.undeliverable": {"invitation.undeliverable.organisation": ["dL"]},
}
"""By topic and template, who of the world. `member.invited` goes to an address that is nobody's."""


async def expand(settings: Settings, event: OutboxMessage) -> list[EmailMessage]:
    """The e-mails that the event became."""
    assert await Outbox(settings).expand_next(event.run_after) >= 1
    await event.refresh_from_db()
    assert event.sent_at is not None, event.last_error
    return await EmailMessage.filter(event_id=event.id).order_by("template", "address")
