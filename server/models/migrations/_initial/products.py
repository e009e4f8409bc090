"""The catalogue, products, and grants of an organisation's own products to its members."""

from typing import Final

from server.models.migrations._initial.columns import (
    amount,
    day,
    document,
    enum,
    flag,
    reference,
    table,
    text,
    timestamp,
)
from server.models.migrations._initial.enums import Currency, Period, ProductCategory, ProductState

TABLES: Final = [
    *table(
        "CatalogueItem",
        "catalogue_item",
        {
            "sku": text(60, unique=True),
            "category": enum(ProductCategory, 20),
            "name": text(120),
            "name_key": text(240, db_index=True),
            "period": enum(Period, 5),
            "tld": text(20, null=True),
            "is_sellable": flag(),
        },
        checks={
            "catalogue_item_tld": "(category = 'DOMAIN') = (tld IS NOT NULL)",
        },
    ),
    *table(
        "CataloguePrice",
        "catalogue_price",
        {
            "item": reference("CatalogueItem", "prices"),
            "currency": enum(Currency, 3),
            "amount_minor": amount(),
            "valid_from": day(),
        },
        checks={
            "catalogue_price_not_negative": "amount_minor >= 0",
        },
        uniques={
            "catalogue_price_once": ("item_id", "currency", "valid_from"),
        },
    ),
    *table(
        "Product",
        "product",
        {
            "organisation": reference("Organisation", "products"),
            "category": enum(ProductCategory, 20),
            "service_name": text(120),
            "customer_name": text(120),
            "customer_name_key": text(240),
            "internal_name": text(120),
            "price_minor": amount(),
            "currency": enum(Currency, 3),
            "period": enum(Period, 5),
            "expires_at": timestamp(),
            "auto_renew": flag(),
            "state": enum(ProductState, 10),
            "is_locked": flag(),
            "is_trial": flag(),
            "payer": reference("Organisation", "products_paid", null=True),
        },
        is_versioned=True,
        indexes=[
            ("organisation_id", "customer_name_key", "id"),
            ("organisation_id", "expires_at", "id"),
            ("organisation_id", "created_at", "id"),
        ],
        checks={
            "product_price_not_negative": "price_minor >= 0",
        },
    ),
    *table(
        "OwnProductGrant",
        "own_product_grant",
        {
            "organisation": reference("Organisation", "own_product_grants"),
            "membership": reference("Membership", "product_grants", null=True),
            "team": reference("Team", "product_grants", null=True),
            "product": reference("Product", "own_grants", null=True),
            "category": enum(ProductCategory, 20, null=True),
            "covers_until": timestamp(),
            "rights": document(),
            "granted_by": reference("User", "own_product_grants"),
            "granted_at": timestamp(),
            "revoked_at": timestamp(null=True),
        },
        is_versioned=True,
        indexes=[
            ("organisation_id", "category"),
            ("organisation_id", "granted_at", "id"),
            ("product_id",),
            ("membership_id", "granted_at", "id"),
            ("team_id", "granted_at", "id"),
        ],
        checks={
            "own_product_grant_one_holder": "(membership_id IS NULL) <> (team_id IS NULL)",
            "own_product_grant_one_extent": "(product_id IS NULL) <> (category IS NULL)",
        },
        uniques={
            "own_product_grant_member_product": (("membership_id", "product_id"), "revoked_at IS NULL"),
            "own_product_grant_member_category": (("membership_id", "category"), "revoked_at IS NULL"),
            "own_product_grant_team_product": (("team_id", "product_id"), "revoked_at IS NULL"),
            "own_product_grant_team_category": (("team_id", "category"), "revoked_at IS NULL"),
        },
    ),
]
