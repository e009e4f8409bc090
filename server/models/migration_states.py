"""A faster start of a new database: models of past migrations are created only on demand.

Tortoise creates all models again before every operation of a migration, although only few operations look at them.
"""

from functools import cached_property
from typing import Any, cast

from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps


class ClonedState(State):
    """The state at the time it was cloned."""

    def __init__(self, state: State) -> None:
        self.models = {key: model.clone() for key, model in state.models.items()}
        self._rendered: StateApps = state._rendered if isinstance(state, ClonedState) else state.apps

    @cached_property
    def apps(self) -> StateApps:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The models of the state. Only the connections are read from the apps that they were cloned from."""
        return self._rendered.clone(model_states=self.models)


def _clone_state(state: State) -> State:
    return ClonedState(state)


def patch_state_cloning() -> None:
    """Use `ClonedState` to clone states from now on."""
    cast("Any", State).clone = _clone_state
