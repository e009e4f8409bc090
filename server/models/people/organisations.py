"""Organisations: customers, partners, or both."""

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from server.domain.folding import name_key
from server.domain.money import Currency
from server.domain.people.organisations import LegalEntityType, PartnerStatus, RegistrationScheme
from server.models.base import VersionedRow, enum_column, nullable_enum_column


class Organisation(VersionedRow):
    """An account that owns products and has members."""

    name = fields.CharField(max_length=120)
    name_key = fields.CharField(max_length=240, db_index=True)
    legal_name = fields.CharField(max_length=120)
    legal_entity_type = enum_column(LegalEntityType, max_length=20)
    street = fields.CharField(max_length=120)
    postcode = fields.CharField(max_length=20)
    city = fields.CharField(max_length=80)
    region = fields.CharField(max_length=80, null=True)
    country = fields.CharField(max_length=2)
    currency = enum_column(Currency, max_length=3)
    registration_scheme = nullable_enum_column(RegistrationScheme, max_length=20)
    registration_number = fields.CharField(max_length=30, null=True)
    partner_status = nullable_enum_column(PartnerStatus, max_length=20)
    is_listed_partner = fields.BooleanField(default=False, db_default=False)
    is_affiliate = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "organisation"
        indexes = (("partner_status", "name_key"),)
        constraints = (
            CheckConstraint(
                name="organisation_partner_or_affiliate",
                check="NOT (is_affiliate AND partner_status IS NOT NULL)",
            ),
            CheckConstraint(
                name="organisation_registration_whole",
                check="(registration_scheme IS NULL) = (registration_number IS NULL)",
            ),
            CheckConstraint(
                name="organisation_currency_of_country",
                check="(currency = 'CHF') = (country IN ('CH', 'LI'))",
            ),
        )

    @classmethod
    def build(cls, **columns: Any) -> "Organisation":
        """An organisation that is not stored yet, with the key by which it is searched and sorted."""
        return cls(name_key=name_key(columns["name"]), **columns)
