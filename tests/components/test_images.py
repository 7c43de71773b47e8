import pytest

from components.images import REGISTRY, TAG, image, room_of


def test_registry_and_tag_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REGISTRY, "registry.example:5000/team")
    monkeypatch.setenv(TAG, "abc123")
    assert image("data_ingestion") == "registry.example:5000/team/data-ingestion:abc123"


@pytest.mark.parametrize(
    "reference",
    ["data-ingestion", "bessemer/data-ingestion:latest", "registry.example:5000/team/data-ingestion@sha256:0a1b"],
)
def test_an_image_tells_its_room(reference: str) -> None:
    assert room_of(reference) == "data_ingestion"
