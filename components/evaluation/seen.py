"""Which held-out rows a model has learned from: they say nothing about what it can."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from components.contracts.reference import TRAINING_TEXTS_SCHEMA, text_key


def seen(texts: Sequence[str], learned: Sequence[Path]) -> NDArray[np.bool_]:
    """Return for each text whether one of the models has learned from it, as (len(texts),).

    Args:
        texts: of the held-out rows.
        learned: a Parquet file of `TRAINING_TEXTS_SCHEMA` a model.

    """
    keys = pa.array(map(text_key, texts), pa.binary(8))
    result = np.zeros(len(texts), dtype=np.bool_)
    for file in learned:
        known = pq.read_table(file, schema=TRAINING_TEXTS_SCHEMA)["key"]
        result |= pc.is_in(keys, value_set=known).to_numpy(zero_copy_only=False)
    return result
