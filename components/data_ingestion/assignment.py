"""Decides about every row: left out, or in which split; and refuses data that no model can learn from."""

import numpy as np

from components.contracts.dataset import SPLITS, Split
from components.contracts.faults import Fault, refuse_if_any
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.nearest import listed
from components.data_ingestion.splits import LEFT_OUT, first_of_equals, sample, stratify
from components.data_ingestion.staging import NO_LABEL, NOT_GIVEN, Staging

_TRAIN = SPLITS.index("train")


def assign(staged: Staging, settings: DataIngestionSettings) -> tuple[np.ndarray, list[str], dict[str, int]]:
    """Return each staged row's split, the labels that are left, and how many rows were left out.

    Returns:
        The place in SPLITS or LEFT_OUT, int8 (rows,); the labels, sorted; the rows left out, by setting.

    Raises:
        BadInput: no rows, fewer than two labels, a split without a row, a label that `train` lacks.

    """
    kept, left_out = _kept(staged, settings)
    left_out = staged.left_out | left_out
    places = np.unique(staged.label_codes()[kept])
    labels = sorted(staged.labels[place] for place in places if place != NO_LABEL)
    refuse_if_any(_too_little_to_tell_apart(int(np.count_nonzero(kept)), labels, settings, left_out))
    splits = _splits(staged, settings, kept)
    refuse_if_any([*_empty_splits(staged, splits, labels), *_unlearnable_labels(staged, splits, settings)])
    return splits, labels, left_out


def _kept(staged: Staging, settings: DataIngestionSettings) -> tuple[np.ndarray, dict[str, int]]:
    left_out = {}
    kept = np.ones(len(staged.label_codes()), bool)
    if settings.drop_duplicates:
        kept = first_of_equals(staged.text_keys(), staged.label_codes())
        left_out["drop_duplicates"] = int(np.count_nonzero(~kept))
    if settings.max_rows:
        eligible = int(np.count_nonzero(kept))
        kept = sample(kept, staged.text_keys(), settings.max_rows, settings.seed)
        left_out["max_rows"] = eligible - int(np.count_nonzero(kept))
    return kept, left_out


def _splits(staged: Staging, settings: DataIngestionSettings, kept: np.ndarray) -> np.ndarray:
    splits = np.where(kept, staged.given_splits(), np.int8(LEFT_OUT))
    given = kept & (staged.given_splits() != NOT_GIVEN)
    to_deal = kept if not given.any() else kept & (splits == _TRAIN)
    shares: dict[Split, float] = {"test": settings.test, "validation": settings.validation}
    missing = {split: share for split, share in shares.items() if not (splits == SPLITS.index(split)).any()}
    if missing and to_deal.any():
        dealt = slice(None) if to_deal.all() else to_deal  # a mask makes a copy
        keys, codes = staged.text_keys()[dealt], staged.label_codes()[dealt]
        splits[to_deal] = stratify(keys, codes, missing, settings.seed)
    return splits


def _too_little_to_tell_apart(
    rows: int, labels: list[str], settings: DataIngestionSettings, left_out: dict[str, int]
) -> list[Fault]:
    without = ", ".join(f"{count:,} by {setting}" for setting, count in left_out.items() if count)
    way_out = f"Left out were {without}." if without else ""
    if not rows:
        return [Fault(f"data_ingestion.source {settings.source}", "no row", "rows", way_out)]
    if len(labels) >= 2:
        return []
    found = f"one label only: {labels[0]}" if labels else "no label at all"
    return [Fault(f"column {settings.label_column}", found, "two labels or more", way_out)]


def _empty_splits(staged: Staging, splits: np.ndarray, labels: list[str]) -> list[Fault]:
    empty = [split for place, split in enumerate(SPLITS) if not (splits == place).any()]
    if not empty:
        return []
    rows = int(np.count_nonzero(splits != LEFT_OUT))
    texts = len(np.unique(staged.text_keys()[splits != LEFT_OUT]))
    found = f"{rows:,} row{'s' if rows > 1 else ''} with {texts:,} different texts, and no row for {listed(empty)}"
    expected = f"a row of each of the {len(labels)} labels in train, and others for validation and test"
    return [Fault("the rows", found, expected, "Give more rows; equal texts stay in one split.")]


def _unlearnable_labels(staged: Staging, splits: np.ndarray, settings: DataIngestionSettings) -> list[Fault]:
    codes = staged.label_codes()
    learnt = {*np.unique(codes[splits == _TRAIN]).tolist(), NO_LABEL}
    faults = []
    for place, split in enumerate(SPLITS):
        unknown, counts = np.unique(codes[splits == place], return_counts=True)
        strange = [
            f"{staged.labels[code]} ({count:,})"
            for code, count in zip(unknown.tolist(), counts.tolist(), strict=True)
            if code not in learnt
        ]
        if strange:
            way_out = "Give train rows of it, or leave it out with data_ingestion.keep."
            if settings.max_rows:
                way_out += " The sample of max_rows may have missed it: raise max_rows."
            found = f"{'a label' if len(strange) == 1 else 'labels'} that train lacks: {listed(strange)}"
            faults.append(Fault(f"the split {split}", found, "labels that train has too", way_out))
    return faults
