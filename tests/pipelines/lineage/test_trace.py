"""Where a version came from, read back from a registry."""

import io
import json
from pathlib import Path

import pytest
from mlflow import MlflowClient
from rich.console import Console
from typer.testing import CliRunner

from components.contracts.faults import BadInput
from components.contracts.journal import Journal
from pipelines.__main__ import app
from pipelines.lineage.trace import trace
from pipelines.lineage.tree import tree
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures
from tests.pipelines.lineage.conftest import Register

pytestmark = pytest.mark.slow


def test_a_version_and_the_one_that_it_was_trained_further_from(registered: Register, client: MlflowClient) -> None:  # noqa: F811
    registered()
    registered(source="models:/sentiment@challenger", revision="1")
    newest = trace(client, "sentiment")
    assert newest.version == "models:/sentiment/2"
    assert newest.told["registered"]["aliases"] == "challenger"
    assert newest.told["asked for"] == {"preset": "smoke", "overrides": {"fine_tuning": {"epochs": 2}}}
    assert newest.told["data"]["data_source"] == "reviews.csv"
    assert newest.told["candidates"]["onnx-fp32"]["outcome"] == "chosen"
    assert newest.told["candidates"]["baseline"]["outcome"] == "reference"
    assert newest.told["runs"]["mlflow_run"]
    first = newest.parent
    assert first
    assert first.version == "models:/sentiment/1"
    assert first.parent is None
    assert trace(client, "sentiment", generations=0).parent is None
    client.delete_model_version("sentiment", "1")
    gone = trace(client, "sentiment").parent
    assert gone
    assert gone.told["gone"]["why"] == "version 1 of sentiment: found no such version; expected one of 2."


def test_what_was_decided_about_it_is_there(registered: Register, client: MlflowClient) -> None:  # noqa: F811
    registered()
    for tag, value in {
        "gate": "passed: not worse by more than 1 point",
        "gate_evidence": "ab12",
        "gate_run": "r",
    }.items():
        client.set_model_version_tag("sentiment", "1", tag, value)
    client.set_model_version_tag("sentiment", "1", "colour", "blue")
    ledger = Journal(client, "ledger", "sentiment")
    ledger.append({"kind": "promotion", "from": None, "to": 1, "who": "lee", "why": "passed", "evidence": "e" * 64}, 0)
    ledger.append({"kind": "promotion", "from": 1, "to": 2, "who": "lee", "why": "better"}, 1)
    ledger.append({"kind": "request", "to": 3}, 2)
    told = trace(client, "sentiment", "1").told
    assert told["gate"] == {
        "found": "passed: not worse by more than 1 point",
        "evidence": "ab12",
        "mlflow_run": "r",
    }
    assert told["further tags"] == {"colour": "blue"}
    assert [(entry["from"], entry["to"]) for entry in told["ledger"].values()] == [(None, 1), (1, 2)]
    assert [when.partition(",")[0] for when in told["ledger"]] == ["1", "2"]
    drawn = Console(width=200, file=io.StringIO(), record=True)
    drawn.print(tree(trace(client, "sentiment", "1")))
    text = drawn.export_text()
    assert "models:/sentiment/1" in text
    assert f"evidence  {'e' * 64}" in text
    assert "from  null" in text


def test_the_command_speaks_json_and_takes_aliases(registered: Register) -> None:
    registered()
    for name in (["sentiment"], ["sentiment/1"], ["sentiment@challenger"], ["sentiment", "1"], ["models:/sentiment/1"]):
        done = CliRunner().invoke(app, ["lineage", *name, "--json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.output)["version"] == "models:/sentiment/1"
    assert "tuned sha256" in CliRunner().invoke(app, ["lineage", "sentiment"]).output


def test_what_is_not_there_is_a_sentence(client: MlflowClient) -> None:  # noqa: F811
    client.create_registered_model("sentiment")
    client.create_model_version("sentiment", "/somewhere/model")
    client.set_registered_model_alias("sentiment", "challenger", "1")
    done = CliRunner().invoke(app, ["lineage", "sentiment@champion"])
    assert done.exit_code == 65
    assert "the alias champion of sentiment: found no such alias; expected one of challenger." in done.output
    with pytest.raises(BadInput, match="version 7 of sentiment: found no such version; expected one of 1"):
        trace(client, "sentiment", "7")


def test_an_asked_for_that_was_changed_is_a_sentence(registered: Register, client: MlflowClient) -> None:  # noqa: F811
    registered()
    run = client.get_run(client.get_model_version("sentiment", "1").run_id)
    for other in ("{", "[1, 2]", "3"):
        (Path(run.info.artifact_uri) / "asked.json").write_text(other)
        with pytest.raises(BadInput, match=r"asked\.json of run \w+: found no JSON object"):
            trace(client, "sentiment")


def test_a_version_whose_run_is_gone_is_traced_by_its_tags(client: MlflowClient) -> None:  # noqa: F811
    client.create_registered_model("sentiment")
    tags = {"recipe": "int8-dynamic", "data_source": "reviews.csv"}
    client.create_model_version("sentiment", "/somewhere/model", run_id="0" * 32, tags=tags)
    told = trace(client, "sentiment").told
    assert told["data"] == {"data_source": "reviews.csv"}
    assert told["runs"] == {"mlflow_run": "0" * 32}
    assert "candidates" not in told


def test_a_version_of_others_is_shown_as_far_as_it_is_known(client: MlflowClient) -> None:  # noqa: F811
    client.create_registered_model("theirs")
    client.create_model_version("theirs", "/somewhere/model")
    told = trace(client, "theirs").told
    assert set(told) == {"registered"}
