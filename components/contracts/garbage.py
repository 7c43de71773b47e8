"""How often our processes look for garbage: a task imports far more than it ever throws away."""

import atexit
import gc

_OBJECTS_BETWEEN_LOOKS = 100_000
"""With Python's own 700 a fifth of the time that torch or MLflow take to be imported goes into looking for garbage."""


def collect_rarely() -> None:
    """Let this process, and those that it forks, look for garbage rarely, and not at all when it ends."""
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS, 20, 100)
    atexit.register(gc.freeze)
