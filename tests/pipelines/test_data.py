"""`data/` is what `data.dvc` names, wherever it comes from; or nothing, and a sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.repo import Repo

from components.contracts.faults import BadInput, Unavailable
from pipelines import data
from tests.servers import seaweedfs

ROOT = Path(__file__).parent.parent.parent
FILE = "rotten_tomatoes_corpus_full.csv.bz2"
MD5 = "999cc1106fb265723478489e824212dc.dir"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A source archive of this project: no git, no data."""
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    for name in ("config", ".gitignore"):
        shutil.copy(ROOT / ".dvc" / name, root / ".dvc")
    shutil.copy(ROOT / data.POINTER, root)
    return root


def set_remote(root: Path, url: str) -> None:
    with Repo(str(root), config={"core": {"no_scm": True}}).config.edit() as config:
        config["remote"]["store"] = {"url": url}
        config["core"]["remote"] = "store"


def set_remote_with_the_data(root: Path) -> Path:
    """Pull from the package, push to a store in a folder, and forget both the data and the cache."""
    store = root.parent / "store"
    data.pull(root)
    set_remote(root, str(store))
    Repo(str(root), config={"core": {"no_scm": True}}).push()
    shutil.rmtree(root / data.DATA)
    shutil.rmtree(root / ".dvc" / "cache")
    return store


def test_the_projects_own_pointer_names_the_packages_file(project: Path) -> None:
    assert data.status(project) == data.DataStatus("missing", MD5, "", ())
    pulled = data.pull(project)
    assert pulled == data.Pulled(data.PACKAGE_FILES[0], MD5)
    assert data.status(project) == data.DataStatus("in order", MD5, MD5, (FILE,))


def test_a_second_pull_does_nothing(project: Path) -> None:
    data.pull(project)
    before = (project / data.DATA / FILE).stat()
    assert data.pull(project) == data.Pulled("", MD5)
    assert (project / data.DATA / FILE).stat().st_mtime_ns == before.st_mtime_ns


def test_data_in_order_need_no_dvc(project: Path) -> None:
    data.pull(project)
    code = "import sys, pathlib; from pipelines import data; data.pull(pathlib.Path()); print('dvc' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_dvc_agrees(project: Path) -> None:
    data.pull(project)
    assert Repo(str(project), config={"core": {"no_scm": True}}).status() == {}


def test_another_file_than_the_pointer_names(project: Path) -> None:
    pointer = project / data.POINTER
    pointer.write_text(pointer.read_text().replace("999c", "0000"))
    with pytest.raises(BadInput) as caught:
        data.pull(project)
    assert f"{data.PACKAGE_FILES[0]}: found md5 {MD5}; expected md5 0000{MD5[4:]}" in str(caught.value)
    assert "configure the DVC remote" in str(caught.value)
    assert {path.name for path in project.iterdir()} == {".dvc", data.POINTER}


def test_from_a_remote(project: Path) -> None:
    store = set_remote_with_the_data(project)
    assert data.pull(project) == data.Pulled(str(store), MD5)
    assert data.status(project).state == "in order"


@pytest.mark.slow
def test_from_s3_by_the_command_line(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bessemer = [sys.executable, "-m", "pipelines", "data", "pull"]

    def pulled(**environment: str) -> "subprocess.CompletedProcess[str]":
        there = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        return subprocess.run(bessemer, cwd=project, env=there, capture_output=True, text=True)

    data.pull(project)
    with seaweedfs(tmp_path / "s3", "store") as s3:
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        set_remote(project, "s3://store/dvc")
        with Repo(str(project), config={"core": {"no_scm": True}}).config.edit() as config:
            config["remote"]["store"]["endpointurl"] = s3.url
        assert Repo(str(project), config={"core": {"no_scm": True}}).push() == 2  # the folder's list and its file
        shutil.rmtree(project / data.DATA)
        shutil.rmtree(project / ".dvc" / "cache")

        refused = pulled(AWS_SECRET_ACCESS_KEY="wrong-secret")
        assert refused.returncode == 65
        assert "the DVC remote s3://store/dvc: found a refusal" in refused.stderr + refused.stdout
        assert "Traceback" not in refused.stderr + refused.stdout
        assert "wrong-secret" not in refused.stderr + refused.stdout
        assert not (project / data.DATA).exists()

        done = pulled()
        assert done.returncode == 0, done.stderr
        assert data.status(project) == data.DataStatus("in order", MD5, MD5, (FILE,))


def test_a_remote_that_is_damaged_then_repaired(project: Path) -> None:
    store = set_remote_with_the_data(project)
    (stored,) = store.glob("files/md5/4e/*")
    sound = stored.read_bytes()
    stored.chmod(0o644)
    stored.write_bytes(sound + b"x")
    with pytest.raises(BadInput) as caught:
        data.pull(project)
    assert f"the DVC remote {store}: found md5" in str(caught.value)
    assert f"expected md5 {MD5}" in str(caught.value)
    assert not (project / data.DATA).exists()
    stored.write_bytes(sound)
    assert data.pull(project).md5 == MD5


def test_a_remote_without_the_data(project: Path) -> None:
    store = set_remote_with_the_data(project)
    shutil.rmtree(store)
    with pytest.raises(BadInput, match="the DVC remote"):
        data.pull(project)
    assert not (project / data.DATA).exists()


def test_a_remote_that_is_down(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    set_remote(project, "s3://bucket/data")
    with Repo(str(project), config={"core": {"no_scm": True}}).config.edit() as config:
        config["remote"]["store"]["endpointurl"] = "http://127.0.0.1:9"
    with pytest.raises(Unavailable) as caught:
        data.pull(project)
    assert "the DVC remote s3://bucket/data: found no answer" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_changes_are_not_overwritten(project: Path) -> None:
    data.pull(project)
    (project / data.DATA / "more.csv").write_text("text,label\n")
    assert data.status(project).state == "changed"
    with pytest.raises(BadInput, match="`bessemer data add data` records the change"):
        data.pull(project)
    assert (project / data.DATA / "more.csv").exists()


def test_add_a_file(project: Path, tmp_path: Path) -> None:
    data.pull(project)
    (tmp_path / "mine.csv").write_text("text,label\n")
    added = data.add(project, tmp_path / "mine.csv")
    assert added.path == project / data.DATA / "mine.csv"
    assert added.previous_md5 == MD5
    assert data.status(project) == data.DataStatus("in order", added.md5, added.md5, ("mine.csv", FILE))
    assert data.add(project, tmp_path / "mine.csv").md5 == added.md5


def test_add_a_folder(project: Path, tmp_path: Path) -> None:
    (project / data.POINTER).unlink()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.csv").write_text("text,label\n")
    assert data.status(project).state == "untracked"
    added = data.add(project, tmp_path / "mine")
    assert added.previous_md5 == ""
    assert data.status(project).files == ("mine/a.csv",)


def test_add_what_lies_in_data_already(project: Path) -> None:
    data.pull(project)
    (project / data.DATA / "more.csv").write_text("text,label\n")
    added = data.add(project, project / data.DATA)
    assert data.status(project).found_md5 == added.md5 != MD5


def test_add_does_not_forget_what_was_not_pulled(project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("text,label\n")
    with pytest.raises(BadInput, match="Run `bessemer data pull` first"):
        data.add(project, tmp_path / "mine.csv")


def test_add_does_not_replace_other_data(project: Path, tmp_path: Path) -> None:
    data.pull(project)
    (tmp_path / FILE).write_text("other")
    with pytest.raises(BadInput, match="found other data of that name; expected a new name"):
        data.add(project, tmp_path / FILE)


def test_add_nothing(project: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        data.add(project, tmp_path / "no.csv")


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="found no DVC repository"):
        data.status(tmp_path)


def test_no_pointer(project: Path) -> None:
    (project / data.POINTER).unlink()
    with pytest.raises(BadInput, match="Make one with `bessemer data add`"):
        data.pull(project)


@pytest.mark.parametrize("text", ["", "outs: [", "outs:\n- path: data\n", "outs: []\n"])
def test_a_damaged_pointer(project: Path, text: str) -> None:
    (project / data.POINTER).write_text(text)
    with pytest.raises(BadInput, match=r"data\.dvc: found no MD5 in it"):
        data.status(project)
