"""An index that leads from a customer to its partnerships in force, where SQLite took that of all in force."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0017_export_formats")]

    operations = [ops.AddIndex(model_name="Partnership", index=Index(fields=["customer_id", "status"]))]
