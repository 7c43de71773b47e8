"""What a run has logged, brought here."""

from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.tracking import answering

if TYPE_CHECKING:
    from mlflow import MlflowClient


def fetch_logged(client: "MlflowClient", run_id: str, path: str, folder: Path) -> Path | None:
    """Download a file or folder among the artifacts of a run; return where it lies.

    It is None where there is no such file, or no such run any more: `mlflow gc` takes away those that were deleted.

    Args:
        client: of the server that has it.
        run_id: of the run.
        path: among its artifacts.
        folder: where it goes.

    Raises:
        Unavailable: the server does not answer.

    """
    with answering():
        # a look first: what a store says of a file that is not there differs from store to store
        if path not in _listed(client, run_id, path.rpartition("/")[0]):
            return None
        return Path(client.download_artifacts(run_id, path, str(folder)))


def _listed(client: "MlflowClient", run_id: str, folder: str) -> set[str]:
    from mlflow.exceptions import MlflowException

    try:
        return {entry.path for entry in client.list_artifacts(run_id, folder or None)}
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return set()
        raise
