"""Data in a DVC repository are named by commit and MD5, and read from where they lie."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dvc.repo import Repo

from components.contracts.dataset import DataSource
from components.contracts.faults import BadInput, Refusal, Unavailable
from components.contracts.tracking import StepRun
from components.data_ingestion.config import DataIngestionSettings
from components.data_ingestion.ingest import ingest
from components.data_ingestion.resolve import resolve
from tests.components.data_ingestion.sources import pairs_of, refusal, reviews, run, settings, write
from tests.servers import seaweedfs


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git and DVC repository that tracks the folder data/ and the file one.csv, and has pushed them."""
    root = tmp_path_factory.mktemp("dvc") / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    repo = Repo.init(str(root))
    write(root / "data" / "reviews.csv", reviews())
    write(root / "one.csv", reviews(30))
    repo.add([str(root / "data"), str(root / "one.csv")])
    with repo.config.edit() as config:
        config["remote"]["store"] = {"url": str(root.parent / "store")}
        config["core"]["remote"] = "store"
    Repo(str(root)).push()
    commit(root, "first")
    git(root, "tag", "v1")
    return root


@pytest.fixture
def repository(original: Path, tmp_path: Path) -> Path:
    """A copy of `original` to change."""
    return shutil.copytree(original, tmp_path / "repository")


def change(root: Path) -> str:
    """Make a second revision of the data, and return its commit."""
    write(root / "data" / "reviews.csv", reviews(50))
    Repo(str(root)).add([str(root / "data")])
    return commit(root, "second")


def refused(kind: type[Refusal] = BadInput, **values: Any) -> str:
    with pytest.raises(kind) as caught:
        resolve(settings(**values))
    return str(caught.value)


def test_the_working_tree(repository: Path) -> None:
    found = resolve(settings("data/reviews.csv", repository=str(repository)))
    assert found.git_revision == git(repository, "rev-parse", "v1")
    assert found.repository == str(repository)


def test_a_plain_path_is_named_by_the_commit_too(repository: Path) -> None:
    plain = resolve(settings(repository / "data" / "reviews.csv"))
    assert plain.git_revision == git(repository, "rev-parse", "v1")


def test_a_commit_that_does_not_touch_the_data_is_not_news(repository: Path) -> None:
    before = resolve(settings(repository / "data"))
    (repository / "notes.txt").write_text("notes")
    commit(repository, "notes")
    assert resolve(settings(repository / "data")) == before


def test_changed_data_are_named_by_their_bytes_only(repository: Path) -> None:
    before = resolve(settings(repository / "data"))
    write(repository / "data" / "reviews.csv", reviews(50))
    changed = resolve(settings(repository / "data"))
    assert changed.git_revision == ""
    assert changed.md5 != before.md5


def test_a_pointer_that_is_not_committed_names_no_commit(repository: Path) -> None:
    write(repository / "one.csv", reviews(50))
    Repo(str(repository)).add([str(repository / "one.csv")])
    assert resolve(settings(repository / "one.csv")).git_revision == ""


def test_a_repository_without_git(tmp_path: Path) -> None:
    write(tmp_path / "data" / "reviews.csv", reviews())
    Repo.init(str(tmp_path), no_scm=True).add([str(tmp_path / "data")])
    assert resolve(settings("data/reviews.csv", repository=str(tmp_path))).git_revision == ""


@pytest.mark.parametrize("source", ["data", "data/reviews.csv", "one.csv"])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_an_older_revision_is_read_although_the_working_tree_moved_on(
    repository: Path, tmp_path: Path, source: str, scheme: str
) -> None:
    now = resolve(settings(repository / source))
    change(repository)
    write(repository / "one.csv", reviews(60))
    then = resolve(settings(source, repository=f"{scheme}{repository}", revision="v1"))
    assert (then.git_revision, then.md5, then.size) == (now.git_revision, now.md5, now.size)
    run(source, tmp_path / "out", repository=f"{scheme}{repository}", revision="v1")
    assert pairs_of(tmp_path / "out") == reviews(30 if source == "one.csv" else 40)


def test_a_branch_that_moves_between_the_look_and_the_reading_is_read_as_it_was(
    repository: Path, tmp_path: Path
) -> None:
    config = settings("data", repository=str(repository), revision="main")
    source = resolve(config)
    change(repository)
    ingest(source, config, tmp_path / "out", StepRun())
    assert pairs_of(tmp_path / "out") == reviews(40)


def test_a_url_without_a_revision_is_its_default_branch(repository: Path) -> None:
    second = change(repository)
    Repo(str(repository)).push()
    assert resolve(settings("data", repository=f"file://{repository}")).git_revision == second


@pytest.mark.slow
def test_an_older_revision_is_read_from_s3(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone of the repository, as a pod makes it, holds no data: all of it comes from the remote."""
    with seaweedfs(tmp_path / "s3", "store") as s3:
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        with Repo(str(repository)).config.edit() as config:
            config["remote"]["store"] = {"url": "s3://store/dvc", "endpointurl": s3.url}
        Repo(str(repository)).push()
        commit(repository, "the store is S3 now")
        git(repository, "tag", "old")
        change(repository)
        Repo(str(repository)).push()
        shutil.rmtree(repository / ".dvc" / "cache")
        shutil.rmtree(repository / "data")

        for revision, rows in (("old", 40), ("main", 50)):
            run("data", tmp_path / revision, repository=f"file://{repository}", revision=revision)
            assert pairs_of(tmp_path / revision) == reviews(rows)

        config = settings("data", repository=f"file://{repository}", revision="old")
        source = resolve(config)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
        with pytest.raises(BadInput, match="found a refusal of the DVC remote; expected permission to read") as caught:
            ingest(source, config, tmp_path / "refused", StepRun())
        assert "wrong-secret" not in str(caught.value)
        assert not (tmp_path / "refused").exists()


def test_no_repository(tmp_path: Path) -> None:
    assert "found no DVC repository" in refused(source="a.csv", repository=str(tmp_path))
    assert "found no such folder" in refused(source="a.csv", repository=str(tmp_path / "no"))


def test_no_git_repository_has_no_revisions(tmp_path: Path) -> None:
    Repo.init(str(tmp_path), no_scm=True)
    assert "found no git repository" in refused(source="a.csv", repository=str(tmp_path), revision="v1")


def test_no_such_revision(repository: Path) -> None:
    said = refused(source="data", repository=str(repository), revision="v9")
    assert "unknown Git revision 'v9'" in said


def test_a_url_that_cannot_be_cloned_keeps_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # DVC forgets the folder of a clone that failed
    with pytest.raises(Unavailable) as caught:  # past the settings' own check, which refuses such a URL
        resolve(DataIngestionSettings("data", "https://me:hunter2@127.0.0.1:1/data.git"))
    said = str(caught.value)
    assert "127.0.0.1:1/data.git" in said
    assert "hunter2" not in said


def test_no_such_path(repository: Path) -> None:
    assert "Did you mean data?" in refused(source="date", repository=str(repository), revision="v1")
    assert "reviews.csv" in refused(source="data/review.csv", repository=str(repository))


@pytest.mark.parametrize("revision", ["", "v1"])
def test_a_path_that_is_not_tracked(repository: Path, revision: str) -> None:
    said = refused(source="data.dvc", repository=str(repository), revision=revision)
    assert "a path that DVC does not track" in said
    assert "`bessemer data add`" in said


def cloned(repository: Path, tmp_path: Path) -> Path:
    """Return a clone whose DVC remote has nothing."""
    git(tmp_path, "clone", "-q", str(repository), "clone")
    (tmp_path / "clone" / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    return tmp_path / "clone"


@pytest.mark.parametrize("source", ["data", "data/reviews.csv", "one.csv"])
@pytest.mark.parametrize("revision", ["", "v1"])
def test_data_that_were_not_pulled(repository: Path, tmp_path: Path, source: str, revision: str) -> None:
    said = refused(source=source, repository=str(cloned(repository, tmp_path)), revision=revision)
    assert "tracked by DVC, but its data are not here" in said
    assert "`bessemer data pull`" in said


def test_a_plain_path_that_was_not_pulled(repository: Path, tmp_path: Path) -> None:
    said = refused(source=str(cloned(repository, tmp_path) / "data" / "reviews.csv"))
    assert "`bessemer data pull`" in said


def test_data_that_changed_since_they_were_looked_at(repository: Path, tmp_path: Path) -> None:
    config = settings("data", repository=str(repository))
    source = resolve(config)
    write(repository / "data" / "reviews.csv", reviews(50))
    with pytest.raises(BadInput, match="It was changed while the pipeline ran"):
        ingest(source, config, tmp_path / "out", StepRun())


def test_a_damaged_pointer(repository: Path) -> None:
    (repository / "data.dvc").write_text("outs: [")
    assert "expected a DVC repository in order" in refused(source=str(repository / "data"))


def test_a_store_that_lost_its_bytes(repository: Path, tmp_path: Path) -> None:
    config = settings("data", repository=str(repository), revision="v1")
    source = resolve(config)
    wrong = DataSource(source.uri, source.repository, source.git_revision, "0" * 32 + ".dir", source.size)
    with pytest.raises(BadInput, match="as it was looked up"):
        ingest(wrong, config, tmp_path / "out", StepRun())
    assert "found" in refusal("data", tmp_path / "out", repository=str(repository), text_column="txt")
