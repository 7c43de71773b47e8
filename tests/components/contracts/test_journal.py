"""A journal only grows: what changes it is found, and of two writers one gets through."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier as BarrierOfProcesses
from pathlib import Path
from threading import Barrier

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput, Unavailable
from components.contracts.journal import Entry, Journal, Overtaken
from tests.mlflow_here import mlflow_server
from tests.processes import FORKED, start
from tests.servers import postgresql

WRITERS = 4


@pytest.fixture
def journal(client: MlflowClient) -> Journal:
    return Journal(client, "ledger", "sentiment")


@pytest.fixture
def three_entries(journal: Journal) -> list[Entry]:
    return [journal.append({"kind": "test", "word": word}, after) for after, word in enumerate(("one", "two", "three"))]


def reread(journal: Journal) -> list[Entry]:
    """Return the entries as a process sees them that knows nothing yet."""
    return Journal(journal.client, "ledger", "sentiment").entries()


def change(tmp_path: Path, statement: str, *values: str) -> None:
    """Do to MLflow's database what MLflow itself never does."""
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        assert database.execute(statement, values).rowcount == 1
    database.close()


def test_there_is_nothing_before_the_first_entry(journal: Journal, client: MlflowClient) -> None:
    assert journal.entries() == []
    assert journal.run_id() == ""
    assert [experiment.name for experiment in client.search_experiments()] == ["Default"]


def test_entries_come_back_as_they_were_written_each_with_the_hash_before_it(
    journal: Journal, three_entries: list[Entry]
) -> None:
    assert reread(journal) == three_entries
    assert [entry.number for entry in three_entries] == [1, 2, 3]
    assert [entry.values["word"] for entry in three_entries] == ["one", "two", "three"]
    assert [entry.before for entry in three_entries] == ["0" * 64, *(entry.sha256 for entry in three_entries[:2])]
    assert len({entry.nonce for entry in three_entries}) == 3


def test_journals_do_not_mix(client: MlflowClient) -> None:
    journals = [Journal(client, kind, name) for kind in ("ledger", "retraining") for name in ("sentiment", "intent")]
    for number, journal in enumerate(journals):
        journal.append({"number": number}, 0)
    assert [[entry.values["number"] for entry in journal.entries()] for journal in journals] == [[0], [1], [2], [3]]


def test_a_changed_entry_is_found(journal: Journal, three_entries: list[Entry], tmp_path: Path) -> None:
    text = three_entries[1].text.replace("two", "2")
    change(tmp_path, "UPDATE params SET value = ? WHERE key = '000002'", text)
    with pytest.raises(BadInput, match="entry 3 of the bessemer ledger of sentiment: found another text than was"):
        reread(journal)


def test_a_missing_entry_is_found(journal: Journal, three_entries: list[Entry], tmp_path: Path) -> None:
    change(tmp_path, "DELETE FROM params WHERE key = ?", "000002")
    with pytest.raises(BadInput, match=r"entry 2 of the bessemer ledger of sentiment.*Restore MLflow's database"):
        reread(journal)


@pytest.mark.parametrize("text", ["", "[]", '{"time": 1}', "null", '{"time": 1, "before": ""}'])
def test_an_entry_that_is_none_is_a_sentence(
    text: str, journal: Journal, three_entries: list[Entry], tmp_path: Path
) -> None:
    change(tmp_path, "UPDATE params SET value = ? WHERE key = '000003'", text)
    with pytest.raises(
        BadInput, match=r"entry 3 of the bessemer ledger of sentiment: found .*; expected a JSON object"
    ):
        reread(journal)


def test_nothing_is_written_behind_a_broken_chain(
    journal: Journal, three_entries: list[Entry], tmp_path: Path, client: MlflowClient
) -> None:
    change(tmp_path, "DELETE FROM params WHERE key = ?", "000001")
    with pytest.raises(BadInput):
        journal.append({}, 3)
    assert set(client.get_run(journal.run_id()).data.params) == {"000002", "000003"}


def test_who_has_not_seen_the_last_entry_is_told(journal: Journal, three_entries: list[Entry]) -> None:
    sentence = "the bessemer ledger of sentiment: found 3 entries; expected the 2 that this was decided on"
    with pytest.raises(Overtaken, match=sentence) as refusal:
        journal.append({"word": "late"}, 2)
    assert refusal.value.exit_code == 75
    assert reread(journal) == three_entries


def test_a_run_in_the_trash_is_a_sentence_and_comes_back(
    journal: Journal, three_entries: list[Entry], client: MlflowClient
) -> None:
    client.delete_run(journal.run_id())
    with pytest.raises(BadInput, match=f"in MLflow's trash.*restore --run-id {journal.run_id()}"):
        reread(journal)
    client.restore_run(journal.run_id())
    assert reread(journal) == three_entries


def test_a_journal_that_does_not_name_its_run_is_a_sentence(
    journal: Journal, three_entries: list[Entry], client: MlflowClient
) -> None:
    experiment = client.get_experiment_by_name("bessemer ledger of sentiment").experiment_id
    run_id = journal.run_id()
    client.delete_experiment_tag(experiment, "bessemer.journal")
    thing = r"the tag bessemer\.journal of the experiment bessemer ledger of sentiment"
    with pytest.raises(BadInput, match=f"{thing}: found nothing; expected the run that holds the entries"):
        reread(journal)
    client.set_experiment_tag(experiment, "bessemer.journal", "another: run")
    with pytest.raises(BadInput, match=f"{thing}: found another: run, which is no run"):
        reread(journal)
    client.set_experiment_tag(experiment, "bessemer.journal", run_id)
    assert reread(journal) == three_entries


@pytest.mark.parametrize("text", ["x" * 9000, '"\n\x00' * 3000, "ü🎬" * 3000, "half a pair \udcff"])
def test_whatever_text_is_given_the_entry_is_kept(text: str, journal: Journal) -> None:
    entry = journal.append({"why": text, "who": text, "number": 1}, 0)
    assert reread(journal) == [entry]
    assert text.startswith(entry.values["why"]) or entry.values["why"] == "half a pair ?"
    assert len(entry.values["why"]) >= min(len(text), 500)


def test_what_cannot_be_cut_is_a_defect(journal: Journal) -> None:
    with pytest.raises(ValueError, match=r"an entry of \d+ characters: MLflow keeps 6000"):
        journal.append({"many": list(range(3000))}, 0)


def test_a_server_that_is_down_is_a_sentence(tracking: str) -> None:
    with pytest.raises(Unavailable, match="found no answer"):
        Journal(MlflowClient("http://127.0.0.1:9"), "ledger", "sentiment").entries()


def race(uri: str, after: int) -> list[str]:
    """Let several threads append at the same moment, and return how each of them fared."""
    line = Barrier(WRITERS)

    def write(number: int) -> str:
        journal = Journal(MlflowClient(uri), "ledger", "sentiment")
        line.wait()
        try:
            journal.append({"writer": number}, after)
        except Overtaken:
            return "overtaken"
        return "written"

    with ThreadPoolExecutor(WRITERS) as threads:
        return sorted(threads.map(write, range(WRITERS)))


ONE_OF_THEM = sorted(["written", *["overtaken"] * (WRITERS - 1)])


def test_of_threads_that_write_at_once_one_gets_through(tracking: str, journal: Journal) -> None:
    assert race(tracking, 0) == ONE_OF_THEM  # the run itself is made in this race too
    assert race(tracking, 1) == ONE_OF_THEM
    assert [entry.number for entry in reread(journal)] == [1, 2]


def race_on(uri: str, line: BarrierOfProcesses, entries: int, number: int, report: Path) -> None:
    """Append until there are enough entries, and say which ones were this process's."""
    journal = Journal(MlflowClient(uri), "ledger", "race")
    line.wait()
    mine = []
    while (seen := len(journal.entries())) < entries:
        try:
            mine.append(journal.append({"writer": number}, seen).number)
        except Overtaken:
            continue
    report.write_text(json.dumps(mine))


def every_entry_has_one_writer(uri: str, folder: Path) -> None:
    """Let processes race for 20 entries, and compare what each of them says with what is there."""
    line = FORKED.Barrier(WRITERS)
    reports = [folder / f"report-{number}" for number in range(WRITERS)]
    started = [start(race_on, uri, line, 20, number, report) for number, report in enumerate(reports)]
    for process in started:
        process.join()
    claims = [(entry, number) for number, path in enumerate(reports) for entry in json.loads(path.read_text())]
    entries = Journal(MlflowClient(uri), "ledger", "race").entries()
    assert sorted(claims) == [(entry.number, entry.values["writer"]) for entry in entries]
    assert len(entries) >= 20


@pytest.mark.slow
def test_of_processes_that_write_at_once_each_entry_has_one_writer(tracking: str, tmp_path: Path) -> None:
    every_entry_has_one_writer(tracking, tmp_path)


@pytest.mark.slow
def test_the_same_holds_on_a_server_with_postgresql(tracking: str, tmp_path: Path) -> None:
    with postgresql() as database, mlflow_server(tmp_path / "server", backend=database.uri) as server:
        assert race(server.uri, 0) == ONE_OF_THEM
        assert race(server.uri, 1) == ONE_OF_THEM
        every_entry_has_one_writer(server.uri, tmp_path)
        journal = Journal(MlflowClient(server.uri), "ledger", "texts")
        entry = journal.append({"why": "half a pair \udcff, a zero \x00, ü🎬" * 300}, 0)
        assert Journal(MlflowClient(server.uri), "ledger", "texts").entries() == [entry]
