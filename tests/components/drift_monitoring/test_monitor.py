"""A batch against a registered version, from the registry to the page."""

from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.drift import Drift
from components.contracts.faults import BadInput
from components.contracts.folders import read_manifest
from components.drift_monitoring.config import DriftSettings
from components.drift_monitoring.monitor import monitor
from components.drift_monitoring.resolve import resolve
from components.drift_monitoring.texts import Columns
from tests.components.drift_monitoring.conftest import OTHER, write_csv
from tests.conftest import labelled_texts

ONLY_TEXTS = Columns()


def monitored(
    client: MlflowClient, batch: Path, folder: Path, columns: Columns = ONLY_TEXTS, **settings: float
) -> Drift:
    subject = resolve("sentiment", "", str(batch))
    page = folder.with_suffix(".html")
    drift = monitor(client, subject, columns, DriftSettings(**settings), folder, page)  # type: ignore[arg-type]
    assert read_manifest(folder, Drift) == drift
    assert page.read_text() == (folder / Drift.PAGE).read_text()
    return drift


def test_texts_of_the_same_kind_do_not_alarm(registered: MlflowClient, batch: Path, tmp_path: Path) -> None:
    drift = monitored(registered, batch, tmp_path / "drift", Columns("text", "label"))
    assert not drift.alarm
    assert drift.why == "none of 9 tests found drift, at a rate of false alarms of 0.05 in all"
    assert (drift.name, drift.version, drift.reference_rows) == ("sentiment", 1, 300)
    assert (drift.batch.rows, drift.batch.compared, drift.batch.labelled) == (300, 300, 300)
    assert drift.accuracy_difference is not None
    assert drift.accuracy_difference.low <= drift.accuracy_difference.value <= drift.accuracy_difference.high
    assert drift.strangest == []


def test_texts_of_another_kind_alarm(registered: MlflowClient, drifted_batch: Path, tmp_path: Path) -> None:
    drift = monitored(registered, drifted_batch, tmp_path / "drift")
    assert drift.alarm
    found = {test.name for test in drift.tests if test.drifted}
    assert {"tokens", "unknown_words", "representation"} <= found
    assert "representation" in drift.why
    assert len(drift.tests) == 7, "no labels, no question about accuracy"
    assert set(drift.new_tokens) & set(OTHER)
    assert sum("film" in text for text in drift.strangest) == 0
    assert sum(now for _, now in drift.label_shares.values()) == pytest.approx(1)


@pytest.mark.slow
def test_the_same_subject_gives_the_same_drift(registered: MlflowClient, drifted_batch: Path, tmp_path: Path) -> None:
    first, second = (monitored(registered, drifted_batch, tmp_path / name, rows=120) for name in ("one", "two"))
    assert first == second
    assert (first.batch.rows, first.batch.compared) == (250, 120)


def test_all_faults_of_a_batch_are_told_at_once(registered: MlflowClient, tmp_path: Path) -> None:
    texts, labels = ["a film"] * 50, ["sports", "politics"] * 25
    batch = write_csv(tmp_path / "batch.csv", ["", "a\0b", *texts[2:]], labels)
    with pytest.raises(BadInput) as refused:
        monitored(registered, batch, tmp_path / "drift", Columns("text", "label"))
    assert [str(fault) for fault in refused.value.faults] == [
        "batch.csv: found 50 rows, 49 of them with a text; expected at least 50 with a text. "
        "Gather the texts of a longer time.",
        "column text of batch.csv: found NUL characters in row 2; expected text.",
        "column label of batch.csv: found no label that the model knows (politics, sports); "
        "expected labels such as fresh, rotten. Is it the right column?",
    ]
    assert not (tmp_path / "drift").exists()


def test_new_labels_and_rows_without_a_text_are_drift_and_no_broken_file(
    registered: MlflowClient, tmp_path: Path
) -> None:
    pairs = labelled_texts(300, seed=33)
    rows = [(text, "refund" if place % 10 == 0 else label) for place, (text, label) in enumerate(pairs)]
    rows[::5] = [("", label) for _, label in rows[::5]]
    batch = write_csv(tmp_path / "batch.csv", *zip(*rows, strict=True))
    drift = monitored(registered, batch, tmp_path / "drift", Columns("text", "label"))
    drifted = {test.name: test.sentence for test in drift.tests if test.drifted}
    assert {"length", "unknown_labels"} <= drifted.keys()
    assert drifted["unknown_labels"] == ("30 of 300 rows with a label have one that the model does not know: refund 30")
    assert 'test="unknown_labels"' in (tmp_path / "drift" / Drift.EXPOSITION).read_text()


def test_a_batch_that_changes_on_the_way_is_refused(registered: MlflowClient, batch: Path, tmp_path: Path) -> None:
    subject = resolve("sentiment", "", str(batch))
    batch.write_text(batch.read_text() + "one more,fresh\n")
    with pytest.raises(BadInput, match="It was changed while the pipeline ran: run again"):
        monitor(registered, subject, Columns(), DriftSettings(), tmp_path / "drift", tmp_path / "page")
