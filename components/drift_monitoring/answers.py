"""Whether what the model says has changed, and how often it is right."""

import math
from collections import Counter
from collections.abc import Collection

import numpy as np
from scipy.stats import binomtest, fisher_exact, ks_2samp

from components.contracts.scorecard import Interval
from components.drift_monitoring.question import Answer
from components.drift_monitoring.sample import Sample
from components.drift_monitoring.shares import compare_shares

_CONFIDENCE = 0.95
_SHOWN_LABELS = 5


def labels(reference: Sample, batch: Sample, dice: np.random.Generator) -> Answer:
    """Compare the shares of the labels that the model gives."""
    return compare_shares("labels", "prediction", reference.predicted, batch.predicted, dice)


def confidence(reference: Sample, batch: Sample) -> Answer:
    """Compare how sure the model is by the two-sample Kolmogorov-Smirnov test.

    Three decimals count: the further ones depend on the machine.
    """
    before, now = (np.round(sample.confidence.astype(np.float64), 3) for sample in (reference, batch))
    found = ks_2samp(before, now, method="asymp")
    sentence = f"half of the answers are surer than {np.median(now):.3f}; in the reference than {np.median(before):.3f}"
    return Answer("confidence", "prediction", "Kolmogorov-Smirnov distance", found.statistic, found.pvalue, sentence)


def accuracy(reference: Sample, batch: Sample) -> tuple[Answer, Interval] | None:
    """See whether the model is right less often than it was, by Fisher's exact test; None where no row has a label.

    The interval of the difference in points is Newcombe's hybrid score interval (1998, method 10).
    """
    before, now = _right(reference), _right(batch)
    if not now[1]:
        return None
    wrong = [[right, rows - right] for right, rows in (now, before)]
    p_value = float(fisher_exact(wrong, alternative="less").pvalue)
    difference = _difference(before, now)
    sentence = (
        f"{now[0] / now[1]:.1%} of {now[1]:,} rows with a label are right, before {before[0] / before[1]:.1%}: "
        f"a difference of {difference.value:+.1f} points ({difference.low:+.1f} to {difference.high:+.1f} at 95 %)"
    )
    return Answer("accuracy", "quality", "points of accuracy", difference.value, p_value, sentence), difference


def unknown_labels(reference: Sample, batch: Sample, known: Collection[str]) -> Answer | None:
    """See whether more rows than before have a label that the model does not know, by Fisher's exact test.

    A slip of the pen is no drift; a new kind of text is. None where no row has a label.
    """
    before, now = (_unknown(sample, known) for sample in (reference, batch))
    rows = sum(label is not None for label in batch.labels)
    if not rows:
        return None
    of = sum(label is not None for label in reference.labels)
    table = [[len(now), rows - len(now)], [len(before), of - len(before)]]
    p_value = float(fisher_exact(table, alternative="greater").pvalue)
    most = ", ".join(f"{label[:40]} {count:,}" for label, count in Counter(now).most_common(_SHOWN_LABELS))
    sentence = f"{len(now):,} of {rows:,} rows with a label have one that the model does not know"
    sentence += f": {most}" if most else ""
    return Answer("unknown_labels", "quality", "share of rows", len(now) / rows, p_value, sentence)


def _unknown(sample: Sample, known: Collection[str]) -> list[str]:
    return [label for label in sample.labels if label is not None and label not in known]


def _right(sample: Sample) -> tuple[int, int]:
    """Return how many rows with a label are right, and how many there are."""
    pairs = [(label, said) for label, said in zip(sample.labels, sample.predicted, strict=True) if label is not None]
    return sum(label == said for label, said in pairs), len(pairs)


def _difference(before: tuple[int, int], now: tuple[int, int]) -> Interval:
    shares = [right / rows for right, rows in (before, now)]
    old, new = (binomtest(right, rows).proportion_ci(_CONFIDENCE, "wilson") for right, rows in (before, now))
    difference = shares[1] - shares[0]
    low = difference - math.hypot(shares[1] - new.low, old.high - shares[0])
    high = difference + math.hypot(new.high - shares[1], shares[0] - old.low)
    return Interval(100 * difference, 100 * low, 100 * high, _CONFIDENCE)
