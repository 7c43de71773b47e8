"""The contracts of a finished run, as the report is given them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from components.contracts.choice import Choice, Verdict
from components.contracts.dataset import Dataset, DataSource, SplitFile
from components.contracts.folders import write_manifest
from components.contracts.model import BaseModel, TunedModel
from components.contracts.scorecard import Interval, Latency, Machine, Scorecard, Slice
from components.contracts.validation import Finding, Validation
from components.reporting.story import Inputs, Story
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures

CONTENT, BASE = "d" * 64, "b" * 64
REVISION = "0123456789abcdef0123456789abcdef01234567"


def scorecard(recipe: str, accuracy: float, p50_ms: float, mib: float, labels: Sequence[str]) -> Scorecard:
    """Return a scorecard whose confusion matrix has a mistake of each label for the next one."""
    count = len(labels)
    confusion = [
        [20 - row % 7 if row == column else int(column == row + 1) for column in range(count)] for row in range(count)
    ]
    return Scorecard(
        recipe=recipe,
        candidate_sha256="c" * 64,
        applied="as asked",
        dataset_sha256=CONTENT,
        split="test",
        rows=400,
        labels=list(labels),
        accuracy=Interval(accuracy, accuracy - 0.021, accuracy + 0.019, 0.95),
        macro_f1=Interval(accuracy - 0.004, accuracy - 0.03, accuracy + 0.017, 0.95),
        calibration_error=0.02,
        confusion=confusion,
        slices=[Slice(f"label={label}", 20, 0.9 - place / 100, 0.8) for place, label in enumerate(labels)],
        latency=[Latency(1, 32, 2, 100, p50_ms, p50_ms * 1.3, p50_ms * 1.5, 1000 / p50_ms)],
        reference_latency=[Latency(1, 32, 2, 100, 15.0, 18.0, 20.0, 66.0)],
        bytes_on_disk=int(mib * 1024 * 1024),
        peak_memory_mib=100.0,
        machine=Machine("a processor", 2, 2, "a system"),
        predictions_sha256="e" * 64,
    )


def verdict(card: Scorecard, drop: float, *reasons: str, qualifies: bool = False) -> Verdict:
    return Verdict(card.recipe, qualifies, list(reasons), Interval(drop, drop - 0.8, drop + 0.9, 0.95), card)


def story(chosen: str = "int8-dynamic", labels: Sequence[str] = ("fresh", "rotten")) -> Story:
    """Return a run of four candidates, of which `chosen` goes on."""
    splits = {"train": SplitFile("t", 2000, ""), "validation": SplitFile("v", 200, ""), "test": SplitFile("e", 400, "")}
    source = DataSource("data/reviews.csv", "https://example.org/data.git", REVISION, "9" * 32, 12345)
    findings = [
        Finding("schema", "hard", True, 0, "0 of 12 columns that are not what a data set has (0 %); expected none."),
        Finding(
            "mojibake", "soft", False, 3, "3 of 2,600 texts look decoded with the wrong character set; expected none."
        ),
    ]
    course = {
        "loss": [(step, 1.0 / step) for step in range(1, 61)],
        "validation_loss": [(20, 0.3), (40, 0.25), (60, 0.27)],
        "validation_accuracy": [(20, 0.85), (40, 0.893), (60, 0.89)],
    }
    verdicts = [
        verdict(scorecard("baseline", 0.893, 15.0, 87.0, labels), 0.0, "the reference"),
        verdict(scorecard("onnx-fp32", 0.893, 6.0, 87.5, labels), 0.0, "number 2 by the objective", qualifies=True),
        verdict(scorecard("int8-dynamic", 0.888, 3.5, 23.0, labels), 0.5, "fastest within the budgets", qualifies=True),
        verdict(
            scorecard("pruned", 0.841, 2.5, 12.0, labels), 5.2, "loss of 5.2 points is over the budget of 1.0 points"
        ),
    ]
    return Story(
        dataset=Dataset("text-classification", {}, list(labels), splits, source, 0, {"drop_duplicates": 57}, CONTENT),
        base=BaseModel("package://cognition/model", REVISION, BASE, {}, "bert", 4_400_000, 512),
        validation=Validation(CONTENT, "t" * 64, findings, {}),
        tuned=TunedModel(
            task="text-classification",
            labels=list(labels),
            max_tokens=64,
            pad_id=0,
            files={},
            base_source="package://cognition/model",
            base_revision=REVISION,
            base_sha256=BASE,
            dataset_sha256=CONTENT,
            seed=7,
            precision="fp32",
            steps=40,
            training_seconds=61.0,
            samples_per_second=98.0,
            validation={"loss": 0.25, "accuracy": 0.893},
            course=course,
        ),
        choice=Choice(
            chosen=chosen,
            why=f"{chosen} is the fastest." if chosen else "No candidate is within the budgets.",
            objective="fastest",
            budgets={"max_quality_drop": 1.0, "max_p95_ms": 9.0},
            verdicts=verdicts if chosen else [verdicts[0], verdicts[3]],
        ),
    )


def write(told: Story, folder: Path) -> Inputs:
    """Write the contracts of a story."""
    manifests = (told.dataset, told.base, told.validation, told.tuned, told.choice)
    inputs = Inputs(*(folder / name for name in ("dataset", "base", "validation", "tuned", "choice")))
    for place, manifest in zip(vars(inputs).values(), manifests, strict=True):
        write_manifest(place, manifest)
    return inputs


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """The contracts of a run in which int8-dynamic was chosen."""
    return write(story(), tmp_path / "run")
