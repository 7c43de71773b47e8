from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from components.contracts.reference import TRAINING_TEXTS_SCHEMA, text_key
from components.evaluation.seen import seen


def learned(path: Path, texts: list[str]) -> Path:
    pq.write_table(pa.table({"key": sorted(map(text_key, texts))}, schema=TRAINING_TEXTS_SCHEMA), path)
    return path


def test_a_text_that_either_has_learned_from_is_seen_however_it_is_spaced(tmp_path: Path) -> None:
    files = [learned(tmp_path / "a", ["A warm  film", "grim"]), learned(tmp_path / "b", ["dull"])]
    texts = ["a warm film", "a warm film!", "DULL\n", "", "grim"]
    assert seen(texts, files).tolist() == [True, False, True, False, True]
    assert seen(texts, files[1:]).tolist() == [False, False, True, False, False]


def test_an_empty_list_has_seen_nothing(tmp_path: Path) -> None:
    assert not seen(["a", ""], [learned(tmp_path / "a", [])]).any()
