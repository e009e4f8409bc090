"""Rows that tests put into the database, each with as little as it needs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from server.domain.folding import name_key
from server.domain.money import Currency
from server.domain.oversight.exports import ExportKind, ExportState, reach_digest
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.people import email_links, tokens
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import LegalEntityType, RegistrationScheme
from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.domain.products.products import Period, ProductCategory
from server.domain.rights import ProductRight, Role, Scope
from server.domain.viewer import Viewer, ViewerMembership
from server.models import (
    AccessChangeRequest,
    ApiToken,
    ApiTokenCustomer,
    CustomerInvitation,
    CustomerNote,
    Export,
    Membership,
    Organisation,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
    RequestedProduct,
    Session,
    User,
)
from server.resolvers.people.sessions import session_digest

PASSWORD = "correct horse battery staple"
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
_PASSWORD_HASH = CHEAP.hash(PASSWORD)

# The world is built once per run: anyone who is signed in there stays so, and confirmed, on the slowest machine.
_SLOWEST_RUN = timedelta(hours=6)


@dataclass
class Person:
    """Somebody of the world, signed in: `session` is their cookie."""

    user: User
    membership: Membership
    session: str

    @property
    def organisation_id(self) -> UUID:
        return self.membership.organisation_id


async def export(of: Person, *, now: datetime, **columns: Any) -> Export:
    """What partners did for somebody's organisation, ready to be taken away."""
    member = of.membership
    viewer = Viewer(of.user.id, (ViewerMembership(member.id, member.organisation_id, member.role),))
    defaults = {
        "kind": ExportKind.PARTNER_ACTIVITY,
        "state": ExportState.READY,
        "row_count": 1,
        "reach_digest": reach_digest(viewer, member.organisation_id, []),
        "ready_at": now,
        "expires_at": now + timedelta(hours=24),
    }
    return await Export.create(
        organisation_id=member.organisation_id, requested_by_id=of.user.id, **(defaults | columns)
    )


async def organisation(name: str, country: str = "CH", **columns: Any) -> Organisation:
    row = Organisation.build(
        name=name,
        legal_name=f"{name} Ltd",
        legal_entity_type=LegalEntityType.COMPANY,
        street="Long street 1",
        postcode="1200",
        city="Town",
        country=country,
        currency=Currency.CHF if country in ("CH", "LI") else Currency.EUR,
        registration_scheme=RegistrationScheme.OTHER_REGISTER,
        registration_number="HRB1234",
        **columns,
    )
    await row.save()
    return row


async def person(name: str, at: Organisation, role: Role, now: datetime) -> Person:
    user = await User.create(
        email=f"{name.lower()}@{at.name.lower()}.example",
        first_name=name,
        last_name=at.name,
        password_hash=_PASSWORD_HASH,
    )
    membership = await Membership.create(
        user_id=user.id, organisation_id=at.id, role=role, status=MembershipStatus.ACTIVE, joined_at=now
    )
    secret = f"session of {name} at {at.name}".replace(" ", "-")
    await Session.create(
        user_id=user.id,
        secret_digest=session_digest(secret),
        password_confirmed_at=now + _SLOWEST_RUN,
        expires_at=now + _SLOWEST_RUN + timedelta(hours=1),
    )
    return Person(user, membership, secret)


async def product(name: str, owner: Organisation, **columns: Any) -> Product:
    defaults = {"category": ProductCategory.WEB_HOSTING}
    return await Product.create(
        organisation_id=owner.id,
        service_name=f"{name}.example",
        customer_name=name,
        customer_name_key=name_key(name),
        internal_name=f"web {name}",
        price_minor=992,
        currency=owner.currency,
        period=Period.MONTH,
        expires_at=datetime.now(UTC) + timedelta(days=100),
        **(defaults | columns),
    )


async def partnership(
    customer: Organisation,
    partner: Organisation,
    payment_mode: PaymentMode | None = None,
    *,
    status: PartnershipStatus = PartnershipStatus.ACTIVE,
    now: datetime,
    initiated_by: Side = Side.CUSTOMER,
) -> Partnership:
    """Limited, or complete with this payment mode."""
    access_type = AccessType.COMPLETE if payment_mode else AccessType.LIMITED
    is_open = status is PartnershipStatus.INVITED
    return await Partnership.create(
        customer_id=customer.id,
        partner_id=partner.id,
        access_type=access_type,
        payment_mode=payment_mode,
        requested_access_type=access_type,
        requested_payment_mode=payment_mode,
        status=status,
        initiated_by=initiated_by,
        invited_at=now,
        sent_at=now,
        answer_by=now + timedelta(days=30) if is_open else None,
        activated_at=None if is_open else now,
    )


async def customer_invitation(
    asking: Organisation, email: str, secret: str, *, now: datetime, **columns: Any
) -> CustomerInvitation:
    """An open request by e-mail for limited access."""
    return await CustomerInvitation.create(
        partner_id=asking.id,
        email=email,
        locale="en_GB",
        access_type=AccessType.LIMITED,
        status=PartnershipStatus.INVITED,
        secret_digest=email_links.link_digest(secret),
        invited_at=now,
        sent_at=now,
        answer_by=now + timedelta(days=30),
        **columns,
    )


async def change_request(through: Partnership, *, now: datetime, **columns: Any) -> AccessChangeRequest:
    """An open request for more products."""
    return await AccessChangeRequest.create(
        partnership_id=through.id,
        access_type=AccessType.LIMITED,
        message="The mail too, please.",
        status=AccessChangeStatus.PENDING,
        requested_at=now,
        expires_at=now + timedelta(days=30),
        **columns,
    )


async def pending_action(
    through: Partnership, about: Product, asker: User, *, now: datetime, **columns: Any
) -> PendingAction:
    """The end of a product, asked for and not answered."""
    defaults = {"status": PendingActionStatus.PENDING, "reason": "Nobody uses it.", "requested_at": now}
    return await PendingAction.create(
        product_id=about.id,
        partnership_id=through.id,
        customer_id=through.customer_id,
        partner_id=through.partner_id,
        kind=PendingActionKind.TERMINATE_PRODUCT,
        requested_by_id=asker.id,
        expires_at=now + timedelta(days=7),
        **(defaults | columns),
    )


async def customer_note(through: Partnership, alias: str | None, notes: str | None) -> CustomerNote:
    """What the partner notes of its customer."""
    return await CustomerNote.create(partnership_id=through.id, alias=alias, notes=notes)


async def grant(through: Partnership, granted: Product, rights: list[ProductRight]) -> ProductAccess:
    return await ProductAccess.create(
        partnership_id=through.id, product_id=granted.id, rights=rights, granted_at=through.invited_at
    )


async def request(invitation: Partnership, asked: Product, rights: list[ProductRight]) -> RequestedProduct:
    return await RequestedProduct.create(
        partnership_id=invitation.id, product_id=asked.id, service_name=asked.service_name, rights=rights
    )


async def token(
    owner: Person, scopes: list[Scope], customers: list[Organisation], *, now: datetime, **columns: Any
) -> tuple[ApiToken, str]:
    """A token whose last use is noted for the whole run, so that using it changes nothing."""
    secret = tokens.new_token()
    defaults = {"expires_at": now + timedelta(days=90), "last_used_at": now + timedelta(hours=1)}
    row = await ApiToken.create(
        user_id=owner.user.id,
        organisation_id=owner.organisation_id,
        name="a tool",
        secret_digest=tokens.token_digest(secret),
        last_four=secret[-4:],
        scopes=[scope.name for scope in scopes],
        is_for_some_customers=bool(customers),
        **(defaults | columns),
    )
    for customer in customers:
        await ApiTokenCustomer.create(api_token_id=row.id, customer_id=customer.id)
    return row, secret
