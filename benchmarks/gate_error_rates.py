"""How often the gate lets a model pass that must not, how often one that may, and how many rows that takes.

`python benchmarks/gate_error_rates.py` puts simulated answers through the whole gate (`components.gating.judge`), 2,000
gates a line, and prints the tables of `gate_error_rates.md`; beside it goes the picture of the power,
`gate_error_rates.svg`. It needs no model and no data, one core, and about ten minutes of it.
"""

import argparse
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.stats import binom, multinomial, norm
from statsmodels.stats.proportion import proportion_confint

from components.contracts.comparison import Comparison, Measured, Robustness
from components.contracts.decision import Decision
from components.contracts.scorecard import Interval, Latency, Machine
from components.gating import accuracy
from components.gating.answered import Answered, Flags
from components.gating.config import GatingSettings
from components.gating.judge import judge
from components.gating.noninferiority import p_not_inferior, score
from components.gating.pairs import Pairs
from components.gating.planning import power_of, rows_needed

SEED = 20261124
PICTURE = Path(__file__).with_suffix(".svg")
MARGINS = (0.5, 1.0, 2.0, 3.0)
DISCORDANCES = (0.02, 0.05, 0.1, 0.2)
MOST_NUMBERS = 200
"""Of discordant rows are looked at: all of them below that, every second below twice that, and so on."""


@dataclass(frozen=True)
class Case:
    """A test set and two models, in truth."""

    rows: int
    accuracy: float
    """The champion's."""
    discordance: float
    """The share of the rows that only one of the two gets right."""
    margin_points: float


CASES = (
    Case(200, 0.70, 0.20, 3.0),
    Case(200, 0.97, 0.03, 3.0),
    Case(1000, 0.85, 0.10, 2.0),
    Case(1000, 0.99, 0.012, 1.0),
    Case(2000, 0.85, 0.05, 1.0),
    Case(5000, 0.92, 0.05, 1.0),
    Case(5000, 0.92, 0.02, 0.5),
)


def gates(case: Case, rule: str, difference: float, count: int) -> Iterator[Decision]:
    """Yield decisions about a challenger that is `difference` (a share) more accurate in truth."""
    settings = GatingSettings(rule=rule, margin_points=case.margin_points, resamples=200)  # type: ignore[arg-type]
    dice = np.random.default_rng([SEED, case.rows, round(1e4 * case.accuracy), round(1e4 * case.discordance)])
    won, lost = (case.discordance + difference) / 2, (case.discordance - difference) / 2
    both = case.accuracy - lost
    for _ in range(count):
        fate = dice.choice(4, case.rows, p=[won, lost, both, 1 - won - lost - both])
        label, tokens = dice.integers(0, 2, case.rows), dice.gamma(2, 12, case.rows)
        slices = {f"label={name}": label == name for name in (0, 1)}
        slices |= {f"tokens={low}-{low + 15}": (tokens >= low) & (tokens < low + 16) for low in (0, 16, 32, 48)}
        yield judge(answered((fate == 0) | (fate == 2), (fate == 1) | (fate == 2), slices), settings)


def answered(challenger: Flags, champion: Flags, slices: dict[str, Flags]) -> Answered:
    """Return a comparison of two models that are alike in everything but their answers."""
    rows = len(challenger)
    comparison = Comparison(
        name="simulated",
        ledger_entries=1,
        dataset_sha256="",
        split="test",
        rows=rows,
        seen_rows=0,
        labels=["0", "1"],
        challenger=measured(2, challenger),
        champion=measured(1, champion),
        machine=Machine("", 1, 1, ""),
        predictions_sha256="",
        served="Not served: simulated.",
    )
    return Answered(comparison, "", challenger, champion, slices)


def measured(version: int, right: Flags) -> Measured:
    """Return what is measured of a model of no other interest."""
    quality = Interval(float(right.mean()), 0.0, 1.0, 0.95)
    latency = Latency(1, 32, 1, 100, 5.0, 6.0, 7.0, 200.0)
    robustness = [Robustness("typos", quality.value - 0.04, 4.0)]
    return Measured(version, str(version), "int8", quality, quality, 0.02, [], [latency], 1, 1.0, robustness)


def rate(hits: int, count: int) -> str:
    """Return a rate with its 95 % interval (Clopper and Pearson)."""
    low, high = proportion_confint(hits, count, method="beta")
    return f"{100 * hits / count:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def named(case: Case) -> str:
    """Return a case as the first cells of a line."""
    return f"{case.rows:,} | {case.accuracy:.2f} | {100 * case.discordance:g} | {case.margin_points:g}"


HEAD = "| rows | accuracy | discordant, % | margin, points |"


def superior_rule(count: int) -> None:
    """Print how often one of two equal models passes where it has to be better."""
    print(f"\n{HEAD} passed, % | reported as better, % |\n|---|---|---|---|---|---|")
    all_passed = all_better = 0
    for case in CASES:
        verdicts = np.array([(each.passed, each.superior) for each in gates(case, "superior", 0.0, count)])
        passed, better = map(int, verdicts.sum(axis=0))
        all_passed, all_better = all_passed + passed, all_better + better
        print(f"| {named(case)} | {rate(passed, count)} | {rate(better, count)} |", flush=True)
    total = count * len(CASES)
    print(f"| all {total:,} gates | | | | {rate(all_passed, total)} | {rate(all_better, total)} |", flush=True)


def non_inferior_rule(count: int) -> None:
    """Print how often a model passes that is worse by the margin, and one that is as good."""
    test = "by the test alone, computed | by Tango's test, computed"
    print(f"\n{HEAD} worse by the margin: passed, % | {test} | as good: passed, % |")
    print("|---|---|---|---|---|---|---|---|")
    all_passed = 0
    for case in CASES:
        margin = case.margin_points / 100
        passed = sum(each.passed for each in gates(case, "non_inferior", -margin, count))
        as_good = sum(each.passed for each in gates(case, "non_inferior", 0.0, count))
        all_passed += passed
        exact = chance_by_the_test(case.rows, case.discordance, margin, -margin)
        usual = chance_by_the_normal(case.rows, case.discordance, margin)
        rates = f"{rate(passed, count)} | {100 * exact:.1f} | {100 * usual:.1f} | {rate(as_good, count)}"
        print(f"| {named(case)} | {rates} |", flush=True)
    print(f"| all {count * len(CASES):,} gates | | | | {rate(all_passed, count * len(CASES))} | | | |", flush=True)


def chance_by_the_test(rows: int, discordance: float, margin: float, difference: float, alpha: float = 0.05) -> float:
    """Return the probability that the exact test shows it, over what the number of discordant rows may be."""
    first, last = (int(binom.ppf(end, rows, discordance)) for end in (1e-6, 1 - 1e-6))
    numbers = np.arange(first, last + 1, 1 + (last - first) // MOST_NUMBERS)
    won = (discordance + difference) / (2 * discordance)
    chances = [binom.sf(least_won(rows, int(each), margin, alpha) - 1, each, won) for each in numbers]
    return float(np.average(chances, weights=binom.pmf(numbers, rows, discordance)))


def least_won(rows: int, discordant: int, margin: float, alpha: float) -> int:
    """Return how many of the discordant rows have to be won for the test to show it; one more than all if none is."""
    below, enough = -1, discordant + 1
    while enough - below > 1:
        middle = (below + enough) // 2
        shown = accuracy.p_not_inferior(Pairs(rows, middle, discordant - middle), margin) <= alpha
        below, enough = (below, middle) if shown else (middle, enough)
    return enough


def chance_by_the_normal(rows: int, discordance: float, margin: float, alpha: float = 0.05) -> float:
    """Return how often the score test with normal quantiles passes a model that is worse by the margin."""
    won, lost = np.meshgrid(*[np.arange(int(binom.isf(1e-9, rows, discordance)) + 1)] * 2)
    won, lost = (each[won + lost <= rows] for each in (won, lost))
    shown = score(rows, won, lost, margin) >= norm.isf(alpha)
    shares = [(discordance - margin) / 2, (discordance + margin) / 2, 1 - discordance]
    return float(multinomial.pmf(np.column_stack([won, lost, rows - won - lost])[shown], rows, shares).sum())


def power_table() -> list[tuple[float, float, int, float]]:
    """Print how many rows a margin needs, with the power that the test has on them; return the same."""
    print("\n| discordant, % |", " | ".join(f"margin {margin:g}" for margin in MARGINS), "|\n|---|---|---|---|---|")
    cells = []
    for discordance in DISCORDANCES:
        texts = []
        for margin in MARGINS:
            rows = rows_needed(discordance, margin / 100, 0.05, 0.8)
            power = chance_by_the_test(rows, discordance, margin / 100, 0.0)
            cells.append((discordance, margin, rows, power))
            texts.append(f"{rows:,} ({100 * power:.0f} %)")
        print(f"| {100 * discordance:g} | {' | '.join(texts)} |", flush=True)
    return cells


def draw(cells: list[tuple[float, float, int, float]]) -> None:
    """Write the picture: the planned power over the rows, and dots where the test itself was asked."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "gate", "font.family": "sans-serif"})
    figure = Figure(figsize=(9.2, 6), layout="constrained", facecolor="white")
    panels = figure.subplots(2, 2, sharex=True, sharey=True).flat
    colours = dict(zip(MARGINS, ("#b4443c", "#a15c07", "#2b6cb0", "#1a7f4b"), strict=True))
    rows = np.unique(np.geomspace(100, 100_000, 200).astype(int))
    for panel, discordance in zip(panels, DISCORDANCES, strict=True):
        for margin in MARGINS:
            power = [power_of(int(each), discordance, margin / 100, 0.05) for each in rows]
            panel.plot(rows, power, color=colours[margin], label=f"margin {margin:g} point{'s' * (margin != 1)}")
        for _, margin, needed, power in [cell for cell in cells if cell[0] == discordance]:
            panel.plot(needed, power, "o", color=colours[margin], markersize=6)
        panel.axhline(0.8, color="#5b6b7b", linewidth=0.8, linestyle="--")
        panel.set(xscale="log", ylim=(0, 1.02), xlim=(100, 100_000))
        panel.set_title(f"only one of the two is right on {100 * discordance:g} % of the rows", fontsize="medium")
        panel.grid(color="#d5dae1", linewidth=0.6)
    figure.supxlabel("test rows")
    figure.supylabel("probability that one as good as the champion passes")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(PICTURE, metadata={"Date": None})


def main() -> None:
    """Simulate, print the tables and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=2000, help="how many gates a line")
    count = parser.parse_args().gates
    accuracy.p_not_inferior = cache(p_not_inferior)  # the same counts come often
    gc.freeze()  # statsmodels collects garbage in each of its corrections: what is here by now can be left alone
    superior_rule(count)
    non_inferior_rule(count)
    draw(power_table())


if __name__ == "__main__":
    main()
