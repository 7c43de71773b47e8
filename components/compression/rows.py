"""Rows of the validation split, as the token ids that the model reads."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice

import numpy as np
from numpy.typing import NDArray

from components.compression.job import Job
from components.compression.tuned import read_tokenizer
from components.contracts.dataset import read_dataset, read_split
from components.contracts.faults import BadInput, Fault

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """A sample of the validation split."""

    ids: list[list[int]]
    """The token ids of each row, cut to the model's `max_tokens`."""
    labels: Ids
    """The index of each row's label, (rows,)."""


def validation_rows(job: Job) -> Rows:
    """Return a seeded sample of `calibration_rows` labelled rows, in the data set's order.

    Raises:
        BadInput: the data set is not whole, or its validation split holds no row with a text and a known label.

    """
    split = read_split(job.dataset_folder, read_dataset(job.dataset_folder), "validation")
    place = {label: index for index, label in enumerate(job.tuned.labels)}
    pairs = zip(split["text"].to_pylist(), split["label"].to_pylist(), strict=True)
    usable = [(text, place[label]) for text, label in pairs if text is not None and label in place]
    if not usable:
        raise BadInput(
            Fault(
                f"the validation split of {job.dataset_folder}",
                f"{split.num_rows} rows, none of them with a text and a label that the model knows",
                f"rows labelled {', '.join(job.tuned.labels[:5])}",
                "Compression checks each candidate on them: give the data set a validation split.",
            )
        )
    wanted = min(job.settings.calibration_rows, len(usable))
    chosen = sorted(random.Random(job.settings.seed).sample(range(len(usable)), wanted))
    tokenizer = read_tokenizer(job.tuned_folder)
    tokenizer.enable_truncation(job.tuned.max_tokens)
    encodings = tokenizer.encode_batch([usable[row][0] for row in chosen])
    return Rows([encoding.ids for encoding in encodings], np.array([usable[row][1] for row in chosen]))


def padded(rows: Sequence[Sequence[int]], pad_id: int) -> tuple[Ids, Ids]:
    """Return the token ids and the attention mask of `rows`, both (batch, seq), padded on the right."""
    ids = np.full((len(rows), max(map(len, rows))), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def batches_by_length(rows: Sequence[Sequence[int]], pad_id: int, size: int = 32) -> Iterator[tuple[Ids, Ids, Ids]]:
    """Yield (which rows, token ids, attention mask), with rows of near lengths together."""
    order = np.argsort([len(row) for row in rows], kind="stable")
    for start in range(0, len(order), size):
        which = order[start : start + size]
        ids, mask = padded([rows[int(row)] for row in which], pad_id)
        yield which, ids, mask


def batches_of_many_sizes(rows: Sequence[list[int]], max_tokens: int, pad_id: int, seed: int) -> list[tuple[Ids, Ids]]:
    """Return (token ids, attention mask) batches from one short row to the longest that the model reads.

    Batches of more than one row mix lengths, so that they hold padding. Real rows rarely reach `max_tokens`: the
    longest is made of as many of them as it takes.
    """
    by_length = sorted(rows, key=len)
    shortest, median = by_length[0], by_length[len(by_length) // 2]
    longest = list(islice(cycle(chain.from_iterable(by_length)), max_tokens))
    dice = random.Random(seed)
    eight = [shortest, *dice.sample(by_length, min(7, len(by_length)))]
    many = [shortest, *dice.sample(by_length, min(31, len(by_length)))]
    batches: list[list[list[int]]] = [
        [shortest],
        [median],
        eight,
        many,
        [longest],
        [longest, shortest, median, by_length[-1]],
    ]
    return [padded(batch, pad_id) for batch in batches]
