import json
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from pipelines import preset

MINE = """\
description: Mine.
recipes: [onnx-fp32]
data_ingestion:
  source: mine.csv
  text_column: text
  label_column: label
model_ingestion:
  source: package://cognition/model
registration:
  name: mine
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    return path


def faults_of(path: Path | str, *overrides: str) -> list[str]:
    with pytest.raises(BadInput) as refusal:
        preset.load(str(path), overrides)
    return [str(fault) for fault in refusal.value.faults]


@pytest.mark.parametrize("name", preset.names())
def test_each_preset_that_comes_with_bessemer_is_sound(name: str) -> None:
    loaded = preset.load(name)
    assert loaded.description
    assert loaded.measured[0] == "baseline"
    assert loaded.arguments() == {"preset": name, "settings": {}}


def test_there_are_the_promised_presets() -> None:
    assert {"sentiment", "intent", "smoke"} <= set(preset.names())


def test_a_file_of_the_users_own_is_a_preset(mine: Path) -> None:
    loaded = preset.load(str(mine))
    assert (loaded.name, loaded.recipes) == ("mine", ("onnx-fp32",))
    assert loaded.sections["evaluation"] == {}


def test_a_file_of_the_users_own_travels_whole(mine: Path) -> None:
    mine.write_text(MINE + "evaluation:\n")  # a section that is left empty
    arguments = preset.load(str(mine), ["fine_tuning.epochs=2"]).arguments()
    assert arguments["preset"] == "none"
    assert arguments["settings"]["recipes"] == ["onnx-fp32"]
    assert arguments["settings"]["registration"] == {"name": "mine"}
    assert arguments["settings"]["fine_tuning"] == {"epochs": 2}
    assert "evaluation" not in arguments["settings"]


def test_of_a_preset_of_bessemers_only_the_sections_travel_that_an_override_touches() -> None:
    overrides = ["fine_tuning.epochs=1", "data_validation.leakage_exact.severity=soft"]
    loaded = preset.load("smoke", overrides)
    settings = {room: loaded.sections[room] for room in ("fine_tuning", "data_validation")}
    assert loaded.arguments() == {"preset": "smoke", "settings": settings}


def test_an_override_of_a_whole_section_is_laid_over_it() -> None:
    plain = preset.load("smoke").sections["fine_tuning"]
    loaded = preset.load("smoke", ["fine_tuning={epochs: 1}", "evaluation=null"])
    assert loaded.sections["fine_tuning"] == {**plain, "epochs": 1}
    assert loaded.sections["evaluation"] == preset.load("smoke").sections["evaluation"]


def test_overrides_are_read_as_yaml_and_laid_over(mine: Path) -> None:
    overrides = [
        "fine_tuning.epochs=1",
        "data_ingestion.source=yours.csv",
        "recipes=[int8-dynamic]",
        "fine_tuning.seed=3",
    ]
    loaded = preset.load(str(mine), overrides)
    assert loaded.sections["fine_tuning"] == {"epochs": 1, "seed": 3}
    assert loaded.sections["data_ingestion"]["source"] == "yours.csv"
    assert loaded.recipes == ("int8-dynamic",)


def test_unknown_preset_names_the_known_and_the_nearest() -> None:
    (fault,) = faults_of("sentimnet")
    assert "expected one of intent, sentiment, smoke" in fault
    assert "Did you mean sentiment?" in fault


def test_a_file_that_is_not_there() -> None:
    assert "no such file" in faults_of("absent.yaml")[0]


def test_a_folder_named_as_a_preset_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (fault,) = faults_of(tmp_path / "folder.yaml")
    assert "folder.yaml: found is a directory; expected a preset's YAML file that can be read" in fault


@pytest.mark.parametrize("value", ["2024-05-01", "2024-05-01 12:00:00", "2024-05-01T12:00:00+02:00", "2024-13-45"])
def test_dates_are_texts_that_json_takes(mine: Path, value: str) -> None:
    loaded = preset.load(str(mine), [f"registration.description={value}"])
    assert loaded.sections["registration"]["description"].replace("T", " ") == value.replace("T", " ")
    assert json.dumps(loaded.arguments())


def test_a_date_in_a_file_is_a_text_too(mine: Path) -> None:
    mine.write_text(MINE.replace("Mine.", "2024-05-01") + "  description: 2024-05-01T12:00:00+02:00\n")
    loaded = preset.load(str(mine))
    assert loaded.description == "2024-05-01"
    assert json.loads(json.dumps(loaded.arguments()))["settings"]["registration"]["description"].startswith(
        "2024-05-01"
    )


def test_a_date_where_a_number_belongs_is_a_fault(mine: Path) -> None:
    (fault,) = faults_of(mine, "fine_tuning.epochs=2024-05-01")
    assert 'fine_tuning.epochs: found "2024-05-01"' in fault


def test_all_faults_of_a_file_at_once_with_their_lines(mine: Path) -> None:
    mine.write_text(
        MINE.replace("recipes: [onnx-fp32]", "recipes: [onnx-fp23]").replace("  source: mine.csv", "  sorce: mine.csv")
        + "fine_tuning:\n  epochs: three\n  learning_rate: -1.0\nevalution: {}\n"
    )
    faults = faults_of(mine)
    places = {fault.split(": ")[0].rsplit(":", 1)[1]: fault for fault in faults}
    assert "Did you mean onnx-fp32?" in places["2"]
    assert "data_ingestion.sorce" in places["4"]
    assert "Did you mean source?" in places["4"]
    assert "data_ingestion.source: found nothing" in places["3"]
    assert "fine_tuning.epochs" in places["12"]
    assert "fine_tuning.learning_rate: found -1;" in places["13"]
    assert "Did you mean evaluation?" in places["14"]
    assert len(faults) == 6


def test_a_fault_of_an_override_names_the_override(mine: Path) -> None:
    faults = faults_of(mine, "fine_tuning.epochs=many", "registration.nmae=x")
    assert any(fault.startswith("--set fine_tuning.epochs=many: ") for fault in faults)
    assert any("Did you mean name?" in fault for fault in faults)


@pytest.mark.parametrize(
    ("override", "message"),
    [("fine_tuning.epochs", "such as --set"), ("=1", "such as --set"), ("registration.name.x=1", "a single value")],
)
def test_an_override_of_the_wrong_form(mine: Path, override: str, message: str) -> None:
    assert message in faults_of(mine, override)[0]


def test_sizes_longer_than_the_models_texts_are_an_impossible_combination(mine: Path) -> None:
    faults = faults_of(mine, "fine_tuning.max_tokens=64", "evaluation.sizes=[[1, 128]]")
    assert any("evaluation.sizes" in fault and "64" in fault for fault in faults)


def test_an_impossible_combination_is_said_beside_other_faults(mine: Path) -> None:
    faults = faults_of(mine, "recipes=[prune]", "fine_tuning.max_tokens=64", "evaluation.sizes=[[1, 128]]")
    assert sum("evaluation.sizes: found 128 tokens" in fault for fault in faults) == 1
    assert len(faults) == 2


def test_a_section_at_fault_is_not_combined(mine: Path) -> None:
    (fault,) = faults_of(mine, "fine_tuning.max_tokens=many", "evaluation.sizes=[[1, 512]]")
    assert "fine_tuning.max_tokens" in fault


def test_sizes_that_nobody_asked_for_do_not_stand_in_the_way_of_short_texts(mine: Path) -> None:
    loaded = preset.load(str(mine), ["fine_tuning.max_tokens=64"])
    assert loaded.sections["fine_tuning"] == {"max_tokens": 64}


@pytest.mark.parametrize(
    ("recipes", "message"),
    [
        ("[]", "a list with at least one"),
        ("onnx-fp32", "a list with at least one"),
        ("[baseline, onnx-fp32]", "it is always measured"),
        ("[onnx-fp32, onnx-fp32]", "each recipe once"),
        ("[prune]", "one of"),
    ],
)
def test_recipes_that_cannot_be(mine: Path, recipes: str, message: str) -> None:
    assert message in faults_of(mine, f"recipes={recipes}")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recipes: [a\nb: c", ":2: the YAML"),
        ("recipes: [a]\nrecipes: [b]\n", "duplicate"),
        ("- a\n- b\n", "a section a room"),
        ("", "a section a room"),
        ("description: 2024-13-45\n", "month must be in 1..12"),
    ],
)
def test_yaml_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    assert message in faults_of(path)[0]


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(b"description: \xff\xfe\xfa\n")
    assert "UTF-8" in faults_of(path)[0]


def test_a_section_that_is_no_mapping(mine: Path) -> None:
    mine.write_text(MINE + "evaluation: fast\n")
    (fault,) = faults_of(mine)
    assert "'fast'" in fault
    assert "mine.yaml:11:" in fault


def test_a_typo_inside_a_nested_section_offers_that_sections_keys(mine: Path) -> None:
    (fault,) = faults_of(mine, "data_validation.leakage_exact.severty=soft")
    assert "Did you mean severity?" in fault
