"""A comparison as evaluation wrote it, checked against its predictions, and as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from components.contracts.comparison import Comparison
from components.contracts.contenders import Role
from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.folders import check_files, read_manifest, sha256_of

AGAIN = "Run the comparison of the two again."
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Answered:
    """What was measured about the two, and which rows each got right."""

    comparison: Comparison
    comparison_sha256: str
    """Of the comparison's manifest."""
    challenger: Flags
    """Whether it was right, as (rows,)."""
    champion: Flags | None
    """The same of the champion; None where nobody reigns."""
    slices: dict[str, Flags]
    """Whether a row lies in the slice, as (rows,), by the slice's name."""


def read_answered(folder: Path) -> Answered:
    """Return the comparison in `folder`.

    Raises:
        BadInput: it is missing or changed, contradicts its predictions, holds no row, or compares a model with itself.

    """
    comparison = read_manifest(folder, Comparison)
    check_files(folder, {Comparison.PREDICTIONS: comparison.predictions_sha256})
    refuse_if_any(_not_two_models(comparison))
    table = pq.read_table(folder / Comparison.PREDICTIONS)
    if not table.num_rows:
        thing, found = f"the comparison of {comparison.name}", "no row that neither model has learned from"
        way_out = "Give it a test split that is new to both."
        raise BadInput(Fault(thing, found, "held-out rows", way_out))
    answered = Answered(
        comparison=comparison,
        comparison_sha256=sha256_of(folder / Comparison.FILE),
        challenger=_right(table, "challenger"),
        champion=_right(table, "champion") if comparison.champion else None,
        slices=_slices(table["slices"]),
    )
    refuse_if_any(_contradictions(answered, folder / Comparison.FILE))
    return answered


def _right(table: pa.Table, role: Role) -> Flags:
    return np.asarray(pc.fill_null(pc.equal(table["label"], table[role]), False), dtype=np.bool_)


def _slices(names: pa.ChunkedArray) -> dict[str, Flags]:
    inside: dict[str, Flags] = {}
    rows = pc.list_parent_indices(names).to_numpy()
    name_of = pc.list_flatten(names).combine_chunks().dictionary_encode()
    places = name_of.indices.to_numpy()
    for place, name in enumerate(name_of.dictionary.to_pylist()):
        inside[name] = np.zeros(len(names), dtype=np.bool_)
        inside[name][rows[places == place]] = True
    return inside


def _not_two_models(comparison: Comparison) -> Iterator[Fault]:
    challenger, champion = comparison.challenger, comparison.champion
    if champion is None:
        return
    thing, expected = f"the challenger of {comparison.name}", "another model than the champion"
    if challenger.version == champion.version:
        yield Fault(thing, f"version {champion.version}, which is the champion", expected, "Name another version.")
    elif challenger.candidate_sha256 == champion.candidate_sha256:
        found = f"version {challenger.version}, whose bytes are those of version {champion.version}, the champion"
        yield Fault(thing, found, expected, "There is nothing to promote.")


def _contradictions(answered: Answered, manifest: Path) -> Iterator[Fault]:
    """Yield in what the numbers of the manifest are not those of its predictions."""
    comparison = answered.comparison
    if comparison.rows != len(answered.challenger):
        found, expected = f"{comparison.rows:,} rows", f"{len(answered.challenger):,}, as its predictions are"
        yield Fault(str(manifest), found, expected, AGAIN)
    for measured, right in ((comparison.challenger, answered.challenger), (comparison.champion, answered.champion)):
        if measured is None or right is None or abs(float(right.mean()) - measured.accuracy.value) < 1e-9:
            continue
        found = f"accuracy {measured.accuracy.value:.4f} of version {measured.version}"
        yield Fault(str(manifest), found, f"{right.mean():.4f}, as its predictions say", AGAIN)
