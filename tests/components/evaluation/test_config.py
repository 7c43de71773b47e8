import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.evaluation.config import EvaluationSettings


def test_numbers_arrive_from_kfp_as_floats() -> None:
    section = {"sizes": [[1.0, 16.0], [8.0, 32.0]], "length_bands": [8.0], "seconds_per_size": 2.0, "threads": 1.0}
    settings = read_settings(EvaluationSettings, section, "evaluation")
    assert settings.sizes == ((1, 16), (8, 32))
    assert settings.length_bands == (8,)


def test_impossible_combinations_are_all_reported() -> None:
    section = {"sizes": [[1, 32], [1, 32]], "length_bands": [32, 16], "splt": "test"}
    with pytest.raises(BadInput) as refused:
        read_settings(EvaluationSettings, section, "evaluation")
    assert "Did you mean split?" in str(refused.value)
    assert "evaluation.sizes: found the same size twice; expected each size once." in str(refused.value)
    assert "evaluation.length_bands: found 32, 16; expected numbers that grow." in str(refused.value)


@pytest.mark.parametrize(
    "section", [{"sizes": []}, {"sizes": [[0, 4]]}, {"confidence": 1.0}, {"resamples": 1}, {"split": "train"}]
)
def test_values_out_of_bounds_are_refused(section: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=r"evaluation\."):
        read_settings(EvaluationSettings, section, "evaluation")
