"""What a run has logged, brought here."""

from pathlib import Path
from typing import TYPE_CHECKING

from components.contracts.tracking import answering

if TYPE_CHECKING:
    from mlflow import MlflowClient


def fetch_logged(client: "MlflowClient", run_id: str, path: str, folder: Path) -> Path | None:
    """Download a file or folder among the artifacts of a run; return where it lies, or None where there is no such.

    Args:
        client: of the server that has it.
        run_id: of the run.
        path: among its artifacts.
        folder: where it goes, under its own path.

    Raises:
        Unavailable: the server does not answer.

    """
    with answering():
        # a look first: what a store says of a file that is not there differs from store to store
        parent = path.rpartition("/")[0]
        if not any(entry.path == path for entry in client.list_artifacts(run_id, parent or None)):
            return None
        return Path(client.download_artifacts(run_id, path, str(folder)))
