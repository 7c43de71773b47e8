from pathlib import Path

import pytest

from components.contracts.faults import BadInput, Unwritable
from pipelines import home


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BESSEMER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_home_is_in_the_working_folder_unless_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BESSEMER_HOME")
    monkeypatch.chdir(tmp_path)
    assert home.home() == tmp_path / ".bessemer"


def test_tracking_uri_is_a_file_at_home_unless_the_environment_names_one(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert home.tracking_uri() == f"sqlite:///{own_home}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert home.tracking_uri() == "http://127.0.0.1:5000"


def test_the_newest_run_is_found_and_one_by_its_beginning() -> None:
    runs = [home.new_run() for _ in range(2)]
    assert home.find_run().id == max(run.id for run in runs)
    assert home.find_run(runs[0].id).path == runs[0].path


def test_no_run_is_a_sentence() -> None:
    with pytest.raises(BadInput, match="Make one with `bessemer run`"):
        home.find_run()


def test_a_file_where_home_has_to_be_is_a_sentence(own_home: Path) -> None:
    own_home.write_text("in the way")
    with pytest.raises(Unwritable, match="a file where a folder has to be"):
        home.new_run()
