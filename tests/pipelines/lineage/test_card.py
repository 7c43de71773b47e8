"""The model card as the registry knows it now."""

from pathlib import Path

import pytest
from mlflow import MlflowClient
from typer.testing import CliRunner

from components.contracts.journal import Journal
from pipelines.__main__ import app
from tests.mlflow_here import client, tracking  # noqa: F401 - fixtures
from tests.pipelines.lineage.conftest import Register

pytestmark = pytest.mark.slow


def card(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["card", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_what_came_after_its_registration_is_told(registered: Register, client: MlflowClient, tmp_path: Path) -> None:  # noqa: F811
    registered()
    before = card("sentiment", "1")
    assert before.startswith("---\n")
    assert "# sentiment, version 1" in before
    assert "Aliases: `challenger`.\n\nNo gate has judged it." in before
    assert "entry of the ledger" not in before
    client.set_model_version_tag("sentiment", "1", "gate", "passed: <as good>")
    entry = {"kind": "promotion", "from": None, "to": 1, "who": "lee", "why": "as *good*"}
    Journal(client, "ledger", "sentiment").append(entry, 0)
    after = card("sentiment")
    assert "The gate: passed: \\<as good\\>." in after
    assert "| promotion | nobody | 1 | lee | as \\*good\\* |" in after
    assert card("sentiment", "--output", str(tmp_path / "card.html")).strip() == str(tmp_path / "card.html")
    page = (tmp_path / "card.html").read_text()
    assert "<td>as *good*</td>" in page
    assert "<h2>Since its registration</h2>" in page


def test_a_version_without_a_card_is_a_sentence(client: MlflowClient) -> None:  # noqa: F811
    client.create_registered_model("theirs")
    client.create_model_version("theirs", "/somewhere/model", client.create_run("0").info.run_id)
    done = CliRunner().invoke(app, ["card", "theirs"])
    assert done.exit_code == 65
    assert "version 1 of theirs: found no model card" in done.output
