"""The plugin of pytest with which a mutant is tried: it has to start, and may be slow."""

import importlib
import math
import pkgutil
import sys

import pytest
from hypothesis import Phase, settings

NOT_STARTED = 70
"""The exit status for a mutant that does not even start."""


def pytest_configure(config: pytest.Config) -> None:
    """Start everything, before any test can fail because of it. Other mutants run at the same time: time proves nothing."""
    try:
        import server
        from server.schema.engine_host import new_engine

        for module in pkgutil.walk_packages(server.__path__, "server."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        new_engine()
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        pytest.exit("the server does not start", NOT_STARTED)
    from tests import lanes

    lanes.SECONDS = math.inf
    # That an example fails is enough. To look for a smaller one can take minutes.
    settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutants")
