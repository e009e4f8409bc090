"""How was an operation answered?"""

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
        """What of it is worth a line: the path, and why not the engine's; the plan, objects and database time."""
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
        """How many objects the database wrote, told by their braces: texts that hold some count as well."""
        return sum(answer.count(b"{") - 1 for answer in self.answers)
