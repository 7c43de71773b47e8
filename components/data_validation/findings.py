"""Outcomes as sentences: findings for the manifest, faults for what stops the pipeline, numbers for the metrics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.contracts.dataset import SPLITS
from components.contracts.faults import Fault
from components.contracts.validation import Finding
from components.data_validation.examples import Example
from components.data_validation.judge import Outcome
from components.data_validation.measure import Measured

_EXAMPLES_IN_A_SENTENCE = 3


@dataclass(frozen=True)
class Shown:
    """An outcome with the rows that stand behind it."""

    outcome: Outcome
    examples: list[Example]

    @property
    def stops(self) -> bool:
        """Whether the pipeline ends here."""
        return not self.outcome.passed and self.outcome.check.severity == "hard"

    @property
    def warns(self) -> bool:
        """Whether somebody should know, though the pipeline goes on."""
        return not self.outcome.passed and self.outcome.check.severity == "soft"


def finding_of(outcome: Outcome) -> Finding:
    """Return what became of a check, as a sentence without examples."""
    check = outcome.check
    return Finding(
        expectation=check.name,
        severity="hard" if check.severity == "hard" else "soft",
        passed=outcome.passed,
        unexpected=outcome.unexpected,
        sentence=f"{_found(outcome)}; expected {check.bound}.",
    )


def fault_of(shown: Shown) -> Fault:
    """Return the fault of a check that failed, with its first examples."""
    check = shown.outcome.check
    named = "; ".join(map(str, shown.examples[:_EXAMPLES_IN_A_SENTENCE]))
    found = f"{_found(shown.outcome)}: {named}" if named else _found(shown.outcome)
    return Fault(f"data_validation.{check.name}", found, check.bound, check.way_out)


def _found(outcome: Outcome) -> str:
    if not outcome.check.column:  # the table as a whole: its rows are what is counted
        return f"{outcome.total:,} {outcome.check.complaint}"
    percent = 100 * outcome.unexpected / max(1, outcome.total)
    rounded = f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"
    return f"{outcome.unexpected:,} of {outcome.total:,} {outcome.check.complaint} ({rounded} %)"


def counts_of(measured: Measured, outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return every number: rows, labels and lengths, how many rows break each check, and how many checks failed."""
    counts: dict[str, float] = {}
    if "splits" in measured.tables:
        splits = measured.tables["splits"]
        for place, split in enumerate(SPLITS):
            counts[f"rows_{split}"] = float(splits["rows"].iloc[place])
            counts[f"different_texts_{split}"] = float(splits["different texts"].iloc[place])
        counts["labels"] = float(len(measured.tables["labels"]))
        shares = measured.tables["labels"]["share of an even split"]
        counts["rarest_label_of_even_share"] = float(shares.min()) if len(shares) else 0.0
        for what in ("characters", "tokens"):
            lengths = measured.tables["rows"][what].dropna().to_numpy()
            for name, quantile in (("median", 0.5), ("p95", 0.95), ("max", 1.0)):
                counts[f"{what}_{name}"] = float(np.quantile(lengths, quantile)) if len(lengths) else 0.0
    counts |= {outcome.check.name: float(outcome.unexpected) for outcome in outcomes}
    failed = [outcome.check.severity for outcome in outcomes if not outcome.passed]
    return counts | {"hard_failures": float(failed.count("hard")), "warnings": float(failed.count("soft"))}
