"""Find out where a model would be registered now."""

import json
import os
from collections.abc import Mapping

from components.contracts.address import without_password
from components.contracts.tracking import no_server

_NAMED_BY = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_WORKSPACE")
"""What MLflow itself reads: where the run and the model go, where the version goes, and which part of a server."""


def resolve(environment: Mapping[str, str] = os.environ) -> str:
    """Return the registry's identity as JSON, without users' names and passwords.

    It is the same before and after a registration, or a second run would register a second time. So it says where the
    registry is and nothing of what stands in it.

    Raises:
        BadInput: no server is named. Registration would find that out as well, hours later.

    """
    named = {name: environment[name] for name in _NAMED_BY if environment.get(name)}
    if "MLFLOW_TRACKING_URI" not in named:
        raise no_server()
    return json.dumps({name: without_password(value) for name, value in named.items()})
