"""Traces: how an operation was answered."""

from dataclasses import dataclass, field


@dataclass
class Trace:
    """How an operation was answered, for logs and traces."""

    path: str
    reason: str | None = None
    plan: str | None = None
    answers: list[bytes] = field(default_factory=list[bytes])
    milliseconds: float = 0.0

    @property
    def log_fields(self) -> dict[str, object]:
        """The fields for the log: the path, and why it was not planned; the plan, objects and database time."""
        if self.path != "planned":
            return {"execution_path": self.path, "reason": self.reason}
        database = round(self.milliseconds, 1)
        return {
            "execution_path": self.path,
            "plan": self.plan,
            "objects": self.objects,
            "database_milliseconds": database,
        }

    @property
    def objects(self) -> int:
        """The number of objects that the database wrote, counted by their braces, including those in texts."""
        return sum(answer.count(b"{") - 1 for answer in self.answers)
