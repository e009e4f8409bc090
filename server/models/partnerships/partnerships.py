"""Partnerships, product accesses, requests by e-mail and requests to change access."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.domain.rights import ProductRight
from server.models.base import Row, VersionedRow, enum_column, nullable_enum_column
from server.models.people.organisations import Organisation
from server.models.people.users import User

if TYPE_CHECKING:
    from server.models.products.products import Product


class Partnership(VersionedRow):
    """The link between a customer and a partner who manages its products, from the invitation to the end (S1).

    `requested_…` keep what was proposed; `access_type` and `payment_mode` are what was granted. `answer_by` is the
    deadline of an open proposal and `sendings` how often it was sent since `sent_at` (S1.7). `undeliverable_at` is when
    its e-mails were permanently refused; sending again clears it (E41). `notices` and `review_notices` count the
    reminders sent for the current dates. The database enforces C1 and C2 with partial unique indexes and C4 with a
    trigger. Triggers keep `customer_name_key` equal to the customer's, so that an index can sort a partner's customers
    by name.
    """

    customer: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="partnerships_as_customer", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    partner: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="partnerships_as_partner", on_delete=fields.RESTRICT
    )
    partner_id: UUID
    customer_name_key = fields.CharField(max_length=240, default="", db_default="")
    access_type = enum_column(AccessType, max_length=10)
    payment_mode = nullable_enum_column(PaymentMode, max_length=10)
    status = enum_column(PartnershipStatus, max_length=10)
    initiated_by = enum_column(Side, max_length=10)
    message: str | None = fields.TextField(null=True)
    invited_at: datetime = fields.DatetimeField()
    activated_at: datetime | None = fields.DatetimeField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    end_reason: str | None = fields.TextField(null=True)
    ended_by = nullable_enum_column(EndedBy, max_length=10)
    termination_reason = nullable_enum_column(TerminationReason, max_length=20)
    requested_access_type = nullable_enum_column(AccessType, max_length=10)
    requested_payment_mode = nullable_enum_column(PaymentMode, max_length=10)
    grant_differs = fields.BooleanField(default=False, db_default=False)
    replaces_others = fields.BooleanField(default=False, db_default=False)
    answer_by: datetime | None = fields.DatetimeField(null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    sendings = fields.IntField(default=1, db_default=1)
    undeliverable_at: datetime | None = fields.DatetimeField(null=True)
    notices = fields.IntField(default=0, db_default=0)
    review_notices = fields.IntField(default=0, db_default=0)
    expires_at: datetime | None = fields.DatetimeField(null=True)
    review_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "partnership"
        indexes = (
            ("customer_id", "partner_id"),
            ("customer_id", "status"),
            ("partner_id", "status", "customer_id"),
            ("partner_id", "status", "customer_name_key", "id"),
            ("partner_id", "status", "activated_at", "id"),
            ("status", "answer_by"),
            ("status", "expires_at"),
            ("status", "review_at"),
        )
        constraints = (
            CheckConstraint(name="partnership_with_another", check="customer_id <> partner_id"),
            CheckConstraint(
                name="partnership_payment_mode", check="(access_type = 'COMPLETE') = (payment_mode IS NOT NULL)"
            ),
            UniqueConstraint(
                fields=("customer_id", "partner_id", "initiated_by"),
                name="partnership_one_live",
                condition="status IN ('INVITED', 'ACTIVE', 'SUSPENDED')",
            ),
            UniqueConstraint(
                fields=("customer_id", "partner_id"),
                name="partnership_one_in_force",
                condition="status IN ('ACTIVE', 'SUSPENDED')",
            ),
            UniqueConstraint(
                fields=("customer_id",),
                name="partnership_one_complete",
                condition="access_type = 'COMPLETE' AND status = 'ACTIVE'",
            ),
        )


class RequestedProduct(Row):
    """A product named in an invitation. It becomes a product access when the invitation is accepted.

    `moves` says that the customer moves it from the partner who manages it until then (E2).
    """

    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="requested_products", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    product: "fields.ForeignKeyRelation[Product]" = fields.ForeignKeyField(
        "models.Product", related_name="requests", on_delete=fields.RESTRICT
    )
    product_id: UUID
    service_name = fields.CharField(max_length=120)
    rights: list[ProductRight] = fields.JSONField[list[ProductRight]]()
    moves = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "requested_product"
        constraints = (UniqueConstraint(fields=("partnership_id", "product_id"), name="requested_product_once"),)


class ProductAccess(VersionedRow):
    """A limited partner's rights on one product. The row stays after the access is revoked.

    A partial unique index enforces C3: one partner manages a product.
    """

    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="product_accesses", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    product: "fields.ForeignKeyRelation[Product]" = fields.ForeignKeyField(
        "models.Product", related_name="accesses", on_delete=fields.RESTRICT
    )
    product_id: UUID
    rights: list[ProductRight] = fields.JSONField[list[ProductRight]]()
    granted_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="granted_accesses", null=True, on_delete=fields.RESTRICT
    )
    granted_by_id: UUID | None
    granted_at: datetime = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "product_access"
        indexes = (("product_id", "partnership_id"), ("partnership_id", "granted_at", "id"))
        constraints = (
            UniqueConstraint(fields=("product_id",), name="product_access_one_manager", condition="revoked_at IS NULL"),
        )


class CustomerInvitation(VersionedRow):
    """A request for access that a partner sends to someone of whom it knows only the e-mail address (S1.2).

    It does not reveal whether the address has an account (E25). It becomes a partnership when the addressee accepts it
    for an organisation that they represent (E24, E26). The secret in its link is stored as a digest.
    """

    partner: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="customer_invitations", on_delete=fields.RESTRICT
    )
    partner_id: UUID
    email = fields.CharField(max_length=254)
    locale = fields.CharField(max_length=5)
    access_type = enum_column(AccessType, max_length=10)
    payment_mode = nullable_enum_column(PaymentMode, max_length=10)
    message: str | None = fields.TextField(null=True)
    status = enum_column(PartnershipStatus, max_length=10)
    secret_digest = fields.CharField(max_length=64, unique=True)
    invited_at: datetime = fields.DatetimeField()
    answer_by: datetime = fields.DatetimeField()
    answered_at: datetime | None = fields.DatetimeField(null=True)
    sent_at: datetime = fields.DatetimeField()
    sendings = fields.IntField(default=1)
    undeliverable_at: datetime | None = fields.DatetimeField(null=True)
    notices = fields.IntField(default=0)
    partnership: fields.ForeignKeyNullableRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="customer_invitations", null=True, on_delete=fields.RESTRICT
    )
    partnership_id: UUID | None

    class Meta:
        table = "customer_invitation"
        indexes = (("partner_id", "invited_at", "id"), ("status", "answer_by"), ("email", "status"))
        constraints = (
            UniqueConstraint(
                fields=("partner_id", "email"), name="customer_invitation_one_open", condition="status = 'INVITED'"
            ),
        )


class AccessChangeRequest(VersionedRow):
    """A partner's request to change its access in an active partnership (S2.6).

    `message` names the products it needs.
    """

    partnership: fields.ForeignKeyRelation[Partnership] = fields.ForeignKeyField(
        "models.Partnership", related_name="access_change_requests", on_delete=fields.RESTRICT
    )
    partnership_id: UUID
    access_type = enum_column(AccessType, max_length=10)
    payment_mode = nullable_enum_column(PaymentMode, max_length=10)
    message: str | None = fields.TextField(null=True)
    status = enum_column(AccessChangeStatus, max_length=10)
    requested_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    answered_at: datetime | None = fields.DatetimeField(null=True)
    answer: str | None = fields.TextField(null=True)

    class Meta:
        table = "access_change_request"
        indexes = (("partnership_id", "requested_at", "id"), ("status", "expires_at"))
