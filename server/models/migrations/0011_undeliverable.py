"""Since when the e-mails of an invitation are known to reach nobody."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0010_support_access")]

    operations = [
        ops.AddField(model_name=model, name="undeliverable_at", field=fields.DatetimeField(null=True))
        for model in ("Partnership", "CustomerInvitation", "MemberInvitation")
    ]
