"""What can be done about a model's retrainings by hand."""

from components.contracts.tracking import connect
from components.retraining.record import reset
from components.retraining.release import release
from pipelines.home import home, tracking_uri
from pipelines.preset import Preset
from pipelines.registry.connect import registry


def close_breaker(preset: Preset) -> str:
    """Close the circuit breaker of the model that a preset builds, and return the model's name.

    Raises:
        BadInput: the record of its retrainings is broken.
        Unavailable: the server does not answer.

    """
    name = _name(preset)
    home().mkdir(parents=True, exist_ok=True)
    reset(connect(tracking_uri()), name)
    return name


def release_lock(preset: Preset, why: str) -> str:
    """Release the lock on the model that a preset builds, and return what was released, in a sentence.

    Raises:
        BadInput: nothing holds it, or the record of its retrainings is broken.
        Unavailable: the server does not answer.

    """
    name = _name(preset)
    released = release(registry(), name, why)
    return f"The run {released.run} no longer holds {name}: the next retraining may begin."


def _name(preset: Preset) -> str:
    return str(preset.sections["registration"]["name"])
