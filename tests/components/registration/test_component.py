"""The KFP shell: artifacts in, an artifact with a few values out. The pipeline's own test runs it through kfp.local."""

import json
from pathlib import Path

import pytest
from kfp import compiler, dsl
from mlflow import MlflowClient

from components.registration.component import register_model, resolve_registry
from components.registration.evidence import Inputs
from tests.components.registration.workshop import Workshop, registry


def call(inputs: Inputs, output: Path, settings: dict[str, object]) -> dsl.Artifact:
    registration = dsl.Artifact(uri=str(output))
    model_card, metrics = dsl.Markdown(uri=f"{output}-card"), dsl.Metrics(uri=f"{output}-metrics")
    register_model.python_func(
        choice=dsl.Artifact(uri=str(inputs.choice)),
        candidates=[dsl.Model(uri=str(path)) for path in inputs.candidates],
        scorecards=[dsl.Artifact(uri=str(path)) for path in inputs.scorecards],
        curve=dsl.HTML(uri=str(inputs.curve)),
        report=dsl.HTML(uri=str(inputs.report)),
        base=dsl.Model(uri=str(inputs.base)),
        tuned=dsl.Model(uri=str(inputs.tuned)),
        dataset=dsl.Dataset(uri=str(inputs.dataset)),
        validation=dsl.Artifact(uri=str(inputs.validation)),
        registry="{}",
        settings=settings,
        asked={"preset": "smoke", "fine_tuning": {"epochs": 3.0}},
        code="fingerprint",
        registration=registration,
        model_card=model_card,
        metrics=metrics,
    )
    return registration


def test_the_artifact_names_the_version(inputs: Inputs, client: MlflowClient, tmp_path: Path) -> None:
    artifact = call(inputs, tmp_path / "registration", {"name": "sentiment"})
    assert artifact.metadata == {"name": "sentiment", "version": 1, "uri": "models:/sentiment/1"}
    assert registry(client) == {"sentiment": ({1: ""}, {"challenger": 1})}
    assert (tmp_path / "registration-card").read_bytes() == (tmp_path / "registration" / "model_card.md").read_bytes()
    run_id = client.get_model_version("sentiment", "1").run_id
    asked = Path(client.download_artifacts(run_id, "asked.json", str(tmp_path))).read_text()
    assert json.loads(asked) == {"preset": "smoke", "fine_tuning": {"epochs": 3}}
    assert "3.0" not in asked
    shown = json.loads((tmp_path / "registration-metrics").read_text())
    assert (shown["version"], shown["accuracy"], shown["speed_up"]) == (1, 0.9125, 4.0)


def test_a_run_without_a_choice_ends_as_failed(
    workshop: Workshop, client: MlflowClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call(workshop.inputs(chosen=""), tmp_path / "registration", {"name": "sentiment"})
    assert ended.value.code == 65
    assert "candidate onnx-fp32: found the drop is 2.5 points" in capsys.readouterr().err
    assert registry(client) == {}
    (run,) = client.search_runs(["0"])
    assert run.info.status == "FAILED"


def test_looking_the_registry_up_names_the_server_and_opens_no_run(tracking: str, client: MlflowClient) -> None:
    assert json.loads(resolve_registry.python_func()) == {"MLFLOW_TRACKING_URI": tracking}
    assert client.search_runs(["0"]) == []


def test_it_compiles(tmp_path: Path) -> None:
    compiler.Compiler().compile(register_model, str(tmp_path / "component.yaml"))
    text = (tmp_path / "component.yaml").read_text()
    assert "pip install" not in text
    assert "image: bessemer/registration" in text
