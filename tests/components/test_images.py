"""Room -> image, and back."""

import pytest

from components.images import image, room_of


@pytest.mark.parametrize(
    "reference",
    [
        image("data_ingestion"),
        "registry.example.com:5000/team/bessemer/data_ingestion:1a2b-dirty",
        "registry.example.com/bessemer/data_ingestion@sha256:0123",
    ],
)
def test_an_image_names_its_room(reference: str) -> None:
    assert room_of(reference) == "data_ingestion"
