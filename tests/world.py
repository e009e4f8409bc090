"""One small world, with everybody in it that a rule can be about.

Three partners and four customers:

    company     members                 partner Nova (LR pL, AD pA, EM pE assigned, EM pU unassigned) as
    ──────────  ──────────────────────  ───────────────────────────────────────────────────────────────
    Alpina      cL, cA, cE, cX          limited: `granted` (both rights), `watched` (statistics); not `kept`
    Borea       bL                      complete, the customer pays
    Corvo       kL                      complete, the partner pays
    Delta       dL                      invited, complete, not answered (`invitation`)

Rival (qL, qE) is the other partner: limited at Alpina for `rivals`; it asked bL by e-mail (`by_email`, `secret`).
Third is a partner without members or customers: it asks Alpina for limited access (`asked`), and Nova asks to
manage it, which its mail server refused (`wooed`). At Alpina Nova asks for more (`change`). Nothing else connects the companies.

Of Alpina and of Borea Nova notes something (`note`, `complete_note`), Rival of Alpina (`rivals_note`).

At Borea pE asks to end `borean` (`pending`). Alpina has invited a `newcomer`, and has a team without members to which it opened `kept` (`team`, `own_grant`).
cL has asked for what Alpina's partners did, and the file is there (`export`).
Alpina's employee cE opened their mail to support (`support_access`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from server.domain.folding import name_key
from server.domain.money import Currency
from server.domain.oversight.exports import ExportKind, ExportState, lines, reach_digest
from server.domain.partnerships import email_links, receipts
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.people import tokens
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import LegalEntityType, PartnerStatus, RegistrationScheme
from server.domain.products.own_product_grants import FOREVER
from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.domain.products.products import Period, ProductCategory
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.domain.support.support_access import SupportAccessKind
from server.domain.viewer import Viewer, ViewerMembership
from server.models import (
    AccessChangeRequest,
    ApiToken,
    ApiTokenCustomer,
    AuditEvent,
    CustomerInvitation,
    CustomerNote,
    EmployeeAssignment,
    Export,
    ExportPart,
    MemberInvitation,
    Membership,
    Organisation,
    OwnProductGrant,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
    Receipt,
    RequestedProduct,
    Session,
    SupportAccessGrant,
    Team,
    User,
)
from server.resolvers import ids
from server.resolvers.people.sessions import session_digest

PASSWORD = "correct horse battery staple"
INVITED = "the secret in the link of the newcomer"
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


@dataclass
class World:
    """Everybody by the short name of the table above; rows by what they are."""

    now: datetime
    people: dict[str, Person] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    secret: str = "the secret of a request by e-mail"
    secret_too: str = "the secret of another, to somebody without an account"

    def __getattr__(self, name: str) -> Any:
        for known in (self.people, self.rows):
            if name in known:
                return known[name]
        raise AttributeError(name)

    def id(self, name: str) -> str:
        """The id of a row or of a person's membership, as callers see it."""
        return ids.encode(self.people[name].membership if name in self.people else self.rows[name])


async def build_world() -> World:
    """Store the world and give it."""
    world = World(now=datetime.now(UTC))
    rows = world.rows
    rows["nova"] = await organisation("Nova", partner_status=PartnerStatus.APPROVED, is_listed_partner=True)
    rows["rival"] = await organisation("Rival", "FR", partner_status=PartnerStatus.APPROVED)
    rows["third"] = await organisation("Third", partner_status=PartnerStatus.AT_RISK)
    for name in ("alpina", "borea", "corvo", "delta"):
        rows[name] = await organisation(name.capitalize(), "DE" if name == "corvo" else "CH")
    await _settle(world)
    await _stock(world)
    await _connect(world)
    await _gather(world)
    await _open_to_support(world)
    await _remember(world)
    await _export(world)
    await _issue_tokens(world)
    return world


async def _settle(world: World) -> None:
    settlers = {
        "nova": {
            "pL": Role.LEGAL_REPRESENTATIVE,
            "pA": Role.ADMINISTRATOR,
            "pE": Role.EMPLOYEE,
            "pU": Role.EMPLOYEE,
        },
        "rival": {"qL": Role.LEGAL_REPRESENTATIVE, "qE": Role.EMPLOYEE},
        "alpina": {
            "cL": Role.LEGAL_REPRESENTATIVE,
            "cA": Role.ADMINISTRATOR,
            "cE": Role.EMPLOYEE,
            "cX": Role.EXTERNAL,
        },
        "borea": {"bL": Role.LEGAL_REPRESENTATIVE},
        "corvo": {"kL": Role.LEGAL_REPRESENTATIVE},
        "delta": {"dL": Role.LEGAL_REPRESENTATIVE},
    }
    for company, members in settlers.items():
        for name, role in members.items():
            world.people[name] = await person(name, world.rows[company], role, world.now)
    world.kL.user.is_staff = True
    await world.kL.user.save(update_fields=["is_staff"])
    # Of no company's domain: anyone who asks by e-mail has seen the address.
    world.bL.user.email = "bl@home.example"
    await world.bL.user.save(update_fields=["email"])


async def _stock(world: World) -> None:
    products = {
        "alpina": ("granted", "watched", "kept", "rivals"),
        "borea": ("borean",),
        "corvo": ("corvine",),
        "delta": ("deltaic",),
        "nova": ("novan",),
    }
    for company, names in products.items():
        for name in names:
            world.rows[name] = await product(name, world.rows[company])


async def _connect(world: World) -> None:
    rows = world.rows
    rows["limited"] = await partnership(rows["alpina"], rows["nova"], now=world.now)
    rows["access"] = await grant(rows["limited"], rows["granted"], list(ProductRight))
    rows["watching"] = await grant(rows["limited"], rows["watched"], [ProductRight.STATISTICS])
    rows["at_rival"] = await partnership(rows["alpina"], rows["rival"], now=world.now)
    rows["rivals_access"] = await grant(rows["at_rival"], rows["rivals"], list(ProductRight))
    rows["complete"] = await partnership(rows["borea"], rows["nova"], PaymentMode.CUSTOMER, now=world.now)
    rows["partner_pays"] = await partnership(rows["corvo"], rows["nova"], PaymentMode.PARTNER, now=world.now)
    rows["invitation"] = await partnership(
        rows["delta"], rows["nova"], PaymentMode.CUSTOMER, status=PartnershipStatus.INVITED, now=world.now
    )
    rows["asked"] = await partnership(
        rows["alpina"], rows["third"], status=PartnershipStatus.INVITED, now=world.now, initiated_by=Side.PARTNER
    )
    rows["wooed"] = await partnership(
        rows["third"], rows["nova"], status=PartnershipStatus.INVITED, now=world.now, initiated_by=Side.PARTNER
    )
    rows["wooed"].undeliverable_at = world.now
    await rows["wooed"].save(update_fields=["undeliverable_at"])
    rows["by_email"] = await customer_invitation(rows["rival"], world.bL.user.email, world.secret, now=world.now)
    rows["to_newcomer"] = await customer_invitation(rows["rival"], "new@come.example", world.secret_too, now=world.now)
    rows["change"] = await change_request(rows["limited"], now=world.now)
    rows["pending"] = await pending_action(rows["complete"], rows["borean"], world.pE.user, now=world.now)
    for name, served, rights in (
        ("assignment", "limited", [AssignmentRight.VIEW]),
        ("complete_assignment", "complete", [AssignmentRight.VIEW, AssignmentRight.MANAGE_PRODUCTS]),
    ):
        rows[name] = await EmployeeAssignment.create(
            membership_id=world.pE.membership.id, partnership_id=rows[served].id, rights=rights, assigned_at=world.now
        )
    for name, noted in (("note", "limited"), ("complete_note", "complete"), ("rivals_note", "at_rival")):
        rows[name] = await customer_note(rows[noted], f"alias in {name}", f"what is noted in {name}")


async def _gather(world: World) -> None:
    """Alpina's open invitation, and its team, which nobody is in."""
    rows = world.rows
    rows["newcomer"] = await MemberInvitation.create(
        organisation_id=rows["alpina"].id,
        email="newcomer@alpina.example",
        first_name="New",
        last_name="Comer",
        locale="fr_FR",
        role=Role.EMPLOYEE,
        secret_digest=email_links.digest(INVITED),
        invited_by_id=world.cL.user.id,
        invited_at=world.now,
        expires_at=world.now + timedelta(days=14),
    )
    rows["team"] = await Team.create(organisation_id=rows["alpina"].id, name="Web", name_key="web")
    rows["own_grant"] = await OwnProductGrant.create(
        organisation_id=rows["alpina"].id,
        team_id=rows["team"].id,
        product_id=rows["kept"].id,
        covers_until=FOREVER,
        rights=[ProductRight.TECHNICAL],
        granted_by_id=world.cL.user.id,
        granted_at=world.now,
    )


async def _open_to_support(world: World) -> None:
    world.rows["support_access"] = await SupportAccessGrant.create(
        user_id=world.cE.user.id,
        kind=SupportAccessKind.MAIL,
        ticket="a request for support",
        granted_at=world.now,
        expires_at=world.now + timedelta(days=10),
    )


async def _remember(world: World) -> None:
    """An act of Nova's employee on Alpina's behalf, and the receipt that began their partnership."""
    rows = world.rows
    rows["act"] = await AuditEvent.create(
        actor_id=world.pE.user.id,
        acting_organisation_id=rows["nova"].id,
        on_behalf_of_id=rows["alpina"].id,
        partnership_id=rows["limited"].id,
        product_access_id=rows["access"].id,
        action="access.revoked",
        subject_type="ProductAccess",
        subject_id=rows["access"].id,
        before={"revoked_at": None, "rights": ["TECHNICAL"], "product_id": rows["granted"].id.hex},
        after={"revoked_at": "2026-01-02T03:04:05+00:00", "rights": ["TECHNICAL"]},
        request_id="the first request",
    )
    body = receipts.canonical(
        {
            "partnership": ids.encode(rows["limited"]),
            "previous": receipts.FIRST,
            "sequence": 1,
            "what": "partnership.invited",
        }
    )
    rows["receipt"] = await Receipt.create(
        partnership_id=rows["limited"].id,
        sequence=1,
        what="partnership.invited",
        body=body,
        hash=receipts.receipt_hash(body),
    )


async def _export(world: World) -> None:
    """The file that cL asked for, without a link."""
    content = lines([["id"], [world.id("act")]])
    world.rows["export"] = await export(world.cL, now=world.now, size_in_bytes=len(content))
    await ExportPart.create(export_id=world.export.id, place=0, content=content)


async def _issue_tokens(world: World) -> None:
    everything = list(Scope)
    reading = [scope for scope in Scope if scope.value.endswith("_READ")]
    for name, owner, scopes, customers in (
        ("cL", "cL", everything, ()),
        ("pL", "pL", everything, ()),
        ("pE", "pE", everything, ()),
        ("reader", "pL", reading, ()),
        ("products", "pL", [Scope.PRODUCTS_READ], ()),
        ("only_borea", "pL", everything, ("borea",)),
    ):
        world.rows[f"token_{name}"], world.tokens[name] = await token(
            world.people[owner], scopes, [world.rows[customer] for customer in customers], now=world.now
        )


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
        secret_digest=email_links.digest(secret),
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
