"""The command as a user types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from components.contracts.faults import BadInput, Fault
from pipelines import doctor
from pipelines.__main__ import app

COMMANDS = (
    "run",
    "retrain",
    "show",
    "compile",
    "presets",
    "predict",
    "ui",
    "doctor",
    "data",
    "lineage",
    "card",
    "reproduce",
)
ON_KUBEFLOW = ("submit", "schedule", "schedules", "unschedule")


def bessemer(
    *arguments: str, home: Path, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "BESSEMER_HOME": str(home), **environment},
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    done = bessemer("--help", home=tmp_path)
    assert done.returncode == 0
    assert all(f"  {command} " in done.stdout for command in COMMANDS + ON_KUBEFLOW)


@pytest.mark.parametrize("arguments", [[], ["run"], ["retrain"], ["data", "pull"], ["submit"], ["reproduce"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from pipelines.__main__ import app\n"
        f"try: app({[*arguments, '--help']!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'transformers', 'mlflow', 'kfp', 'dvc', 'great_expectations', 'pyarrow', 'numpy'}\n"
        "heavy |= {'kfp_server_api', 'urllib3'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_presets_are_listed_with_what_they_do(tmp_path: Path) -> None:
    done = bessemer("presets", home=tmp_path)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["intent", "sentiment", "smoke"]


def test_unknown_preset_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = bessemer("run", "sentimnet", home=tmp_path)
    assert done.returncode == 65
    assert "Did you mean sentiment?" in done.stderr
    assert "Traceback" not in done.stderr


def test_faults_of_overrides_are_told_before_anything_runs(tmp_path: Path) -> None:
    done = bessemer("run", "smoke", "--set", "fine_tuning.epoks=1", "--set", "recipes=[prune]", home=tmp_path)
    assert done.returncode == 65
    assert "Did you mean epochs?" in done.stderr
    assert "one of" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_show_without_a_run_is_a_sentence(tmp_path: Path) -> None:
    done = bessemer("show", home=tmp_path)
    assert done.returncode == 65
    assert "Make one with `bessemer run`" in done.stderr


def test_home_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = bessemer("run", "smoke", home=tmp_path / "file")
    assert done.returncode == 73
    assert "a file where a folder has to be" in done.stderr


def test_doctor_says_what_there_is(tmp_path: Path) -> None:
    done = bessemer("doctor", home=tmp_path)
    assert done.returncode == 0
    assert "vector extensions" in done.stdout


def test_a_refusal_in_doctor_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> list[doctor.Examined]:
        raise BadInput(Fault("BESSEMER_HOME", "a file", "a folder"))

    monkeypatch.setattr(doctor, "examine", refuse)
    done = CliRunner().invoke(app, ["doctor"])
    assert (done.exit_code, done.output) == (65, "BESSEMER_HOME: found a file; expected a folder.\n")


def test_compile_writes_the_package(tmp_path: Path) -> None:
    done = bessemer("compile", "--output", str(tmp_path / "out" / "package.yaml"), home=tmp_path, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "comp-fine-tune" in (tmp_path / "out" / "package.yaml").read_text()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["package.yaml"]


@pytest.mark.slow
def test_compile_fills_the_form_in_and_places_the_rooms(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("fine_tuning: {node_selector: {pool: gpu}}\n")
    options = ["--placement", str(tmp_path / "mine.yaml"), "--output", str(tmp_path / "package.yaml")]
    done = bessemer("compile", "smoke", *options, home=tmp_path, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    graph, platform = yaml.safe_load_all((tmp_path / "package.yaml").read_text())
    assert graph["root"]["inputDefinitions"]["parameters"]["preset"]["defaultValue"] == "smoke"
    placed = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]["exec-fine-tune"]
    assert placed["nodeSelector"] == {"labels": {"pool": "gpu"}}


def test_faults_of_a_placement_are_sentences_and_leave_no_package(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("fine_tuning:\n  cpus: 4\n")
    options = ["--placement", str(tmp_path / "mine.yaml"), "--output", str(tmp_path / "package.yaml")]
    done = bessemer("compile", *options, home=tmp_path, folder=tmp_path)
    assert done.returncode == 65
    assert f"{tmp_path}/mine.yaml:2: fine_tuning.cpus: found a key that does not exist" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "package.yaml").exists()


def test_compile_to_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = bessemer("compile", "--output", str(tmp_path / "file" / "package.yaml"), home=tmp_path, folder=tmp_path)
    assert done.returncode == 73
    assert "Traceback" not in done.stderr
