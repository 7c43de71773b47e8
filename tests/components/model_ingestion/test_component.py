"""The shells, run by kfp itself."""

import json
from pathlib import Path

import pytest
from kfp import dsl, local

from components.contracts.model import BaseModel, read_model
from components.model_ingestion.component import ingest_model, resolve_model

SETTINGS = {"source": "package://cognition/model"}


@pytest.mark.slow
def test_both_steps_run_in_kfp(tmp_path: Path) -> None:
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=str(tmp_path))
    revision = resolve_model(settings=SETTINGS).output
    ingested = ingest_model(revision=revision, settings=SETTINGS, code="0").outputs
    base = ingested["base"]
    manifest = read_model(Path(base.path), BaseModel)
    assert manifest.revision == revision == base.metadata["revision"]
    numbers = {"parameters": manifest.parameters, "max_positions": manifest.max_positions}
    assert json.loads(Path(ingested["metrics"].path).read_text()) == ingested["metrics"].metadata == numbers


def test_a_model_that_is_not_there_is_a_sentence_and_an_exit_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BESSEMER_EVENTS", str(tmp_path / "events"))
    base, metrics = dsl.Model(uri=str(tmp_path / "base")), dsl.Metrics(uri=str(tmp_path / "metrics"))
    for call in (
        lambda: resolve_model.python_func({"source": "package://nonesuch/model"}),
        lambda: ingest_model.python_func("0", {"source": "package://nonesuch/model"}, "0", base, metrics),
    ):
        with pytest.raises(SystemExit) as exit_:
            call()
        assert exit_.value.code == 65
        assert "found no installed package 'nonesuch'" in capfd.readouterr().err
    events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
    assert [event["event"] for event in events] == ["started", "failed"] * 2
    assert not (tmp_path / "base").exists()
