"""The memberships of a person are found by an index.

The unique one leaves out members who were removed, so no statement whose status is a parameter can use it.
"""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    initial = False

    operations = [ops.AddIndex(model_name="Membership", index=Index(fields=["user_id", "organisation_id"]))]
