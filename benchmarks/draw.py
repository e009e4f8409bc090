"""Draw bars of the ratios on standard input, JSON by peer and workload, into the file that is named."""

import json
import sys

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot as plt


def main(file: str) -> None:
    ratios = {peer: row for peer, row in json.load(sys.stdin).items() if any(row.values())}
    workloads = list(dict.fromkeys(workload for row in ratios.values() for workload in row))
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    width = 0.8 / max(len(ratios), 1)
    for place, (peer, row) in enumerate(ratios.items()):
        positions = [turn + (place - (len(ratios) - 1) / 2) * width for turn in range(len(workloads))]
        bars = axes.bar(positions, [row.get(workload) or 0 for workload in workloads], width, label=peer)
        axes.bar_label(bars, fmt="%.3g", fontsize=7)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_xticks(range(len(workloads)), workloads)
    axes.set_ylabel("requests a second: ours, times the peer's")
    figure.legend(loc="outside upper center", frameon=False, ncols=len(ratios))
    figure.savefig(file, dpi=150)


if __name__ == "__main__":
    main(sys.argv[1])
