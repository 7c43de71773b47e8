"""Room -> container image, read only when a pipeline is compiled."""


def image(room: str) -> str:
    """Return the image of `room` without registry, tag or digest: `pipelines.images` puts these in its place."""
    return f"bessemer/{room}"


def room_of(reference: str) -> str:
    """Return the room that an image is of."""
    return reference.rpartition("/")[2].partition("@")[0].partition(":")[0]
