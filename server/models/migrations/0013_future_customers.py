"""Which employees of partners serve the customers to come."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0012_customer_notes")]

    operations = [
        ops.AddField(model_name="Membership", name="future_customer_rights", field=fields.JSONField(null=True)),
    ]
