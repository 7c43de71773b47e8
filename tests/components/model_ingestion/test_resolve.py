from pathlib import Path

from components.model_ingestion.config import ModelIngestionSettings
from components.model_ingestion.resolve import resolve


def test_it_looks_each_time(model: Path) -> None:
    settings = ModelIngestionSettings(str(model))
    first = resolve(settings)
    assert resolve(settings) == first
    (model / "tokenizer_config.json").write_text("{}")
    assert resolve(settings) != first
