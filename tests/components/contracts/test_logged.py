"""What a run has logged comes here, and what it has not is None."""

from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.faults import Unavailable
from components.contracts.logged import fetch_logged
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures


def test_files_and_folders_come_and_what_is_not_there_is_none(client: MlflowClient, tmp_path: Path) -> None:  # noqa: F811
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "here", "folder/file.txt")
    file, folder = (fetch_logged(client, run_id, path, tmp_path) for path in ("folder/file.txt", "folder"))
    assert file
    assert file.read_text() == "here"
    assert folder
    assert (folder / "file.txt").read_text() == "here"
    for path in ("file.txt", "folder/other", "other/file.txt"):
        assert fetch_logged(client, run_id, path, tmp_path) is None


def test_a_run_that_is_gone_has_logged_nothing(client: MlflowClient, tmp_path: Path) -> None:  # noqa: F811
    assert fetch_logged(client, "0" * 32, "folder", tmp_path) is None


def test_a_server_that_is_down_is_no_absence(tracking: str, tmp_path: Path) -> None:  # noqa: F811
    with pytest.raises(Unavailable):
        fetch_logged(MlflowClient("http://127.0.0.1:9"), "0" * 32, "folder", tmp_path)
