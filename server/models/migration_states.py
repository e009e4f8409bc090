"""A faster start of a new database: models of past migrations are created only on demand.

Tortoise creates all models again before every operation of a migration, although only few operations look at them.
"""

from functools import cached_property
from typing import Any, cast

from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps


class Remembered(State):
    """The state at the time it was cloned."""

    def __init__(self, state: State) -> None:
        self.models = {key: model.clone() for key, model in state.models.items()}
        self._rendered: StateApps = state._rendered if isinstance(state, Remembered) else state.apps

    @cached_property
    def apps(self) -> StateApps:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The models of the state. Only the connections are read from the apps that they were cloned from."""
        return self._rendered.clone(model_states=self.models)


def _remembered(state: State) -> State:
    return Remembered(state)


def make_models_when_looked_at() -> None:
    """Use `Remembered` to clone states from now on."""
    cast("Any", State).clone = _remembered
