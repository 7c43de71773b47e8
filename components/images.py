"""Room -> container image, read only when a pipeline is compiled."""


def image(room: str) -> str:
    """Return the image of `room` without registry, tag or digest: `pipelines.images` puts these in its place."""
    return f"bessemer/{room}"
