"""The seed of a run: another one each time. A failure names it, and `SEED=…` repeats the run."""

import os
from random import SystemRandom

SEED = int(os.environ.get("SEED") or SystemRandom().randrange(2**32))
