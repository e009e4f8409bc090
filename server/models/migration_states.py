"""How is a new database ready sooner?

Tortoise makes all models anew before every operation of a migration, for the few operations that look at them
as they were. Here they are made when somebody looks.
"""

from functools import cached_property
from typing import Any, cast

from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps


class Remembered(State):
    """The state as it was when it was cloned."""

    def __init__(self, state: State) -> None:
        self.models = {key: model.clone() for key, model in state.models.items()}
        self._rendered: StateApps = state._rendered if isinstance(state, Remembered) else state.apps

    @cached_property
    def apps(self) -> StateApps:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Its models. Of the apps that they were cloned from nothing is read but the connections."""
        return self._rendered.clone(model_states=self.models)


def _remembered(state: State) -> State:
    return Remembered(state)


def make_models_when_looked_at() -> None:
    """From now on states are cloned by `Remembered`."""
    cast("Any", State).clone = _remembered
