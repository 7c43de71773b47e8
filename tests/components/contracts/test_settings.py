"""Settings: every fault at once, each with a way out; and values arrive as they were set."""

import datetime
import math
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from pydantic.dataclasses import dataclass

from components.contracts.faults import BadInput, Fault
from components.contracts.settings import STRICT, find_faults, read_settings, read_settings_file


@dataclass(frozen=True, config=STRICT)
class TrainingSettings:
    epochs: Annotated[int, Field(gt=0)] = 2
    rate: Annotated[float, Field(gt=0)] = 5e-5
    schedule: Literal["linear", "cosine"] = "linear"
    shuffle: bool = True
    columns: tuple[str, ...] = ("text",)
    weights: dict[str, float] | None = None
    warm_up: float = 0.1
    decay: float = 0.1

    def conflicts(self) -> list[Fault]:
        if self.warm_up + self.decay > 1:
            return [Fault("training.warm_up", f"{self.warm_up} + {self.decay}", "together at most 1")]
        return []


@dataclass(frozen=True, config=STRICT)
class SourceSettings:
    source: str
    limit: int = 0

    def conflicts(self) -> list[Fault]:
        return [Fault("source.limit", "-1", "0 or more")] if self.limit < 0 else []


def faults(**section: Any) -> list[str]:
    return [str(fault) for fault in find_faults(TrainingSettings, section, "training")]


def read(**section: Any) -> TrainingSettings:
    return read_settings(TrainingSettings, section, "training")


def test_an_empty_section_takes_every_default() -> None:
    assert read() == TrainingSettings()


def test_every_fault_comes_at_once_and_with_it_what_cannot_be_combined() -> None:
    with pytest.raises(BadInput) as refusal:
        read(epoch=3, rate="fast", schedule="step", shuffle="yes", columns=["a", 7], warm_up=0.8, decay=0.7)
    said = [str(fault) for fault in refusal.value.faults]
    assert sorted(said) == [
        "training.columns.1: found 7; expected a valid string.",
        "training.epoch: found a key that does not exist; expected a known key. Did you mean epochs?",
        'training.rate: found "fast"; expected a valid number. The default is 5e-05.',
        "training.schedule: found \"step\"; expected 'linear' or 'cosine'. The default is \"linear\".",
        'training.shuffle: found "yes"; expected a valid boolean. The default is true.',
        "training.warm_up: found 0.8 + 0.7; expected together at most 1.",
    ]


def test_a_key_that_resembles_none_is_told_which_there_are() -> None:
    (said,) = faults(gpu=1)
    assert "Remove it; known are epochs, rate, schedule, shuffle, columns, weights, warm_up, decay." in said


@dataclass(frozen=True, config=STRICT)
class Bounds:
    low: int = 0
    high: int = 1


@dataclass(frozen=True, config=STRICT)
class ValidationSettings:
    length: Bounds = Bounds()

    def conflicts(self) -> list[Fault]:
        return []


def test_a_key_inside_a_section_is_told_its_neighbours() -> None:
    section = {"length": {"hihg": 2, "low": "no", "mid": 1}}
    assert [str(fault) for fault in find_faults(ValidationSettings, section, "validation")] == [
        'validation.length.low: found "no"; expected a valid integer.',
        "validation.length.hihg: found a key that does not exist; expected a known key. Did you mean high?",
        "validation.length.mid: found a key that does not exist; expected a known key. Remove it; known are low, high.",
    ]


def test_a_missing_value_is_told_where_to_set_it() -> None:
    (fault,) = find_faults(SourceSettings, {}, "source")
    assert str(fault) == (
        "source.source: found nothing; expected a value; it has no default. Set it in the preset or with --set "
        "source.source=…"
    )


def test_a_missing_value_leaves_nothing_to_combine() -> None:
    assert [fault.thing for fault in find_faults(SourceSettings, {"limit": -1}, "source")] == ["source.source"]


def test_a_conflict_alone_is_a_fault() -> None:
    with pytest.raises(BadInput, match=r"source\.limit: found -1; expected 0 or more"):
        read_settings(SourceSettings, {"source": "a.csv", "limit": -1}, "source")


def test_a_number_out_of_bounds_is_named_with_the_bound() -> None:
    assert faults(epochs=0) == ["training.epochs: found 0; expected greater than 0. The default is 2."]


@pytest.mark.parametrize("value", ["3", True, None, [3], 2.5, {"a": 1}])
def test_a_whole_number_is_nothing_else(value: object) -> None:
    (said,) = faults(epochs=value)
    assert said.startswith("training.epochs: found ")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_a_fault(value: float) -> None:
    (said,) = faults(rate=value)
    assert "expected a finite number" in said


def test_what_json_does_not_know_is_a_fault() -> None:
    (said,) = faults(epochs=datetime.date(2024, 1, 2))
    assert 'training.epochs: found "2024-01-02"; expected a valid integer' in said


def test_long_values_are_cut_in_the_message() -> None:
    (said,) = faults(epochs="ü" * 1000)
    assert len(said) < 200
    assert '"üüü' in said


def test_numbers_arrive_as_kfp_hands_them_over() -> None:
    settings = read(epochs=3.0, rate=1.0, columns=["a"], weights={"fresh": 2.0})
    assert settings == TrainingSettings(epochs=3, rate=1.0, columns=("a",), weights={"fresh": 2.0})
    assert isinstance(settings.epochs, int)
    assert isinstance(settings.rate, float)


def as_kfp_does(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_kfp_does(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_kfp_does(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


positive = st.floats(min_value=1e-300, allow_infinity=False, allow_nan=False)
share = st.floats(min_value=0, max_value=0.5)
sections = st.fixed_dictionaries(
    {},
    optional={
        "epochs": st.integers(min_value=1, max_value=2**53),
        "rate": positive,
        "schedule": st.sampled_from(["linear", "cosine"]),
        "shuffle": st.booleans(),
        "columns": st.lists(st.text()),
        "weights": st.none() | st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False)),
        "warm_up": share,
        "decay": share,
    },
)


@given(sections)
def test_what_was_set_is_what_is_read(section: dict[str, Any]) -> None:
    for handed_over in (section, as_kfp_does(section)):
        settings = read(**handed_over)
        for key, value in section.items():
            assert getattr(settings, key) == (tuple(value) if key == "columns" else value)


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.floats() | st.text() | st.lists(st.integers())))
def test_whatever_is_set_the_answer_is_settings_or_sentences(section: dict[str, Any]) -> None:
    found = find_faults(TrainingSettings, section, "training")
    assert all(str(fault).startswith("training") for fault in found)
    assert found or isinstance(read(**section), TrainingSettings)


# a section in a file of its own, for rooms that are run by hand


def test_a_file_holds_a_section_and_none_holds_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"epochs": 3}')
    assert read_settings_file(TrainingSettings, tmp_path / "settings.json", "training") == TrainingSettings(epochs=3)
    assert read_settings_file(TrainingSettings, None, "training") == TrainingSettings()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "settings.json: found No such file or directory; expected a JSON object of settings."),
        (b"{", "settings.json: found Expecting property name"),
        (b"\xff{}", "settings.json: found 'utf-8' codec can't decode"),
        (b"[1]", "settings.json: found [1]; expected a JSON object of settings."),
        (b'{"epochs": 0, "shufle": true}', "training.shufle: found a key that does not exist"),
    ],
)
def test_a_file_that_holds_none_is_a_sentence(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_settings_file(TrainingSettings, path, "training")
    assert said in str(refused.value)
