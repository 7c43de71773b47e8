"""Which row lies in which split: stratified by label, seeded, equal texts together.

Chance comes from the texts and not from where they stand: a text that is in the test split stays there when rows are
added or moved, but for a few at the border. What a model learned from last month's rows is not what the next one is
measured on.
"""

from collections.abc import Mapping

import numpy as np

from components.contracts.dataset import SPLITS, Split

LEFT_OUT = -1
_PIECE = 1 << 18
_TRAIN = SPLITS.index("train")


def first_of_equals(text_keys: np.ndarray, label_codes: np.ndarray) -> np.ndarray:
    """Return which rows are the first with their text and label.

    Args:
        text_keys: equal for equal texts, uint64 (rows,).
        label_codes: int16 (rows,).

    Returns:
        bool (rows,)

    """
    # the odd constant spreads labels over all bits; additions of uint64 wrap around
    pairs = text_keys + label_codes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    order, starts = _groups(pairs)
    first = np.zeros(len(pairs), bool)
    first[np.minimum.reduceat(order, starts)] = True
    return first


def sample(rows: np.ndarray, text_keys: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Return which of the eligible rows are in a random sample.

    Args:
        rows: which rows are eligible, bool (rows,).
        text_keys: equal for equal texts, uint64 (rows,).
        size: how many to take; all when there are fewer.
        seed: of the choice.

    Returns:
        bool (rows,)

    """
    eligible = np.flatnonzero(rows)
    chosen = np.zeros(len(rows), bool)
    chosen[eligible[np.argsort(_lots(text_keys[eligible], seed), kind="stable")[:size]]] = True
    return chosen


def stratify(text_keys: np.ndarray, label_codes: np.ndarray, shares: Mapping[Split, float], seed: int) -> np.ndarray:
    """Return each row's split.

    Rows with equal texts form a group, which counts to the label of its first row and goes to one split as a whole.
    Of each label a random group always stays in `train`; the rest is dealt out so that a split's size comes as near to
    its share as whole groups allow, and so does each label's part of it.

    Args:
        text_keys: equal for equal texts, uint64 (rows,).
        label_codes: int16 (rows,).
        shares: the share of all rows that each split besides `train` gets, between 0 and 1.
        seed: of the choice.

    Returns:
        The place in SPLITS, int8 (rows,).

    """
    order, starts = _groups(text_keys)
    sizes = np.diff(starts, append=np.uint32(len(order)))
    group_labels = label_codes[np.minimum.reduceat(order, starts)]
    shuffled = np.argsort(_lots(text_keys[order[starts]], seed)).astype(np.uint32)
    shuffled = shuffled[np.argsort(group_labels[shuffled], kind="stable")]
    splits = np.full(len(starts), _TRAIN, np.int8)
    strata = np.split(shuffled, np.flatnonzero(np.diff(group_labels[shuffled])) + 1)
    # small labels first: what they cannot give, the larger ones make up for
    strata.sort(key=lambda stratum: int(sizes[stratum].sum()))
    for split, share in shares.items():
        _deal(splits, sizes, strata, SPLITS.index(split), share)
    by_row = np.empty(len(order), np.int8)
    by_row[order] = np.repeat(splits, sizes)
    return by_row


def _lots(keys: np.ndarray, seed: int) -> np.ndarray:
    """Return a number for each key that looks random, other ones for another seed; both uint64 (keys,).

    The mixing function of SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators").
    """
    lots = keys + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % (1 << 64))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        lots ^= lots >> np.uint64(shift)
        lots *= np.uint64(factor)
    return np.asarray(lots ^ (lots >> np.uint64(31)))


def _groups(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows ordered by key, in any order among equals, and where each key starts there; both uint32."""
    order = np.argsort(keys).astype(np.uint32)
    starts = np.empty(len(keys), bool)
    starts[:1] = True
    for begin in range(1, len(keys), _PIECE):  # piece by piece: all keys in order would be as many bytes again
        ordered = keys[order[begin - 1 : begin + _PIECE]]
        starts[begin : begin + _PIECE] = ordered[1:] != ordered[:-1]
    return order, np.flatnonzero(starts).astype(np.uint32)


def _deal(splits: np.ndarray, sizes: np.ndarray, strata: list[np.ndarray], split: int, share: float) -> None:
    """Move groups of each stratum from `train` to `split`."""
    rows = [int(sizes[stratum].sum()) for stratum in strata]
    wanted = max(1, round(share * sum(rows)))
    passed = given = 0
    for stratum, stratum_rows in zip(strata, rows, strict=True):
        passed += stratum_rows
        quota = min(round(wanted * passed / sum(rows)) - given, int(np.ceil(share * stratum_rows)))
        candidates = stratum[1:][splits[stratum[1:]] == _TRAIN]
        fits = sizes[candidates] <= quota
        taken = candidates[fits & (np.cumsum(np.where(fits, sizes[candidates], 0)) <= quota)]
        splits[taken] = split
        given += int(sizes[taken].sum())
