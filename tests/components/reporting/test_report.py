"""The page's words; how it looks is in test_page.py."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.scorecard import Slice
from components.contracts.tracking import StepRun, step_run
from components.reporting.report import render, write_report
from components.reporting.story import Inputs
from tests.components.reporting.conftest import REVISION, story, write


def words(page: str) -> str:
    """Return the text between the tags of the body."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.partition("<body>")[2])).split())


def test_it_tells_what_was_built_from_what_and_why(inputs: Inputs, tmp_path: Path) -> None:
    write_report(inputs, tmp_path / "page", StepRun())
    said = words((tmp_path / "page").read_text())
    for part in (
        "Chosen: int8-dynamic int8-dynamic is the fastest.",
        "data/reviews.csv in https://example.org/data.git",
        f"data revision {REVISION}",
        "2,000 train, 200 validation, 400 test; 2 labels; 57 left out (drop duplicates)",
        "package://cognition/model, bert with 4,400,000 parameters",
        "1 of 2 expectations failed ; none of them ends a run.",
        "Kept: the weights after step 40",
        "pruned loss of 5.2 points is over the budget of 1.0 points",
        "max_quality_drop 1 points of accuracy max_p95_ms 9 ms objective fastest",
        "It goes on to the registry",
    ):
        assert part in said


def test_nothing_within_the_budgets_is_told_too() -> None:
    said = words(render(story(chosen="")))
    assert said.startswith("Nothing is within the budgets No candidate is within the budgets. Nothing is registered.")
    assert "What baseline takes for what" in said


def test_the_same_contracts_give_the_same_page() -> None:
    assert render(story()) == render(story())


def test_it_has_no_script_and_nothing_from_elsewhere() -> None:
    page = render(story())
    assert "<script" not in page
    assert not re.findall(r"(?:src|href|url|@import)\s*[=(]", page)


def test_names_from_the_data_cannot_break_the_page() -> None:
    odd = '</title><script>alert("&")</script>'
    told = story(labels=(odd, "b"))
    source = replace(told.dataset.source, uri=odd, git_revision=odd, repository=odd)
    finding = replace(told.validation.findings[1], sentence=odd, expectation=odd)
    verdicts = [replace(verdict, reasons=[odd], recipe=odd) for verdict in told.choice.verdicts]
    for verdict in verdicts:
        verdict.scorecard.slices[:] = [Slice(odd, 1, 0.5, 0.5)]
    page = render(
        replace(
            told,
            dataset=replace(told.dataset, source=source, left_out={odd: 1}),
            base=replace(told.base, source=odd, revision=odd, architecture=odd),
            validation=replace(told.validation, findings=[finding]),
            choice=replace(told.choice, why=odd, chosen=odd, objective=odd, verdicts=verdicts),
        )
    )
    assert "<script" not in page
    assert page.count("</title>") == 1
    assert page.count("&lt;script&gt;alert(&#34;&amp;&#34;)") > 15


def test_many_labels_become_a_picture_and_the_commonest_mistakes() -> None:
    page = render(story(labels=[f"label {place}" for place in range(50)]))
    assert '<svg class="matrix" viewBox="0 0 50 50"' in page
    assert "label 0 taken for label 1: 1" in words(page)
    assert "35 more" in words(page)


def test_the_page_is_kept_by_both_runs_also_when_nothing_was_chosen(client: MlflowClient, tmp_path: Path) -> None:
    inputs = write(story(chosen=""), tmp_path / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_RUN_ID", client.create_run("0").info.run_id)
        with step_run("reporting") as run:
            write_report(inputs, tmp_path / "page", run)
    assert run.parent_id != run.run_id
    for run_id in (run.run_id, run.parent_id):
        assert [entry.path for entry in client.list_artifacts(run_id)] == ["run_report.html"]


def test_a_refusal_leaves_no_page(tmp_path: Path) -> None:
    told = story()
    mixed = replace(told, validation=replace(told.validation, dataset_sha256="1" * 64))
    with pytest.raises(BadInput):
        write_report(write(mixed, tmp_path / "run"), tmp_path / "page", StepRun())
    assert not (tmp_path / "page").exists()
