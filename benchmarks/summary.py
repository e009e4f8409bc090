"""What does README.md of the project say about the results? One sentence and the chart, written by each full run."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from benchmarks.databases import ROOT
from benchmarks.keys import is_peer
from benchmarks.recipes import RECIPES
from benchmarks.report import RATIOS, RESULTS

README: Final = ROOT / "README.md"
MARKS: Final = ("<!-- written by make bench -->\n", "<!-- end -->\n")
_NOTHING: Final = "This version has not been measured yet: `make bench` does it, and writes the result here."
_CHART: Final = "![Requests a second of each server, as multiples of ours](benchmarks/ratios.png)"


def write_summary(readme: Path = README, results: Path = RESULTS) -> None:
    """Put what the results say between the marks of the README."""
    before, _, rest = readme.read_text("utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    readme.write_text(f"{before}{MARKS[0]}{summary(results.read_text('utf-8'))}{MARKS[1]}{after}", "utf-8")


def summary(results: str) -> str:
    """One sentence and the chart; that there is nothing to say, where no run has measured ours next to all others."""
    ratios = _ratios(results)
    reads = [values[:3] for name, values in ratios.items() if is_peer(name)]
    writes = [values[3] for name, values in ratios.items() if is_peer(name) and len(values) > 3]  # noqa: PLR2004
    if len(reads) < len(list(filter(is_peer, RECIPES))) or not writes or "limit" not in ratios:
        return f"{_NOTHING}\n"
    sentence = (
        f"On the same PostgreSQL and with the same row filter, the server answers {_range(ratios['limit'][:3])} times "
        f"as many reads a second as hand-written SQL without GraphQL, {_range(list(chain(*reads)))} times as many as "
        f"the other GraphQL servers, and {_range(writes)} times as many writes as they do with the same duties."
    )
    return f"{_lines(sentence)}\n\n{_CHART}\n"


def _ratios(results: str) -> Mapping[str, list[float]]:
    """Requests a second by server and workload, from the first table of ratios."""
    table = results.partition(RATIOS)[2].partition("\n\n")[0]
    names = {recipe.label: name for name, recipe in RECIPES.items()}
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    return {names[row[0]]: [float(cell) for cell in row[1::2] if cell] for row in rows if row[0] in names}


def _range(values: Sequence[float]) -> str:
    least, most = f"{min(values):.2g}", f"{max(values):.2g}"
    return least if least == most else f"{least} to {most}"


def _lines(text: str, width: int = 120) -> str:
    return re.sub(rf"(.{{1,{width}}})(?: |$)", r"\1\n", text).rstrip()
