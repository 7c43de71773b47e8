"""The registry that a command looks into."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from components.contracts.step import quiet_libraries
from components.contracts.tracking import answering, connect
from pipelines.home import tracking_uri
from pipelines.registered import refuse_missing_database

if TYPE_CHECKING:
    from mlflow import MlflowClient


@contextmanager
def registry_of(name: str) -> Iterator["MlflowClient"]:
    """Yield a client of the registry in which the model `name` is looked for.

    Raises:
        BadInput: there is no registry.
        Unavailable: it does not answer.

    """
    quiet_libraries()
    uri = tracking_uri()
    refuse_missing_database(uri, name)
    with answering():
        yield connect(uri)
