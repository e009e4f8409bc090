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
manage it, which its mail server refused (`wooed`). At Alpina Nova asks for more (`change`). Nothing else connects the companies. kL is also of the programme's staff.

Of Alpina and of Borea Nova notes something (`note`, `complete_note`), Rival of Alpina (`rivals_note`).

At Borea pE asks to end `borean` (`pending`). Alpina has invited a `newcomer`, and has a team without members to which it opened `kept` (`team`, `own_grant`).
cL has asked for what Alpina's partners did, and the file is there (`export`).
Alpina's employee cE opened their mail to support (`support_access`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.oversight.exports import render_csv
from server.domain.partnerships import receipts
from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode, Side
from server.domain.people import email_links
from server.domain.people.organisations import PartnerStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.domain.support.support_access import SupportAccessKind
from server.models import (
    AuditEvent,
    EmployeeAssignment,
    ExportPart,
    MemberInvitation,
    OwnProductGrant,
    Receipt,
    SupportAccessGrant,
    Team,
)
from server.resolvers import ids
from tests.rows import (
    Person,
    change_request,
    customer_invitation,
    customer_note,
    export,
    grant,
    organisation,
    partnership,
    pending_action,
    person,
    product,
    token,
)

INVITED = "the secret in the link of the newcomer"


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
        secret_digest=email_links.link_digest(INVITED),
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
    body = receipts.canonical_json(
        {
            "partnership": ids.encode(rows["limited"]),
            "previous": receipts.FIRST_PREVIOUS_HASH,
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
    content = render_csv([["id"], [world.id("act")]])
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
        ("kL", "kL", everything, ()),
    ):
        world.rows[f"token_{name}"], world.tokens[name] = await token(
            world.people[owner], scopes, [world.rows[customer] for customer in customers], now=world.now
        )
