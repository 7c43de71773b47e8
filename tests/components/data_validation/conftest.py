"""Data sets that are sound but for what a test puts into them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.contracts.tracking import StepRun
from components.contracts.validation import Finding, Validation
from components.data_validation.config import DataValidationSettings
from components.data_validation.validate import validate
from tests.conftest import labelled_texts, write_dataset

Pairs = list[tuple[str | None, str | None]]


@dataclass(frozen=True)
class Judge:
    """Runs the room on rows."""

    base: Path
    home: Path

    def __call__(self, rows: dict[str, Pairs], **settings: Any) -> Validation:
        dataset = write_dataset(self.home / "dataset", rows)  # type: ignore[arg-type]
        return self.of(dataset, **settings)

    def of(self, dataset: Path, **settings: Any) -> Validation:
        config = read_settings(DataValidationSettings, settings, "data_validation")
        return validate(dataset, self.base, config, self.home / "validation", self.page, StepRun())

    def finding(self, name: str, rows: dict[str, Pairs], **settings: Any) -> Finding:
        return next(found for found in self(rows, **settings).findings if found.expectation == name)

    def refusal(self, rows: dict[str, Pairs], **settings: Any) -> list[str]:
        """Return the sentences of the faults that end the step."""
        with pytest.raises(BadInput) as refused:
            self(rows, **settings)
        assert not (self.home / "validation").exists()
        assert self.page.exists()
        return [str(fault) for fault in refused.value.faults]

    @property
    def page(self) -> Path:
        return self.home / "docs" / "data_docs.html"


@pytest.fixture
def judge(base_folder: Path, tmp_path: Path) -> Judge:
    """Return what runs the room with BERT-tiny's tokenizer."""
    return Judge(base_folder, tmp_path)


@pytest.fixture
def sound() -> dict[str, Pairs]:
    """Return rows in which every expectation holds: 100, 20 and 20 of them."""
    pairs: Pairs = list(labelled_texts(140, seed=11))
    return {"train": pairs[:100], "validation": pairs[100:120], "test": pairs[120:]}


@pytest.fixture
def with_text(sound: dict[str, Pairs]) -> Callable[..., dict[str, Pairs]]:
    """Return what puts texts behind the sound training rows, which are 100: the first has row number 102."""

    def build(*texts: str | None) -> dict[str, Pairs]:
        return {**sound, "train": [*sound["train"], *((text, "fresh") for text in texts)]}

    return build
