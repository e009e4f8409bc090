"""Users and how they sign in, organisations, their members, teams and API tokens."""

from typing import Final

from tortoise.fields.base import OnDelete

from server.models.migrations._initial.columns import (
    document,
    enum,
    flag,
    later_indexes,
    number,
    reference,
    table,
    text,
    timestamp,
)
from server.models.migrations._initial.enums import (
    Currency,
    LegalEntityType,
    MemberInvitationStatus,
    MembershipStatus,
    PartnerStatus,
    RegistrationScheme,
    Role,
)

TABLES: Final = [
    *table(
        "User",
        "user_account",
        {
            "email": text(254, unique=True),
            "email_verified_at": timestamp(null=True),
            "first_name": text(80),
            "last_name": text(80),
            "locale": text(5),
            "password_hash": text(200, null=True),
            "is_staff": flag(db_default=False),
        },
        is_versioned=True,
        checks={
            "user_email_lower_case": "email = lower(email)",
        },
    ),
    *table(
        "Session",
        "session",
        {
            "user": reference("User", "sessions"),
            "secret_digest": text(64, unique=True),
            "password_confirmed_at": timestamp(),
            "expires_at": timestamp(),
            "ended_at": timestamp(null=True),
        },
        indexes=[
            ("user_id",),
        ],
    ),
    *table(
        "SignInFailure",
        "sign_in_failure",
        {
            "key": text(64, unique=True),
            "failures": number(),
            "since": timestamp(),
        },
        indexes=[
            ("since",),
        ],
    ),
    *table(
        "SignInSource",
        "sign_in_source",
        {
            "user": reference("User", "sign_in_sources", on_delete=OnDelete.CASCADE),
            "key": text(64),
            "seen_at": timestamp(),
        },
        indexes=[
            ("key",),
            ("user_id", "seen_at"),
            ("seen_at",),
        ],
        uniques={
            "sign_in_source_once": ("user_id", "key"),
        },
    ),
    *table(
        "Organisation",
        "organisation",
        {
            "name": text(120),
            "name_key": text(240, db_index=True),
            "legal_name": text(120),
            "legal_entity_type": enum(LegalEntityType, 20),
            "street": text(120),
            "postcode": text(20),
            "city": text(80),
            "region": text(80, null=True),
            "country": text(2),
            "currency": enum(Currency, 3),
            "registration_scheme": enum(RegistrationScheme, 20, null=True),
            "registration_number": text(30, null=True),
            "partner_status": enum(PartnerStatus, 20, null=True),
            "is_listed_partner": flag(db_default=False),
            "is_affiliate": flag(db_default=False),
        },
        is_versioned=True,
        indexes=[
            ("partner_status", "name_key"),
        ],
        checks={
            "organisation_partner_or_affiliate": "NOT (is_affiliate AND partner_status IS NOT NULL)",
            "organisation_registration_whole": "(registration_scheme IS NULL) = (registration_number IS NULL)",
            "organisation_currency_of_country": "(currency = 'CHF') = (country IN ('CH', 'LI'))",
        },
    ),
    *table(
        "Membership",
        "membership",
        {
            "user": reference("User", "memberships"),
            "organisation": reference("Organisation", "memberships"),
            "role": enum(Role, 20),
            "status": enum(MembershipStatus, 10),
            "can_manage_billing": flag(db_default=False),
            "notify_billing": flag(db_default=True),
            "notify_products": flag(db_default=True),
            "future_customer_rights": document(null=True),
            "joined_at": timestamp(null=True),
        },
        is_versioned=True,
        indexes=[
            ("organisation_id", "user_id"),
        ],
        uniques={
            "membership_once": (("user_id", "organisation_id"), "status <> 'REMOVED'"),
        },
    ),
    *table(
        "Team",
        "team",
        {
            "organisation": reference("Organisation", "teams"),
            "name": text(120),
            "name_key": text(240),
            "leader": reference("Membership", "led_teams", null=True),
            "deleted_at": timestamp(null=True),
        },
        is_versioned=True,
        indexes=[
            ("organisation_id", "name_key", "id"),
            ("leader_id",),
        ],
        uniques={
            "team_one_name": (("organisation_id", "name_key"), "deleted_at IS NULL"),
        },
    ),
    *table(
        "TeamMember",
        "team_member",
        {
            "team": reference("Team", "members"),
            "membership": reference("Membership", "team_places"),
            "joined_at": timestamp(),
        },
        indexes=[
            ("team_id", "joined_at", "id"),
            ("membership_id",),
        ],
        uniques={
            "team_member_once": ("team_id", "membership_id"),
        },
    ),
    *table(
        "MemberInvitation",
        "member_invitation",
        {
            "organisation": reference("Organisation", "member_invitations"),
            "email": text(254),
            "first_name": text(80),
            "last_name": text(80),
            "locale": text(5),
            "role": enum(Role, 20),
            "can_manage_billing": flag(),
            "notify_billing": flag(),
            "notify_products": flag(),
            "secret_digest": text(64, unique=True),
            "status": enum(MemberInvitationStatus, 10),
            "invited_by": reference("User", "member_invitations"),
            "invited_at": timestamp(),
            "expires_at": timestamp(),
            "answered_at": timestamp(null=True),
            "sent_again": document(),
            "undeliverable_at": timestamp(null=True),
        },
        is_versioned=True,
        indexes=[
            ("organisation_id", "invited_at", "id"),
        ],
        checks={
            "member_invitation_email_lower_case": "email = lower(email)",
        },
        uniques={
            "member_invitation_one_open": (("organisation_id", "email"), "status = 'PENDING'"),
        },
    ),
    *later_indexes("MemberInvitation", ("status", "expires_at")),
    *table(
        "MemberInvitationTeam",
        "member_invitation_team",
        {
            "member_invitation": reference("MemberInvitation", "invitation_teams"),
            "team": reference("Team", "invitation_teams"),
        },
        uniques={
            "member_invitation_team_once": ("member_invitation_id", "team_id"),
        },
    ),
    *table(
        "ApiToken",
        "api_token",
        {
            "user": reference("User", "api_tokens"),
            "organisation": reference("Organisation", "api_tokens"),
            "name": text(120),
            "secret_digest": text(64, unique=True),
            "last_four": text(4),
            "scopes": document(),
            "is_for_some_customers": flag(),
            "expires_at": timestamp(),
            "last_used_at": timestamp(null=True),
            "revoked_at": timestamp(null=True),
        },
        is_versioned=True,
        indexes=[
            ("organisation_id", "created_at", "id"),
        ],
    ),
    *table(
        "ApiTokenCustomer",
        "api_token_customer",
        {
            "api_token": reference("ApiToken", "token_customers"),
            "customer": reference("Organisation", "token_customers"),
        },
        uniques={
            "api_token_customer_once": ("api_token_id", "customer_id"),
        },
    ),
    *table(
        "ApiTokenExclusion",
        "api_token_exclusion",
        {
            "api_token": reference("ApiToken", "exclusions"),
            "customer": reference("Organisation", "token_exclusions"),
        },
        indexes=[
            ("customer_id", "api_token_id"),
        ],
        uniques={
            "api_token_exclusion_once": ("api_token_id", "customer_id"),
        },
    ),
]
