"""The registry that the environment names, or the one of the runs made here."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.faults import BadInput, Fault
from components.contracts.tracking import connect
from pipelines.home import tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient


def registry() -> "MlflowClient":
    """Return a client of the registry; MLflow's own remarks on it are left out.

    Raises:
        BadInput: there is none here yet, and MLflow would set up an empty one.

    """
    uri = tracking_uri()
    path = uri.removeprefix("sqlite:///")
    if path != uri and not Path(path).exists():
        way_out = "Make one with `bessemer run`, or name a server in MLFLOW_TRACKING_URI."
        raise BadInput(Fault("the registry", f"nothing at {path}", "MLflow's database", way_out))
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    return connect(uri)
