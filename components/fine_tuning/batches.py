"""Batches by a budget of tokens, from rows of like length: padding is work that teaches nothing."""

from collections.abc import Sequence

import numpy as np

_BATCHES_A_WINDOW = 64


def token_budget_batches(lengths: Sequence[int], tokens_per_batch: int, seed: int, epoch: int) -> list[list[int]]:
    """Return the batches of one epoch as lists of row numbers: every row once, in a new order each epoch.

    The rows are shuffled and dealt into windows of some 64 batches. A window is sorted by length and cut into batches
    that hold as many rows as the budget allows; then the order of all batches is shuffled. So a batch has rows of
    nearly one length, yet other company each epoch. (Bucketing as in fairseq and tensor2tensor: sort within a window.)

    Args:
        lengths: tokens of each row.
        tokens_per_batch: the most tokens of a batch, padding included; at least the longest row's.
        seed: of the order.
        epoch: which epoch it is, from 0.

    """
    dice = np.random.default_rng([seed, epoch])
    order = dice.permutation(len(lengths))
    tokens = np.asarray(lengths, dtype=np.int64)
    windows = max(1, round(int(tokens.sum()) / (tokens_per_batch * _BATCHES_A_WINDOW)))
    batches: list[list[int]] = []
    for window in np.array_split(order, windows):
        by_length = window[np.argsort(tokens[window], kind="stable")]
        batches.extend(_cut(by_length.tolist(), lengths, tokens_per_batch))
    return [batches[place] for place in dice.permutation(len(batches))]


def batches_in_order(lengths: Sequence[int], tokens_per_batch: int) -> list[list[int]]:
    """Return batches for measuring: every row once, shortest first, always the same."""
    by_length = sorted(range(len(lengths)), key=lambda row: lengths[row])
    return _cut(by_length, lengths, tokens_per_batch)


def _cut(by_length: Sequence[int], lengths: Sequence[int], tokens_per_batch: int) -> list[list[int]]:
    """Cut rows that are sorted by length wherever one more, with all others padded to it, would break the budget."""
    batches: list[list[int]] = []
    batch: list[int] = []
    for row in by_length:
        if batch and (len(batch) + 1) * lengths[row] > tokens_per_batch:
            batches.append(batch)
            batch = []
        batch.append(row)
    return [*batches, batch] if batch else batches


def padding_share(lengths: Sequence[int], batches: Sequence[Sequence[int]]) -> float:
    """Return the share of all positions in `batches` that hold padding, from 0 to 1."""
    positions = sum(len(batch) * max(lengths[row] for row in batch) for batch in batches)
    return 1 - sum(lengths[row] for batch in batches for row in batch) / positions if positions else 0.0
