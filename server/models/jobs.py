"""What is to be done on a clock."""

from datetime import datetime

from tortoise import fields

from server.models.base import Row


class JobRun(Row):
    """When a job is to run next. Whoever moves the moment forward runs it."""

    name = fields.CharField(max_length=60, unique=True)
    next_run_at: datetime = fields.DatetimeField()

    class Meta:
        table = "job_run"
