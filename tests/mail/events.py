"""One event of each topic that is mailed, as its announcer writes it, in the world."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.models import AccessChangeRequest, CustomerInvitation, OutboxMessage
from server.models.base import new_id
from server.resolvers import ids
from tests.world import World

SECRET = "s3cret-of-the-link"
UNKNOWN_ADDRESS = "new@unknown.example"
LIMITED = {
    "access_type": "LIMITED",
    "payment_mode": None,
    "products": [{"service_name": "granted.example", "rights": ["TECHNICAL", "STATISTICS"]}],
    "expires_at": "2027-03-01T00:00:00+00:00",
}
COMPLETE = {"access_type": "COMPLETE", "payment_mode": "PARTNER", "products": []}
CHANGE = "a request for another access"
REASON = "We <b>grew</b> & changed"


def payloads(world: World) -> dict[str, tuple[str, dict[str, Any]]]:
    """By topic: the id of the subject, and what the payload says beyond it."""
    limited, asked = world.id("limited"), world.id("invitation")
    alpina = world.id("alpina")
    parties = {"customer": alpina, "partner": world.id("nova"), "partnership": limited}
    return {
        "partnership.invited": (asked, {"secret": SECRET}),
        "partnership.requested": (limited, {"secret": SECRET, "terms": LIMITED, "message": REASON}),
        "partnership.accepted": (limited, {}),
        "partnership.granted_differs": (limited, {"asked": COMPLETE, "granted": LIMITED}),
        "partnership.declined": (asked, {"reason": REASON}),
        "partnership.cancelled": (asked, {}),
        "partnership.expired": (asked, {}),
        "partnership.reminder": (asked, {"days_left": 5}),
        "partnership.review_due": (limited, {}),
        "partnership.ending": (limited, {"ends_at": "2027-03-01T00:00:00+00:00"}),
        "partnership.suspended": (limited, {"reason": REASON}),
        "partnership.resumed": (limited, {"reason": REASON}),
        "partnership.terminated": (limited, {"ended_by": "CLOCK", "reason": "DATE_REACHED", "words": REASON}),
        "partnership.products_without_payer": (
            world.id("partner_pays"),
            {"products": [{"service_name": "corvine.example", "expires_at": "2027-03-01T00:00:00+00:00"}]},
        ),
        "access.product_added": (world.id("access"), {}),
        "access.product_removed": (world.id("access"), {}),
        "access.product_ended": (world.id("access"), {"by": "CUSTOMER"}),
        "access.rights_changed": (world.id("access"), {"rights": ["STATISTICS"]}),
        "access.type_changed": (limited, {"before": LIMITED, "after": COMPLETE}),
        "access.change_requested": (
            CHANGE,
            parties | {"message": REASON},
        ),
        "access.change_answered": (
            CHANGE,
            parties | {"verdict": "REFUSED", "reason": REASON},
        ),
        "product.terminated": (world.id("borean"), {}),
        "pending_action.requested": (world.id("pending"), {}),
        "pending_action.confirmed": (world.id("pending"), {"verdict": "CONFIRMED"}),
        "pending_action.refused": (world.id("pending"), {"verdict": "REFUSED"}),
        "pending_action.expired": (world.id("pending"), {"verdict": "EXPIRED"}),
        "payment_mode.changed": (world.id("complete"), {"before": "CUSTOMER", "after": "PARTNER"}),
        "member.invited": (
            world.id("newcomer"),
            {
                "organisation": alpina,
                "secret": SECRET,
                "email": UNKNOWN_ADDRESS,
                "first_name": "Nina",
                "locale": "it_IT",
            },
        ),
        "member.invitation_expired": (world.id("newcomer"), {}),
        "member.role_changed": (world.id("cE"), {"before": "EMPLOYEE", "after": "ADMINISTRATOR"}),
        "member.removed": (world.id("cE"), {}),
        "token.created": (world.id("token_pE"), {}),
        "token.expiring": (world.id("token_pE"), {}),
        "token.revoked": (world.id("token_pE"), {}),
        "export.failed": (world.id("export"), {}),
        "export.refused": (world.id("export"), {}),
        "export.ready": (world.id("export"), {"expires_at": "2027-03-01T00:00:00+00:00"}),
        "support.access_granted": (world.id("support_access"), {}),
        "support.access_expiring": (world.id("support_access"), {"days_left": 1}),
        "support.access_revoked": (world.id("support_access"), {}),
        "invitation.undeliverable": (asked, {}),
    }


async def announce(topic: str, subject: str, now: datetime | None = None, **payload: Any) -> OutboxMessage:
    """An event in the outbox."""
    return await OutboxMessage.create(
        topic=topic,
        payload={"subject": subject, "requestId": "a-request"} | payload,
        dedupe_key=f"{topic}:{subject}:{new_id().hex}",
        run_after=now or datetime.now(UTC),
    )


async def announce_in(world: World, topic: str, **changes: Any) -> OutboxMessage:
    """The world's event of this topic."""
    subject, payload = payloads(world)[topic]
    if subject == CHANGE:
        subject = ids.encode(await access_change(world))
    return await announce(topic, subject, **(payload | changes))


async def access_change(world: World) -> AccessChangeRequest:
    return await AccessChangeRequest.create(
        partnership_id=world.limited.id,
        access_type=AccessType.COMPLETE,
        payment_mode=PaymentMode.PARTNER,
        status=AccessChangeStatus.PENDING,
        requested_at=world.now,
        expires_at=world.now + timedelta(days=30),
    )


def address(world: World, name: str) -> str:
    return world.people[name].user.email


async def customer_invitation(world: World, locale: str = "de_DE") -> CustomerInvitation:
    """A partner asks somebody who has no organisation here."""
    return await CustomerInvitation.create(
        partner_id=world.nova.id,
        email=UNKNOWN_ADDRESS,
        locale=locale,
        access_type=AccessType.COMPLETE,
        payment_mode=PaymentMode.PARTNER,
        status=PartnershipStatus.INVITED,
        secret_digest=new_id().hex,
        invited_at=world.now,
        answer_by=world.now + timedelta(days=30),
        sent_at=world.now,
    )
