"""What can be done about a model's retrainings by hand."""

from components.contracts.tracking import connect
from components.retraining.record import reset
from pipelines.home import home, tracking_uri
from pipelines.preset import Preset


def close_breaker(preset: Preset) -> str:
    """Close the circuit breaker of the model that a preset builds, and return the model's name.

    Raises:
        BadInput: the record of its retrainings is broken.
        Unavailable: the server does not answer.

    """
    name = str(preset.sections["registration"]["name"])
    home().mkdir(parents=True, exist_ok=True)
    reset(connect(tracking_uri()), name)
    return name
