"""The picture of the choice: quality against latency, size as area, the budgets as lines."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter

from components.contracts.choice import Choice, Outcome
from components.selection.table import Row, rows

_COLOURS: dict[Outcome, str] = {
    "chosen": "#1a7f4b",
    "qualifies": "#2b6cb0",
    "rejected": "#b4443c",
    "reference": "#5b6b7b",
}
_LARGEST_BUBBLE = 900  # square points
_BROKEN, _SHADE = _COLOURS["rejected"], 0.07
_INK, _SOFT, _LINE = "#1c2733", "#5b6b7b", "#d5dae1"


def draw_frontier(choice: Choice, path: Path) -> None:
    """Write a PNG: a bubble a candidate at its p50 and accuracy, whiskers to its p95 and over its interval.

    Its area is proportional to the bytes on disk; hollow ones were rejected. What breaks a budget lies in the shade.
    """
    table = rows(choice)
    figure = Figure(figsize=(9.2, max(4.6, 0.55 * len(table) + 2.2)), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    largest = max(row.mib for row in table)
    # what is small or hollow must not vanish below what is large or solid
    for row in sorted(table, key=lambda row: (row.outcome == "rejected", -row.mib)):
        _draw_candidate(axes, row, _LARGEST_BUBBLE * row.mib / largest)
    _set_axes(axes, table, choice)
    _draw_budgets(axes, choice, table[0])
    _draw_names(axes, table)
    figure.legend(loc="outside lower left", ncols=3, frameon=False, fontsize="small", labelcolor=_SOFT)
    figure.savefig(path, metadata={"Software": None})


def _draw_candidate(axes: Axes, row: Row, area: float) -> None:
    colour = _COLOURS[row.outcome]
    axes.errorbar(
        row.p50_ms,
        row.accuracy.value,
        xerr=np.array([[0], [row.p95_ms - row.p50_ms]]),
        yerr=np.array([[row.accuracy.value - row.accuracy.low], [row.accuracy.high - row.accuracy.value]]),
        fmt="none",
        ecolor=colour,
        elinewidth=1.2,
        capsize=3,
        alpha=0.75,
        zorder=2,
    )
    face = "none" if row.outcome == "rejected" else colour
    width = 3.0 if row.outcome == "chosen" else 1.5
    edge = "#0d3d24" if row.outcome == "chosen" else colour
    axes.scatter(row.p50_ms, row.accuracy.value, s=area, facecolor=face, edgecolor=edge, linewidth=width, zorder=3)
    axes.plot(row.p50_ms, row.accuracy.value, ".", color=edge if face == "none" else "white", markersize=3, zorder=4)


def _set_axes(axes: Axes, table: Sequence[Row], choice: Choice) -> None:
    headline = choice.verdicts[0].scorecard.latency[0]
    axes.set_xscale("log")
    axes.set_xlim(min(row.p50_ms for row in table) / 1.5, max(row.p95_ms for row in table) * 1.25)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    lowest = min(
        table[0].accuracy.value - choice.budgets["max_quality_drop"] / 100, *(row.accuracy.low for row in table)
    )
    highest = max(row.accuracy.high for row in table)
    margin = max(highest - lowest, 0.01) * 0.12
    axes.set_ylim(lowest - margin, highest + margin)
    size = f"{headline.batch} × {headline.tokens} tokens, {headline.threads} threads"
    axes.set_xlabel(f"latency in ms: median, whisker to the 95th percentile ({size})")
    axes.set_ylabel(f"accuracy, {table[0].accuracy.confidence:.0%} interval")
    title = f"chosen: {choice.chosen}" if choice.chosen else "nothing is within the budgets"
    axes.set_title(title, loc="left", fontweight="bold", color=_INK, parse_math=False)
    axes.set_title("area: size on disk; hollow: rejected", loc="right", fontsize="small", color=_SOFT)
    axes.grid(color=_LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_budgets(axes: Axes, choice: Choice, baseline: Row) -> None:
    """Draw the budgets that have a place in the plane; the size is in the bubbles' names."""
    drop = choice.budgets["max_quality_drop"]
    limit = baseline.accuracy.value - drop / 100
    axes.axhspan(axes.get_ylim()[0], limit, color=_BROKEN, alpha=_SHADE, linewidth=0, zorder=0)
    axes.axhline(limit, color=_BROKEN, linewidth=1.2, label=f"points lost: at most {drop:g}")
    right = axes.get_xlim()[1]
    if p95 := choice.budgets.get("max_p95_ms"):
        axes.axvspan(min(p95, right), right, color=_BROKEN, alpha=_SHADE, linewidth=0, zorder=0)
        axes.axvline(p95, color=_BROKEN, linewidth=1.2, linestyle="--", label=f"p95: at most {p95:g} ms")
    if times := choice.budgets.get("min_speed_up"):
        label = f"speed-up: at least {times:g}"
        axes.axvline(baseline.p50_ms / times, color=_BROKEN, linewidth=1.2, linestyle=":", label=label)
    axes.set_xlim(right=right)


def _draw_names(axes: Axes, table: Sequence[Row]) -> None:
    """Write what each bubble is beside the plot, with a line to it: names inside would cover each other."""
    low, high = axes.get_ylim()
    wanted = [(row.accuracy.value - low) / (high - low) for row in table]
    for row, place in zip(table, spread(wanted, min(0.16, 1 / len(table))), strict=True):
        axes.annotate(
            f"{row.recipe} ({row.outcome})\n{row.p50_ms:.1f} ms, {row.speed_up:.1f}×, {row.mib:.1f} MiB",
            (row.p50_ms, row.accuracy.value),
            xytext=(1.03, place),
            textcoords="axes fraction",
            va="center",
            fontsize="small",
            fontweight="bold" if row.outcome == "chosen" else "normal",
            color=_COLOURS[row.outcome],
            arrowprops={
                "arrowstyle": "-",
                "relpos": (0, 0.5),
                "color": _COLOURS[row.outcome],
                "alpha": 0.35,
                "linewidth": 0.8,
            },
            parse_math=False,
        )


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Return places between 0 and 1 in the order of `wanted`, near to it, and at least `gap` apart.

    Args:
        wanted: places between 0 and 1.
        gap: at most one over the number of places.

    """
    order = np.argsort(wanted, kind="stable")
    places = np.asarray(wanted, dtype=np.float64)[order]
    for place in range(1, len(places)):
        places[place] = max(places[place], places[place - 1] + gap)
    ceiling = 1.0
    for place in reversed(range(len(places))):
        places[place] = min(places[place], ceiling)
        ceiling = places[place] - gap
    result = np.empty_like(places)
    result[order] = places
    return [float(place) for place in result]
