"""The first tables. Constraints are added one by one: a table's creation leaves out those in its options."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from server.domain.people.memberships import MembershipStatus
from server.domain.money import Currency
from server.domain.people.organisations import LegalEntityType, PartnerStatus, RegistrationScheme
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.products.products import Period, ProductCategory, ProductState
from server.domain.rights import Role
from server.models.base import new_id
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='CatalogueItem',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('sku', fields.CharField(unique=True, max_length=60)),
                ('category', fields.CharEnumField(enum_type=ProductCategory, max_length=20)),
                ('name', fields.CharField(max_length=120)),
                ('name_key', fields.CharField(db_index=True, max_length=240)),
                ('period', fields.CharEnumField(enum_type=Period, max_length=5)),
                ('tld', fields.CharField(null=True, max_length=20)),
                ('is_sellable', fields.BooleanField(default=True)),
            ],
            options={'table': 'catalogue_item', 'app': 'models', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='CataloguePrice',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('item', fields.ForeignKeyField('models.CatalogueItem', source_field='item_id', db_constraint=True, to_field='id', related_name='prices', on_delete=OnDelete.RESTRICT)),
                ('currency', fields.CharEnumField(enum_type=Currency, max_length=3)),
                ('amount_minor', fields.BigIntField()),
                ('valid_from', fields.DateField()),
            ],
            options={'table': 'catalogue_price', 'app': 'models', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Organisation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('name', fields.CharField(max_length=120)),
                ('name_key', fields.CharField(db_index=True, max_length=240)),
                ('legal_name', fields.CharField(max_length=120)),
                ('legal_entity_type', fields.CharEnumField(enum_type=LegalEntityType, max_length=20)),
                ('street', fields.CharField(max_length=120)),
                ('postcode', fields.CharField(max_length=20)),
                ('city', fields.CharField(max_length=80)),
                ('region', fields.CharField(null=True, max_length=80)),
                ('country', fields.CharField(max_length=2)),
                ('currency', fields.CharEnumField(enum_type=Currency, max_length=3)),
                ('registration_scheme', fields.CharEnumField(null=True, enum_type=RegistrationScheme, max_length=20)),
                ('registration_number', fields.CharField(null=True, max_length=30)),
                ('partner_status', fields.CharEnumField(null=True, enum_type=PartnerStatus, max_length=20)),
                ('is_listed_partner', fields.BooleanField(default=False, db_default=False)),
                ('is_affiliate', fields.BooleanField(default=False, db_default=False)),
            ],
            options={'table': 'organisation', 'app': 'models', 'indexes': [Index(fields=['partner_status', 'name_key'])], 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('topic', fields.CharField(max_length=60)),
                ('payload', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('dedupe_key', fields.CharField(unique=True, max_length=200)),
                ('run_after', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('attempts', fields.IntField(default=0)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('dead_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'outbox_message', 'app': 'models', 'indexes': [Index(fields=['sent_at', 'dead_at', 'run_after'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Partnership',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('customer', fields.ForeignKeyField('models.Organisation', source_field='customer_id', db_constraint=True, to_field='id', related_name='partnerships_as_customer', on_delete=OnDelete.RESTRICT)),
                ('partner', fields.ForeignKeyField('models.Organisation', source_field='partner_id', db_constraint=True, to_field='id', related_name='partnerships_as_partner', on_delete=OnDelete.RESTRICT)),
                ('access_type', fields.CharEnumField(enum_type=AccessType, max_length=10)),
                ('payment_mode', fields.CharEnumField(null=True, enum_type=PaymentMode, max_length=10)),
                ('status', fields.CharEnumField(enum_type=PartnershipStatus, max_length=10)),
                ('initiated_by', fields.CharEnumField(enum_type=Side, max_length=10)),
                ('message', fields.TextField(null=True, unique=False)),
                ('invited_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('activated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('end_reason', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'partnership', 'app': 'models', 'indexes': [Index(fields=['customer_id', 'partner_id']), Index(fields=['partner_id', 'status', 'customer_id'])], 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='Product',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='products', on_delete=OnDelete.RESTRICT)),
                ('category', fields.CharEnumField(enum_type=ProductCategory, max_length=20)),
                ('service_name', fields.CharField(max_length=120)),
                ('customer_name', fields.CharField(max_length=120)),
                ('customer_name_key', fields.CharField(max_length=240)),
                ('internal_name', fields.CharField(max_length=120)),
                ('price_minor', fields.BigIntField()),
                ('currency', fields.CharEnumField(enum_type=Currency, max_length=3)),
                ('period', fields.CharEnumField(enum_type=Period, max_length=5)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('auto_renew', fields.BooleanField(default=True)),
                ('state', fields.CharEnumField(default=ProductState.ACTIVE, enum_type=ProductState, max_length=10)),
                ('is_locked', fields.BooleanField(default=False)),
                ('is_trial', fields.BooleanField(default=False)),
            ],
            options={'table': 'product', 'app': 'models', 'indexes': [Index(fields=['organisation_id', 'customer_name_key', 'id']), Index(fields=['organisation_id', 'expires_at', 'id']), Index(fields=['organisation_id', 'created_at', 'id'])], 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='RequestedProduct',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('partnership', fields.ForeignKeyField('models.Partnership', source_field='partnership_id', db_constraint=True, to_field='id', related_name='requested_products', on_delete=OnDelete.RESTRICT)),
                ('product', fields.ForeignKeyField('models.Product', source_field='product_id', db_constraint=True, to_field='id', related_name='requests', on_delete=OnDelete.RESTRICT)),
                ('service_name', fields.CharField(max_length=120)),
                ('rights', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'requested_product', 'app': 'models', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='SignInFailure',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('key', fields.CharField(unique=True, max_length=64)),
                ('failures', fields.IntField(default=0)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_in_failure', 'app': 'models', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='User',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('email', fields.CharField(unique=True, max_length=254)),
                ('email_verified_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('first_name', fields.CharField(max_length=80)),
                ('last_name', fields.CharField(max_length=80)),
                ('locale', fields.CharField(default='en_GB', max_length=5)),
                ('password_hash', fields.CharField(null=True, max_length=200)),
            ],
            options={'table': 'user_account', 'app': 'models', 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='ApiToken',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='api_tokens', on_delete=OnDelete.RESTRICT)),
                ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='api_tokens', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=120)),
                ('secret_digest', fields.CharField(unique=True, max_length=64)),
                ('last_four', fields.CharField(max_length=4)),
                ('scopes', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('is_for_some_customers', fields.BooleanField(default=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'api_token', 'app': 'models', 'indexes': [Index(fields=['organisation_id', 'created_at', 'id'])], 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='ApiTokenCustomer',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('api_token', fields.ForeignKeyField('models.ApiToken', source_field='api_token_id', db_constraint=True, to_field='id', related_name='token_customers', on_delete=OnDelete.RESTRICT)),
                ('customer', fields.ForeignKeyField('models.Organisation', source_field='customer_id', db_constraint=True, to_field='id', related_name='token_customers', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'api_token_customer', 'app': 'models', 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('actor', fields.ForeignKeyField('models.User', source_field='actor_id', null=True, db_constraint=True, to_field='id', related_name='audit_events', on_delete=OnDelete.RESTRICT)),
                ('api_token', fields.ForeignKeyField('models.ApiToken', source_field='api_token_id', null=True, db_constraint=True, to_field='id', related_name='audit_events', on_delete=OnDelete.RESTRICT)),
                ('acting_organisation', fields.ForeignKeyField('models.Organisation', source_field='acting_organisation_id', null=True, db_constraint=True, to_field='id', related_name='acts', on_delete=OnDelete.RESTRICT)),
                ('on_behalf_of', fields.ForeignKeyField('models.Organisation', source_field='on_behalf_of_id', null=True, db_constraint=True, to_field='id', related_name='acts_on_behalf', on_delete=OnDelete.RESTRICT)),
                ('action', fields.CharField(max_length=60)),
                ('subject_type', fields.CharField(max_length=40)),
                ('subject_id', fields.UUIDField()),
                ('before', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('after', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('request_id', fields.CharField(max_length=64)),
            ],
            options={'table': 'audit_event', 'app': 'models', 'indexes': [Index(fields=['acting_organisation_id', 'created_at']), Index(fields=['on_behalf_of_id', 'created_at']), Index(fields=['subject_type', 'subject_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.CreateModel(
            name='Membership',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='memberships', on_delete=OnDelete.RESTRICT)),
                ('organisation', fields.ForeignKeyField('models.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='memberships', on_delete=OnDelete.RESTRICT)),
                ('role', fields.CharEnumField(enum_type=Role, max_length=20)),
                ('status', fields.CharEnumField(default=MembershipStatus.ACTIVE, enum_type=MembershipStatus, max_length=10)),
                ('joined_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'membership', 'app': 'models', 'indexes': [Index(fields=['organisation_id', 'user_id'])], 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='EmployeeAssignment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('membership', fields.ForeignKeyField('models.Membership', source_field='membership_id', db_constraint=True, to_field='id', related_name='assignments', on_delete=OnDelete.RESTRICT)),
                ('partnership', fields.ForeignKeyField('models.Partnership', source_field='partnership_id', db_constraint=True, to_field='id', related_name='assignments', on_delete=OnDelete.RESTRICT)),
                ('rights', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('assigned_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'employee_assignment', 'app': 'models', 'indexes': [Index(fields=['partnership_id', 'assigned_at', 'id'])], 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='ProductAccess',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ('version', fields.IntField(default=1, db_default=1)),
                ('partnership', fields.ForeignKeyField('models.Partnership', source_field='partnership_id', db_constraint=True, to_field='id', related_name='product_accesses', on_delete=OnDelete.RESTRICT)),
                ('product', fields.ForeignKeyField('models.Product', source_field='product_id', db_constraint=True, to_field='id', related_name='accesses', on_delete=OnDelete.RESTRICT)),
                ('rights', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('granted_by', fields.ForeignKeyField('models.User', source_field='granted_by_id', null=True, db_constraint=True, to_field='id', related_name='granted_accesses', on_delete=OnDelete.RESTRICT)),
                ('granted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('revoked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'product_access', 'app': 'models', 'indexes': [Index(fields=['product_id', 'partnership_id']), Index(fields=['partnership_id', 'granted_at', 'id'])], 'pk_attr': 'id'},
            bases=['VersionedRow'],
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('user', fields.ForeignKeyField('models.User', source_field='user_id', db_constraint=True, to_field='id', related_name='sessions', on_delete=OnDelete.RESTRICT)),
                ('secret_digest', fields.CharField(unique=True, max_length=64)),
                ('password_confirmed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'session', 'app': 'models', 'indexes': [Index(fields=['user_id'])], 'pk_attr': 'id'},
            bases=['Row'],
        ),
        ops.AddConstraint(
            model_name='CatalogueItem',
            constraint=CheckConstraint(check="(category = 'DOMAIN') = (tld IS NOT NULL)", name='catalogue_item_tld'),
        ),
        ops.AddConstraint(
            model_name='CataloguePrice',
            constraint=CheckConstraint(check='amount_minor >= 0', name='catalogue_price_not_negative'),
        ),
        ops.AddConstraint(
            model_name='CataloguePrice',
            constraint=UniqueConstraint(fields=('item_id', 'currency', 'valid_from'), name='catalogue_price_once'),
        ),
        ops.AddConstraint(
            model_name='Organisation',
            constraint=CheckConstraint(check='NOT (is_affiliate AND partner_status IS NOT NULL)', name='organisation_partner_or_affiliate'),
        ),
        ops.AddConstraint(
            model_name='Organisation',
            constraint=CheckConstraint(check='(registration_scheme IS NULL) = (registration_number IS NULL)', name='organisation_registration_whole'),
        ),
        ops.AddConstraint(
            model_name='Organisation',
            constraint=CheckConstraint(check="(currency = 'CHF') = (country IN ('CH', 'LI'))", name='organisation_currency_of_country'),
        ),
        ops.AddConstraint(
            model_name='Partnership',
            constraint=CheckConstraint(check='customer_id <> partner_id', name='partnership_with_another'),
        ),
        ops.AddConstraint(
            model_name='Partnership',
            constraint=CheckConstraint(check="(access_type = 'COMPLETE') = (payment_mode IS NOT NULL)", name='partnership_payment_mode'),
        ),
        ops.AddConstraint(
            model_name='Partnership',
            constraint=UniqueConstraint(fields=('customer_id', 'partner_id', 'initiated_by'), name='partnership_one_live', condition="status IN ('INVITED', 'ACTIVE', 'SUSPENDED')"),
        ),
        ops.AddConstraint(
            model_name='Partnership',
            constraint=UniqueConstraint(fields=('customer_id', 'partner_id'), name='partnership_one_in_force', condition="status IN ('ACTIVE', 'SUSPENDED')"),
        ),
        ops.AddConstraint(
            model_name='Partnership',
            constraint=UniqueConstraint(fields=('customer_id',), name='partnership_one_complete', condition="access_type = 'COMPLETE' AND status = 'ACTIVE'"),
        ),
        ops.AddConstraint(
            model_name='Product',
            constraint=CheckConstraint(check='price_minor >= 0', name='product_price_not_negative'),
        ),
        ops.AddConstraint(
            model_name='RequestedProduct',
            constraint=UniqueConstraint(fields=('partnership_id', 'product_id'), name='requested_product_once'),
        ),
        ops.AddConstraint(
            model_name='User',
            constraint=CheckConstraint(check='email = lower(email)', name='user_email_lower_case'),
        ),
        ops.AddConstraint(
            model_name='ApiTokenCustomer',
            constraint=UniqueConstraint(fields=('api_token_id', 'customer_id'), name='api_token_customer_once'),
        ),
        ops.AddConstraint(
            model_name='Membership',
            constraint=UniqueConstraint(fields=('user_id', 'organisation_id'), name='membership_once', condition="status <> 'REMOVED'"),
        ),
        ops.AddConstraint(
            model_name='EmployeeAssignment',
            constraint=UniqueConstraint(fields=('membership_id', 'partnership_id'), name='employee_assignment_one', condition='ended_at IS NULL'),
        ),
        ops.AddConstraint(
            model_name='ProductAccess',
            constraint=UniqueConstraint(fields=('product_id',), name='product_access_one_manager', condition='revoked_at IS NULL'),
        ),
    ]
