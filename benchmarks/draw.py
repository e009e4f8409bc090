"""Draw bars on a linear axis: a group for each workload, a bar for each server, ours is 1.

JSON by server and workload comes on standard input; the file is named.
"""

import json
import sys

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot as plt

OURS, LIMIT = "ours", "limit"
COLOURS = ("#0b6e4f", "#b8b8b8")
OTHERS = ("#f2a541", "#3d7ea6", "#c8553d", "#7d5ba6", "#94a187", "#d68fb0", "#5c4d3c")


def main(file: str) -> None:
    multiples = {server: row for server, row in json.load(sys.stdin).items() if row}
    workloads = list(dict.fromkeys(workload for row in multiples.values() for workload in row))
    others = iter(OTHERS)
    figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
    width = 0.84 / len(multiples)
    for place, (server, row) in enumerate(multiples.items()):
        shift = (place - (len(multiples) - 1) / 2) * width
        colour = dict(zip((OURS, LIMIT), COLOURS, strict=True)).get(server) or next(others)
        heights = [row.get(workload, 0) for workload in workloads]
        bars = axes.bar([turn + shift for turn in range(len(workloads))], heights, width, label=server, color=colour)
        axes.bar_label(bars, [f"{height:.2g}" if height else "" for height in heights], fontsize=7, padding=1)
    axes.axhline(1, color=COLOURS[0], linewidth=0.8, linestyle="dotted")
    axes.set_ylim(bottom=0)
    axes.set_xticks(range(len(workloads)), workloads)
    axes.set_ylabel("requests a second (ours = 1; more is better)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", frameon=False, ncols=4, fontsize=8)
    figure.savefig(file, dpi=150)


if __name__ == "__main__":
    main(sys.argv[1])
