"""Reports: a table by room, the survivors, and what was noticed by which test."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.faults import ROOMS, ROOT, Fault
from tests.mutants.trials import Outcome, Trial

FILE = ROOT / ".artifacts" / "mutants.json"
MOST = 5
"""The most per cent of faults that may survive."""


def share_of_survivors(trials: Sequence[Trial]) -> float:
    """In per cent of the faults. A mutant that does not start is not one of them."""
    faults = [trial for trial in trials if trial.outcome is not Outcome.NO_FAULT]
    return 100 * _count(faults, Outcome.SURVIVED) / max(1, len(faults))


def write_report(trials: Sequence[Trial]) -> str:
    """The report for people."""
    lines = [f"{'room':12}{'faults':>8}" + "".join(f"{outcome:>13}" for outcome in Outcome)]
    for room in (*ROOMS, ""):
        of_room = [trial for trial in trials if room in ("", trial.fault.room)]
        counts = "".join(f"{_count(of_room, outcome):>13}" for outcome in Outcome)
        lines.append(f"{room or 'together':12}{len(of_room):>8}{counts}")
    for outcome in (Outcome.NO_FAULT, Outcome.TIMED_OUT, Outcome.SURVIVED):
        lines += [f"\n{outcome}:\n{trial.fault.diff}\n  {trial.by}" for trial in trials if trial.outcome is outcome]
    return "\n".join([*lines, f"\n{share_of_survivors(trials):.1f} % survived; at most {MOST} % may."])


def _count(trials: Sequence[Trial], outcome: Outcome) -> int:
    return sum(trial.outcome is outcome for trial in trials)


def store_report(trials: Sequence[Trial], file: Path = FILE) -> None:
    file.parent.mkdir(exist_ok=True)
    stored = {
        trial.fault.sentence: {
            "name": trial.fault.name,
            "file": trial.fault.file,
            "outcome": trial.outcome,
            "by": trial.by,
            "database": trial.database,
            "seconds": round(trial.seconds, 1),
        }
        for trial in trials
    }
    file.write_text(json.dumps(stored, indent=1, ensure_ascii=False), "utf-8")


def last_survivors(faults: Sequence[Fault], file: Path = FILE) -> list[Fault]:
    """The faults that survived, or did not start, according to the last report."""
    stored = json.loads(file.read_text("utf-8"))
    bad = {sentence for sentence, one in stored.items() if one["outcome"] in (Outcome.SURVIVED, Outcome.NO_FAULT)}
    return [fault for fault in faults if fault.sentence in bad]
