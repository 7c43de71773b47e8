"""What a version's run in MLflow holds about it."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

from components.contracts.faults import BadInput, Fault
from components.contracts.folders import Manifest, read_manifest
from components.contracts.logged import fetch_logged
from components.contracts.registration import ASKED

if TYPE_CHECKING:
    from mlflow import MlflowClient

M = TypeVar("M", bound=Manifest)


def read_asked(client: "MlflowClient", run_id: str) -> dict[str, Any]:
    """Return what the run was asked for; nothing where it was registered without.

    Raises:
        BadInput: the file holds something else.

    """
    with TemporaryDirectory() as folder:
        path = fetch_logged(client, run_id, ASKED, Path(folder))
        try:
            return dict(json.loads(path.read_bytes())) if path else {}
        except (ValueError, TypeError):
            thing, way_out = f"{ASKED} of run {run_id}", "It was changed since: restore it from a backup."
            raise BadInput(Fault(thing, "no JSON object", "sections of settings", way_out)) from None


def read_contract(client: "MlflowClient", run_id: str, folder: str, contract: type[M]) -> M | None:
    """Return the manifest in a folder of the run's artifacts; None where there is none.

    Raises:
        BadInput: another version of Bessemer wrote it.

    """
    with TemporaryDirectory() as temporary:
        path = fetch_logged(client, run_id, f"{folder}/{contract.FILE}", Path(temporary))
        return read_manifest(path.parent, contract) if path else None


def read_text(client: "MlflowClient", run_id: str, name: str) -> str:
    """Return a text among the run's artifacts; nothing where there is none."""
    with TemporaryDirectory() as folder:
        path = fetch_logged(client, run_id, name, Path(folder))
        return path.read_text(encoding="utf-8") if path else ""
