"""Draw how the figures of `speed.py` grow with the number of documents.

    python benchmarks/plot.py RESULTS.json [-o benchmarks/growth.svg]

Needs matplotlib. The same results give the same file, byte by byte.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from report import LABELS

_Figures = Mapping[str, Any]  # of one engine


class _Panel(NamedTuple):
    title: str
    figure: Callable[[_Figures], float]
    scale: str = "linear"
    beside: tuple[str, str] | None = None  # a figure of the run, and its label


_PANELS: Final = (
    _Panel("Build: MB of text per CPU second", lambda e: e["build"]["mb_per_cpu_s"]),
    _Panel("Size of the index / of the text", lambda e: e["index_to_text"]),
    _Panel(
        "Cold search: ms, a new process each",
        lambda e: e["cold"]["p50_ms"],
        beside=("python_start_ms", "Python alone"),
    ),
    _Panel(
        "Warm search: ms, any of 2 to 4 words",
        lambda e: e["warm"]["words, --any"]["p50_ms"],
        scale="log",
    ),
)
_COLOURS: Final = {"vnsearch": "#0b5fa5", "fts5": "#c2410c", "tantivy": "#5b6b3a"}
_INK: Final = "#333333"
_STYLE: Final = {
    "svg.hashsalt": "vnsearch",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": "#999999",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": _INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "grid.color": "#e5e5e5",
    "xtick.color": _INK,
    "ytick.color": _INK,
}
_LABEL_GAP: Final = 14.0  # points from one label to the next
_PUSHES: Final = 100  # after which labels have settled


def main() -> int:
    """Draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("results", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path(__file__).with_name("growth.svg"))
    args = parser.parse_args()
    results = json.loads(args.results.read_text("utf-8"))
    if len(results["runs"]) < 2:
        parser.error("there is no growth to be seen with one number of documents")
    draw(results, args.out)
    return 0


def draw(results: Mapping[str, Any], out: Path) -> None:
    """Draw all panels into an SVG file."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("svg")
    plt: Any = import_module("matplotlib.pyplot")
    with plt.rc_context(_STYLE):
        figure, grid = plt.subplots(2, 2, figsize=(9, 5.8), layout="constrained")
        for axes, panel in zip(grid.flat, _PANELS, strict=True):
            _panel(axes, panel, results["runs"])
        figure.get_layout_engine().set(wspace=0.06, hspace=0.08)
        figure.draw_without_rendering()  # so that the places of the lines' ends are known
        for axes in grid.flat:
            _label(axes)
        figure.savefig(out, metadata={"Date": None}, facecolor="white")


def _panel(axes: Any, panel: _Panel, runs: Sequence[Mapping[str, Any]]) -> None:
    sizes = [run["documents"] for run in runs]
    if panel.beside:
        key, label = panel.beside
        axes.plot(sizes, [run[key] for run in runs], ":", color="#777777", label=label, lw=1.5)
    for name in runs[-1]["engines"]:
        values = [panel.figure(run["engines"][name]) for run in runs]
        look = {"color": _COLOURS[name], "lw": 2.5 if name == "vnsearch" else 1.5}
        axes.plot(sizes, values, "o-", label=LABELS[name], markersize=4, **look)
    axes.set_title(panel.title)
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size / 1000:.3g}k" for size in sizes])
    axes.set_xlabel("documents")
    if panel.scale == "log":
        axes.set_yscale("log", subs=[])
        axes.yaxis.get_major_locator().set_params(subs=[1, 2, 5])
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    else:
        axes.set_ylim(bottom=0)
    axes.minorticks_off()
    # Room for the labels, which stand right of the lines' ends.
    axes.set_xlim(sizes[0] / 1.15, sizes[-1] * (1.1 * sizes[-1] / sizes[0]) ** 0.45)


def _label(axes: Any) -> None:
    """Name each line at its end."""
    lines = axes.get_lines()
    ends = [(line.get_xdata()[-1], line.get_ydata()[-1]) for line in lines]
    heights = axes.transData.transform(ends)[:, 1] * 72 / axes.figure.dpi
    for line, end, height, place in zip(lines, ends, heights, _apart(heights), strict=True):
        label = axes.annotate(
            line.get_label(),
            end,
            xytext=(8, place - height),
            textcoords="offset points",
            color=line.get_color(),
            va="center",
            fontweight="bold" if line.get_linewidth() > 2 else "normal",
        )
        label.set_in_layout(False)


def _apart(heights: Iterable[float]) -> list[float]:
    """Heights near the given ones, in their order, and a gap between any two."""
    places = list(heights)
    order = sorted(range(len(places)), key=places.__getitem__)
    for _ in range(_PUSHES):
        for low, high in pairwise(order):
            push = max(0.0, _LABEL_GAP - (places[high] - places[low])) / 2
            places[low] -= push
            places[high] += push
    return places


if __name__ == "__main__":
    sys.exit(main())
