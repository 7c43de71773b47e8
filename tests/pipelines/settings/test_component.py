"""The first task of a run, as kfp runs it."""

import json
from pathlib import Path
from typing import Any

import pytest
from kfp import local

from components.contracts.events import EVENTS
from pipelines import preset
from pipelines.settings.component import resolve_settings

FORM = {
    "preset": "smoke",
    "task": "text-classification",
    "objective": "fastest",
    "data_source": "",
    "base_model": "",
    "model_name": "",
}


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    local.init(local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path / "root"))
    monkeypatch.setenv(EVENTS, str(tmp_path / "events.jsonl"))
    return tmp_path / "events.jsonl"


def told(events: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in events.read_text().splitlines()]


def test_each_room_is_handed_its_section_under_its_name(events: Path) -> None:
    handed = resolve_settings(**FORM, settings={"registration": {"name": "mine"}}).outputs
    expected = preset.load("smoke", ["selection.objective=fastest", "registration.name=mine"])
    asked = handed.pop("asked")
    assert handed == {"recipes": expected.measured, **expected.sections}
    overrides = {"selection": {"objective": "fastest"}, "registration": {"name": "mine"}}
    assert asked == {"preset": "smoke", "overrides": overrides, "recipes": ["int8-dynamic"], **expected.sections}


def test_a_form_at_fault_ends_the_task_with_every_sentence(events: Path) -> None:
    with pytest.raises(RuntimeError):
        resolve_settings(**{**FORM, "objective": "cheapest"}, settings={"fine_tuning": {"epoks": 3}})
    failed = told(events)[-1]
    assert (failed["event"], failed["exit_code"], failed["defect"]) == ("failed", 65, False)
    assert [fault.partition(":")[0] for fault in failed["faults"]] == ["objective", "settings"]
