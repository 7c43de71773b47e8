"""The MLflow that holds the models and the record of their retrainings."""

import os
from typing import TYPE_CHECKING

from components.contracts.faults import BadInput, Fault
from components.contracts.tracking import connect

if TYPE_CHECKING:
    from mlflow import MlflowClient


def server() -> "MlflowClient":
    """Return a client of the server that the environment names.

    Raises:
        BadInput: it names none.

    """
    if os.environ.get("MLFLOW_TRACKING_URI"):
        return connect()
    expected = "the address of an MLflow server, or a database such as sqlite:///mlflow.db"
    raise BadInput(Fault("MLFLOW_TRACKING_URI", "nothing", expected, "Set it in the environment."))
