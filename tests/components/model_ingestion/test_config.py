import pytest

from components.contracts.faults import BadInput
from components.contracts.settings import read_settings
from components.model_ingestion.config import ModelIngestionSettings


def test_the_source_has_no_default() -> None:
    with pytest.raises(BadInput, match=r"model_ingestion\.source: found nothing; expected a value"):
        read_settings(ModelIngestionSettings, {}, "model_ingestion")


@pytest.mark.parametrize("source", ["package://cognition/model", "s3://models/bert", "models:/base/3"])
def test_only_hub_names_have_a_revision(source: str) -> None:
    section = {"source": source, "revision": "main"}
    with pytest.raises(BadInput, match=r"model_ingestion\.revision: found main; expected none for a source at"):
        read_settings(ModelIngestionSettings, section, "model_ingestion")


def test_a_hub_name_may_have_one() -> None:
    section = {"source": "org/name", "revision": "v1"}
    assert read_settings(ModelIngestionSettings, section, "model_ingestion").revision == "v1"
