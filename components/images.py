"""Room -> container image, read only when a pipeline is compiled."""

import os

REGISTRY = "BESSEMER_IMAGE_REGISTRY"
TAG = "BESSEMER_IMAGE_TAG"


def image(room: str) -> str:
    """Return the image reference of `room`; BESSEMER_IMAGE_REGISTRY and BESSEMER_IMAGE_TAG choose where and which."""
    registry = os.environ.get(REGISTRY, "bessemer")
    tag = os.environ.get(TAG, "latest")
    return f"{registry}/{room.replace('_', '-')}:{tag}"


def room_of(reference: str) -> str:
    """Return the room that an image is of."""
    name = reference.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return name.replace("-", "_")
