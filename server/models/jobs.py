"""Scheduled jobs and their next times."""

from datetime import datetime

from tortoise import fields

from server.models.base import Row


class JobRun(Row):
    """The next time of a job. The process that moves it forward runs the job."""

    name = fields.CharField(max_length=60, unique=True)
    next_run_at: datetime = fields.DatetimeField()

    class Meta:
        table = "job_run"
