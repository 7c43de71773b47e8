import pytest

from pipelines.sections import faults_of, lay_over


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"fine_tuning": {"epochs": 2}}, {"fine_tuning": {"epochs": 2, "seed": 1}, "recipes": ["onnx-fp32"]}),
        ({"recipes": ["int8-dynamic"]}, {"fine_tuning": {"seed": 1}, "recipes": ["int8-dynamic"]}),
        ({"fine_tuning": None}, {"fine_tuning": {"seed": 1}, "recipes": ["onnx-fp32"]}),
        ({"fine_tuning": "no section"}, {"fine_tuning": "no section", "recipes": ["onnx-fp32"]}),
    ],
)
def test_a_section_is_laid_over_key_by_key(settings: dict[str, object], expected: dict[str, object]) -> None:
    values = {"fine_tuning": {"seed": 1}, "recipes": ["onnx-fp32"]}
    lay_over(values, settings)
    assert values == expected


def test_a_mapping_inside_a_section_takes_the_place_of_the_one_before() -> None:
    values = {"data_ingestion": {"keep": {"category": ["fresh"]}}}
    lay_over(values, {"data_ingestion": {"keep": {"stars": ["5"]}}})
    assert values == {"data_ingestion": {"keep": {"stars": ["5"]}}}


def test_faults_of_all_sections_at_once() -> None:
    things = [fault.thing for fault in faults_of({"recipes": [], "rooms": {}, "evaluation": {"round": 2}})]
    assert things == [
        "rooms",
        "recipes",
        "data_ingestion.source",
        "model_ingestion.source",
        "evaluation.round",
        "registration.name",
    ]
