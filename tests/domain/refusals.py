"""What does a rule say no to? Asked the same way in every test of a refusal."""

from collections.abc import Callable

from server.domain.errors import Refused


def refusals(rule: Callable[..., object], *arguments: object, **named: object) -> list[tuple[str, str]]:
    """Code and field (`access.limited`) of each refusal, in order; empty where the rule agrees."""
    try:
        rule(*arguments, **named)
    except Refused as refused:
        return [(refusal.code.value, ".".join(refusal.field)) for refusal in refused.refusals]
    return []
