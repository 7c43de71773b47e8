from typing import Any

import pytest

from components.contracts.faults import BadInput
from pipelines import preset
from pipelines.sections import ROOMS
from pipelines.settings.resolve import CHOICES, Form, asked_for, resolve

OWN = {
    "recipes": ["onnx-fp32"],
    "data_ingestion": {"source": "s3://bucket/mine.csv"},
    "model_ingestion": {"source": "s3://bucket/model"},
    "registration": {"name": "mine"},
}


def faults_of(**form: Any) -> list[str]:
    with pytest.raises(BadInput) as refusal:
        resolve(Form(**form))
    assert refusal.value.exit_code == 65
    return [str(fault) for fault in refusal.value.faults]


@pytest.mark.parametrize("name", preset.names())
def test_a_form_that_asks_for_nothing_more_is_the_preset(name: str) -> None:
    assert resolve(Form(name)).sections == preset.load(name).sections
    assert resolve(Form(name)).measured == preset.load(name).measured


@pytest.mark.parametrize(
    "overrides",
    [
        ["fine_tuning.epochs=1", "data_validation.leakage_exact.severity=soft", "recipes=[onnx-fp32]"],
        ["data_ingestion.keep={}", "fine_tuning={seed: 4}"],
    ],
)
def test_what_the_command_hands_over_resolves_to_what_it_checked(overrides: list[str]) -> None:
    checked = preset.load("smoke", overrides)
    resolved = resolve(Form(**checked.arguments()))
    assert (resolved.sections, resolved.recipes) == (checked.sections, checked.recipes)


def test_the_fields_of_the_form_are_laid_over_the_preset() -> None:
    form = Form("smoke", objective="best-quality", data_source="s3://b/k.csv", base_model="org/name", model_name="mine")
    resolved = resolve(form).sections
    assert resolved["selection"] == {**preset.load("smoke").sections["selection"], "objective": "best-quality"}
    assert resolved["data_ingestion"]["source"] == "s3://b/k.csv"
    assert resolved["model_ingestion"] == {"source": "org/name"}
    assert resolved["registration"]["name"] == "mine"


def test_settings_have_the_last_word() -> None:
    form = Form("smoke", model_name="mine", settings={"registration": {"name": "yours"}, "recipes": ["onnx-fp32"]})
    assert resolve(form).sections["registration"]["name"] == "yours"
    assert resolve(form).measured == ["baseline", "onnx-fp32"]


def test_without_a_preset_settings_say_everything() -> None:
    resolved = resolve(Form("none", settings=OWN))
    assert resolved.sections == {room: OWN.get(room, {}) for room in ROOMS}


def test_what_was_asked_for_is_a_form_that_asks_for_the_same_whatever_presets_say() -> None:
    resolved = resolve(Form("smoke", objective="fastest", settings={"fine_tuning": {"epochs": 9.0, "max_tokens": 64}}))
    asked = asked_for(resolved)
    assert (asked.pop("preset"), asked.pop("overrides")) == (
        "smoke",
        {"fine_tuning": {"epochs": 9}, "selection": {"objective": "fastest"}},
    )
    again = resolve(Form("none", settings=asked))
    assert (again.recipes, again.sections) == (resolved.recipes, resolved.sections)


def test_of_a_preset_of_ones_own_everything_is_an_override() -> None:
    asked = asked_for(resolve(Form("none", settings=OWN)))
    assert asked["preset"] == "none"
    assert asked["overrides"] == OWN


def test_a_password_is_refused_before_anything_keeps_it() -> None:
    repository = {"repository": "https://me:hunter2@example.com/data.git", "source": "a.csv"}
    (fault,) = faults_of(preset="smoke", settings={"data_ingestion": repository})
    assert "found https://example.com/data.git with a password or token; expected an address without one" in fault
    assert "hunter2" not in fault


def test_without_a_preset_what_is_missing_is_named() -> None:
    faults = faults_of(preset="none", settings={"recipes": ["onnx-fp32"]})
    assert {fault.partition(": found nothing")[0] for fault in faults} == {
        "data_ingestion.source",
        "model_ingestion.source",
        "registration.name",
    }


def test_numbers_as_kfp_hands_them_over_are_sound() -> None:
    settings = {"fine_tuning": {"epochs": 2.0, "max_tokens": 128.0}, "evaluation": {"sizes": [[1.0, 128.0]]}}
    assert resolve(Form("smoke", settings=settings)).sections["fine_tuning"]["epochs"] == 2


def test_every_fault_of_the_form_at_once_each_with_its_field() -> None:
    faults = faults_of(
        preset="smoke",
        task="translation",
        objective="fastset",
        data_source="gs://bucket/key",
        model_name="a/b",
        settings={"fine_tuning": {"epoks": 1}, "evalution": {}, "recipes": ["prune"], "compression": "none"},
    )
    assert len(faults) == 8
    expected = [
        "task: found 'translation'; expected one of text-classification.",
        "objective: found 'fastset'; expected one of as the preset says, fastest, smallest, best-quality. Did you mean",
        "settings: evalution: found a section that does not exist",
        "settings: recipes.0: found 'prune'",
        "data_source: data_ingestion.source: found gs://",
        "settings: fine_tuning.epoks: found a key that does not exist; expected a known key. Did you mean epochs?",
        "settings: compression: found 'none'; expected a mapping",
        "model_name: registration.name: found 'a/b'",
    ]
    for start in expected:
        assert any(fault.startswith(start) for fault in faults), (start, faults)


def test_under_an_unknown_preset_only_what_was_given_is_judged() -> None:
    (unknown, epochs) = faults_of(preset="smok", settings={"fine_tuning": {"epochs": "three"}})
    assert unknown == "preset: found 'smok'; expected one of intent, sentiment, smoke, none. Did you mean smoke?"
    assert epochs.startswith('settings: fine_tuning.epochs: found "three"')


def test_the_drop_downs_offer_every_preset() -> None:
    assert CHOICES["preset"] == [*preset.names(), "none"]
