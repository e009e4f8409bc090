"""What do ours and its peers do beyond the usual when they grant a product?

They lock the customer, look again at who asks once they hold the locks, and leave a receipt.
"""

from datetime import UTC, datetime
from uuid import UUID

from benchmarks.plain.context import Context
from server.domain.events import AuditAction
from server.domain.partnerships import receipts as rules
from server.domain.people import tokens
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role, Scope
from server.models import ApiToken, ApiTokenExclusion, Membership, Organisation, Partnership, ProductAccess, Receipt

_LEADERS = (Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR)


async def lock_customer(partnership_id: UUID) -> None:
    """Until the transaction ends. Before the partnership, so that nobody waits in a circle."""
    partnership = await Partnership.filter(id=partnership_id).only("customer_id").first()
    if partnership is not None:
        await Organisation.filter(id=partnership.customer_id).select_for_update(no_key=True).only("id").first()


async def role_now(context: Context, customer_id: UUID) -> Role:
    """The viewer's role. Refused if they have lost it meanwhile, or if their token no longer holds."""
    viewer, now = context.viewer, datetime.now(UTC)
    assert viewer is not None
    assert viewer.token is not None
    membership = await Membership.get_or_none(
        user_id=viewer.user_id, organisation_id=customer_id, status=MembershipStatus.ACTIVE, role__in=_LEADERS
    )
    token = await ApiToken.get(id=viewer.token.token_id)
    is_excluded = await ApiTokenExclusion.filter(api_token_id=token.id, customer_id=customer_id).exists()
    is_alive = tokens.is_alive(token.expires_at, token.revoked_at, token.last_used_at, token.created_at, now)
    may_grant = Scope.PARTNERSHIPS_MANAGE in token.scopes and not token.is_for_some_customers
    if membership is None or is_excluded or not (is_alive and may_grant):
        raise PermissionError("You may not grant products here.")
    return membership.role


async def leave_receipt(partnership: Partnership, access: ProductAccess, role: Role, now: datetime) -> None:
    """The next link of the partnership's chain. The partnership is locked, so that the chain does not fork."""
    head = await Receipt.filter(partnership_id=partnership.id).order_by("-sequence").first()
    names = dict(
        await Organisation.filter(id__in=(partnership.customer_id, partnership.partner_id)).values_list("id", "name")
    )
    sequence = head.sequence + 1 if head else 1
    body = rules.canonical_json(
        {
            "what": AuditAction.ACCESS_GRANTED,
            "at": f"{now.replace(tzinfo=None).isoformat(timespec='microseconds')}Z",
            "partnership": f"pship_{partnership.id.hex}",
            "customer": {"id": f"org_{partnership.customer_id.hex}", "name": names[partnership.customer_id]},
            "partner": {"id": f"org_{partnership.partner_id.hex}", "name": names[partnership.partner_id]},
            "actor": {"side": "CUSTOMER", "role": role.value},
            "before": None,
            "after": {"product": f"prd_{access.product_id.hex}", "rights": [right.value for right in access.rights]},
            "sequence": sequence,
            "previous": head.hash if head else rules.FIRST_PREVIOUS_HASH,
        }
    )
    await Receipt.create(
        partnership_id=partnership.id,
        sequence=sequence,
        what=AuditAction.ACCESS_GRANTED,
        body=body,
        hash=rules.receipt_hash(body),
    )
