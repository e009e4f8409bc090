"""For whom the file of an export is: those before were all CSV, for programs."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from server.domain.oversight.exports import ExportFormat


class Migration(migrations.Migration):
    dependencies = [("models", "0016_outbox")]

    operations = [
        ops.AddField(
            model_name="Export",
            name="format",
            field=fields.CharEnumField(
                default=ExportFormat.CSV,
                db_default=ExportFormat.CSV,
                enum_type=ExportFormat,
                max_length=4,
            ),
        ),
    ]
