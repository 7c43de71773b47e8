import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from components.contracts.dataset import read_dataset
from components.contracts.faults import BadInput, Unwritable
from components.contracts.folders import read_manifest, sha256_of
from components.contracts.tracking import StepRun, step_run
from components.contracts.validation import Validation
from components.data_validation.config import DataValidationSettings
from components.data_validation.validate import validate
from tests.components.data_validation.conftest import Judge, Pairs
from tests.conftest import write_dataset
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures

Build = Callable[..., dict[str, Pairs]]


def test_a_sound_data_set_passes(judge: Judge, dataset_folder: Path, base_folder: Path) -> None:
    validation = judge.of(dataset_folder)
    assert validation == read_manifest(judge.home / "validation", Validation)
    assert all(finding.passed for finding in validation.findings)
    assert validation.dataset_sha256 == read_dataset(dataset_folder).content_sha256
    assert validation.tokenizer_sha256 == sha256_of(base_folder / "tokenizer.json")
    counts = validation.counts
    assert [counts[f"rows_{split}"] for split in ("train", "validation", "test")] == [240, 60, 80]
    assert (counts["labels"], counts["hard_failures"], counts["warnings"]) == (2, 0, 0)
    assert 0 < counts["tokens_median"] <= counts["tokens_p95"] <= counts["tokens_max"] <= counts["characters_max"]


def test_soft_findings_warn_and_do_not_stop(judge: Judge, with_text: Build) -> None:
    texts = [
        "lost \ufffd here",
        "a NUL\x00 here",
        "the cafÃ© of â€œmagicâ€",
        "to jane.doe@example.com",
        "call 415-555-2671",
    ]
    findings = {found.expectation: found for found in judge(with_text(*texts)).findings}
    for name in ("replacement_characters", "control_characters", "mojibake", "email_addresses", "phone_numbers"):
        assert (findings[name].severity, findings[name].passed, findings[name].unexpected) == ("soft", False, 1)
    sentence = "1 of 145 texts with U+FFFD, which stands where a character was lost (0.69 %); expected none."
    assert findings["replacement_characters"].sentence == sentence


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("a NUL\x00 byte", "control_characters", "row 102 (train, fresh) “a NUL\\x00 byte” (control characters: 1)"),
        ("lost \ufffd here", "replacement_characters", "“lost \ufffd here” (replacement characters: 1)"),
        ("the cafÃ© of â€œmagicâ€", "mojibake", "texts that look decoded with the wrong character set"),
        ("to jane.doe@example.com", "email_addresses", "“to j***@***.com” (e-mail addresses: 1)"),
        ("call 415-555-2671 now", "phone_numbers", "“call ***-***-**71 now” (phone numbers: 1)"),
        ("pay 4111-1111-1111-1111", "card_numbers", "“pay ***************1111” (card numbers: 1)"),
        ("日本語の映画はとても面白い", "unknown_tokens", "the tokenizer knows less than 90 %"),
    ],
)
def test_what_is_hard_stops_with_the_row(judge: Judge, with_text: Build, text: str, name: str, said: str) -> None:
    (sentence,) = judge.refusal(with_text(text), **{name: {"severity": "hard", "max_share": 0}})
    assert sentence.startswith(f"data_validation.{name}: found 1 of 141 texts")
    assert said in sentence


@pytest.mark.slow
def test_a_text_of_10_mb(judge: Judge, with_text: Build) -> None:
    (sentence,) = judge.refusal(with_text("a film, " * 1_310_720))
    assert sentence == (
        "data_validation.characters: found 1 of 141 texts longer than 100,000 characters (0.71 %): reviews.csv row 102 "
        "(train, fresh) “a film, a film, a film, a film, a film, a film, a film, a film, a film, a film, …” "
        "(characters: 10,485,760); expected none. Look for quotes that do not close; or split such texts, or raise "
        "max_characters."
    )


def test_missing_and_blank_values_all_at_once(judge: Judge, sound: dict[str, Pairs]) -> None:
    rows = {**sound, "train": [*sound["train"], (None, "fresh"), (" \u200b\n", "fresh"), ("a film", None)]}
    missing, blank, label = judge.refusal(rows)
    assert missing.startswith(
        "data_validation.missing_text: found 1 of 143 rows without a text (0.7 %): reviews.csv row 102"
    )
    assert blank.startswith("data_validation.blank_text: found 1 of 142 texts without a visible character")
    assert "reviews.csv row 103 (train, fresh)" in blank
    assert label.startswith("data_validation.missing_label: found 1 of 143 rows without a label")
    assert "reviews.csv row 104 (train, no label) “a film”" in label


def test_one_class_only(judge: Judge, sound: dict[str, Pairs]) -> None:
    (sentence,) = judge.refusal({split: [(text, "fresh") for text, _ in pairs] for split, pairs in sound.items()})
    assert sentence == (
        "data_validation.classes: found 1 different labels in train; expected at least 2. There is nothing to tell "
        "apart: look at data_ingestion.label_column and data_ingestion.keep."
    )


def test_a_label_in_test_that_train_lacks(judge: Judge, sound: dict[str, Pairs]) -> None:
    (sentence,) = judge.refusal({**sound, "test": [*sound["test"], ("a film of the year", "mellow")]})
    assert sentence.startswith("data_validation.label_set: found 1 of 141 labelled rows whose label train lacks")
    assert "reviews.csv row 22 (test, mellow) “a film of the year” (training rows with its label: 0)" in sentence


def test_three_rows_in_all(judge: Judge) -> None:
    rows: dict[str, Pairs] = {"train": [("good film", "fresh"), ("bad film", "rotten")], "validation": [], "test": []}
    sentences = judge.refusal({**rows, "test": [("a film", "fresh")]})
    assert sentences == [
        "data_validation.distinct_texts: found 3 of 3 splits with too few different texts (100 %): train (2 different "
        "texts in 2 rows, 30 required); validation (0 different texts in 0 rows, 10 required); test (1 different texts "
        "in 1 rows, 10 required); expected 30 or more in train, 10 in validation, 10 in test. Bring more rows, or "
        "other shares in data_ingestion; a model of fewer could not be measured."
    ]


def test_no_rows_at_all(judge: Judge) -> None:
    sentences = judge.refusal({"train": [], "validation": [], "test": []})
    assert [sentence.partition(":")[0] for sentence in sentences] == [
        "data_validation.distinct_texts",
        "data_validation.classes",
    ]


def test_nothing_but_duplicates(judge: Judge) -> None:
    rows: dict[str, Pairs] = {
        split: [("The  FILM", "fresh"), ("the film", "rotten")] * 60 for split in ("train", "test")
    }
    distinct, conflicting, leaked = judge.refusal({**rows, "validation": []})
    assert "train (1 different texts in 120 rows, 30 required)" in distinct
    assert conflicting.startswith("data_validation.conflicting_labels: found 240 of 240 labelled texts")
    assert "(labels for its text: 2, as reviews.csv row 3 (train, rotten))" in conflicting
    assert leaked.startswith("data_validation.leakage_exact: found 120 of 120 held-out texts")


def test_leakage_names_both_rows(judge: Judge, sound: dict[str, Pairs]) -> None:
    text, label = sound["train"][4]
    assert text
    near = f"{sound['train'][6][0]} indeed"
    rows = {**sound, "test": [*sound["test"], (f" {text.upper()} ", label), (near, "fresh")]}
    exact, almost = judge.refusal(rows, leakage_near={"severity": "hard", "max_share": 0})
    assert f"copies in an earlier split: 1, as reviews.csv row 6 (train, {label})" in exact
    assert "reviews.csv row 22 (test" in exact
    assert almost.startswith("data_validation.leakage_near: found 1 of 42 held-out texts that almost stand")
    assert "reviews.csv row 23 (test, fresh)" in almost
    assert "as reviews.csv row 8 (train" in almost


def test_duplicates_inside_a_split_name_the_first(judge: Judge, sound: dict[str, Pairs]) -> None:
    rows = {**sound, "train": [*sound["train"], sound["train"][0]]}
    (sentence,) = judge.refusal(rows, duplicates={"severity": "hard", "max_share": 0})
    assert "earlier copies in its split: 1, as reviews.csv row 2 (train" in sentence


def test_rare_labels(judge: Judge, sound: dict[str, Pairs]) -> None:
    rows = {**sound, "train": [*sound["train"], ("a film of its own kind", "mellow")]}
    hard = {"severity": "hard"}
    few, rare = judge.refusal(rows, rows_per_label=hard, balance=hard)
    assert "found 1 of 3 labels with less than 10 training rows (33 %): mellow (1 training rows)" in few
    assert rare.startswith("data_validation.balance: found 1 of 3 labels with less than 0.1 of the training rows")


def test_changed_bytes_of_a_split(judge: Judge, sound: dict[str, Pairs]) -> None:
    dataset = write_dataset(judge.home / "dataset", sound)  # type: ignore[arg-type]
    with (dataset / "test.parquet").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(
        BadInput, match=r"test.parquet: found sha256 \w{12}; expected sha256 \w{12}. It was changed or cut"
    ):
        judge.of(dataset)
    assert not judge.page.exists()


def test_columns_of_another_kind(judge: Judge, sound: dict[str, Pairs]) -> None:
    dataset = write_dataset(judge.home / "dataset", sound)  # type: ignore[arg-type]
    pq.write_table(pa.table({"row": [1], "text": [2]}), dataset / "train.parquet")
    values = json.loads((dataset / "dataset.json").read_text())
    values["splits"]["train"]["sha256"] = sha256_of(dataset / "train.parquet")
    (dataset / "dataset.json").write_text(json.dumps(values))
    with pytest.raises(BadInput) as refused:
        judge.of(dataset)
    (fault,) = refused.value.faults
    assert fault.found.startswith(
        "3 of 12 columns that are not what a data set has (25 %): train.file (no such column "
    )
    assert "train.text (int64 instead of string); train.label (no such column instead of string)" in fault.found
    assert not (judge.home / "validation").exists()


def test_a_base_model_without_its_tokenizer(judge: Judge, base_folder: Path, sound: dict[str, Pairs]) -> None:
    base = Path(shutil.copytree(base_folder, judge.home / "base"))
    (base / "tokenizer.json").unlink()
    with pytest.raises(BadInput, match=r"tokenizer\.json: found no file; expected sha256 91f1def9b939"):
        Judge(base, judge.home)(sound)
    values = json.loads((base / "base_model.json").read_text())
    del values["files"]["tokenizer.json"]
    (base / "base_model.json").write_text(json.dumps(values))
    with pytest.raises(BadInput, match=r"found no tokenizer\.json; expected a base model"):
        Judge(base, judge.home)(sound)


def test_a_region_that_does_not_exist(judge: Judge, sound: dict[str, Pairs]) -> None:
    with pytest.raises(BadInput, match=r"data_validation\.phone_numbers\.region: found XX"):
        judge(sound, phone_numbers={"region": "XX"})


@pytest.mark.parametrize("output", ["validation", "docs"])
def test_outputs_that_cannot_be_written(judge: Judge, dataset_folder: Path, base_folder: Path, output: str) -> None:
    (judge.home / "file").write_text("")
    places = {"validation": judge.home / "validation", "docs": judge.home / "docs.html"}
    places[output] = judge.home / "file" / "deeper" / output
    with pytest.raises(Unwritable, match="a file where a folder has to be"):
        validate(dataset_folder, base_folder, DataValidationSettings(), places["validation"], places["docs"], StepRun())
    assert (judge.home / "file").read_text() == ""
    assert not (judge.home / "validation").exists()


def test_a_disk_that_is_full(judge: Judge, dataset_folder: Path, base_folder: Path) -> None:
    small = judge.home / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not permitted here")
    try:
        with pytest.raises(Unwritable, match="no space left on the device"):
            validate(dataset_folder, base_folder, DataValidationSettings(), small / "v", small / "docs.html", StepRun())
        assert not (small / "v").exists()
        assert not (small / "docs.html").exists()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_mlflow_has_the_page_and_the_numbers_of_a_failed_step(
    judge: Judge,
    with_text: Build,
    base_folder: Path,
    client: MlflowClient,  # noqa: F811
) -> None:
    dataset = write_dataset(judge.home / "dataset", with_text(None))  # type: ignore[arg-type]
    outputs = judge.home / "validation", judge.page
    with pytest.raises(BadInput), step_run("data_validation") as run:
        validate(dataset, base_folder, DataValidationSettings(), *outputs, run)
    seen = client.get_run(run.run_id)
    assert seen.info.status == "FAILED"
    assert (seen.data.metrics["hard_failures"], seen.data.metrics["missing_text"]) == (1, 1)
    assert seen.data.params["data_validation.leakage_near.min_similarity"] == "0.7"
    assert [file.path for file in client.list_artifacts(run.run_id)] == ["data_docs.html"]
    page = Path(client.download_artifacts(run.run_id, "data_docs.html", str(judge.home)))
    assert page.read_bytes() == judge.page.read_bytes()
