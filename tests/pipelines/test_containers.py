"""Tasks in containers: what each image holds, and that a run in them is the run in processes."""

import json
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from docker import DockerClient

from pipelines.bill_of_materials import LIST_PACKAGES
from pipelines.build_images import BILLS
from pipelines.containers import LABEL
from pipelines.images import BESIDE_THE_ROOMS, START
from pipelines.jobs import GRAPHS
from tests.conftest import labelled_texts
from tests.pipelines import runs

pytestmark = pytest.mark.slow

ENTRIES = {
    "settings": "pipelines.settings.resolve",
    "data_ingestion": "components.data_ingestion.ingest",
    "model_ingestion": "components.model_ingestion.ingest",
    "data_validation": "components.data_validation.validate",
    "fine_tuning": "components.fine_tuning.tune",
    "compression": "components.compression.compress",
    "evaluation": "components.evaluation.evaluate",
    "selection": "components.selection.select",
    "reporting": "components.reporting.report",
    "registration": "components.registration.register",
    "gating": "components.gating.decide",
    "promotion": "components.promotion.fetch",
    "retraining": "components.retraining.check",
    "drift_monitoring": "components.drift_monitoring.monitor",
}
LIBRARIES = {
    "settings": set(),
    "data_ingestion": {"boto3", "dvc"},
    "model_ingestion": {"boto3", "safetensors"},
    "data_validation": {"datasketch", "great_expectations"},
    "fine_tuning": {"accelerate", "safetensors", "sklearn", "torch", "transformers"},
    "compression": {"onnx", "onnxruntime", "onnxscript", "safetensors", "torch", "transformers"},
    "evaluation": {"onnxruntime", "safetensors", "torch", "transformers"},
    "selection": set(),
    "reporting": set(),
    "registration": {"onnxruntime"},
    "gating": {"statsmodels"},
    "promotion": {"onnxruntime"},
    "retraining": set(),
    "drift_monitoring": {"boto3", "onnx", "onnxruntime"},
}
"""What tells the rooms' images apart."""
NOWHERE = {"dvc_s3_tests", "flask", "kubernetes", "pip", "pytest", "rich_click", "typer_cli"}
OFFICIAL_BASE_MB = 130
"""Of python:3.11-slim-bookworm. What stands in for it where no image can be pulled is larger."""
MB = 1_000_000

ASK = """
import importlib, importlib.util, json, os, shutil, sys
entry, rooms, libraries = sys.argv[1], *map(json.loads, sys.argv[2:])
importlib.import_module(entry)
there = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({
    "rooms": [room for room in rooms if there(f"components.{room}") and there(f"components.{room}.component")],
    "libraries": [name for name in libraries if there(name)],
    "compilers": [name for name in ("cc", "gcc", "g++", "c++", "clang", "ld", "make") if shutil.which(name)],
    "user": [os.getuid(), os.getgid()],
    "root is writable": os.access("/opt", os.W_OK),
}))
"""


@pytest.fixture(scope="session")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    runs.write_reviews(path, labelled_texts(400, seed=1))
    return path


def ask(docker: DockerClient, image: str, *command: str, **more: Any) -> str:
    said = docker.containers.run(image, ["python3", "-c", *command], remove=True, read_only=True, **more)
    return str(said.decode())


def test_there_is_an_image_a_room(images: dict[str, str]) -> None:
    assert set(images) == {*ENTRIES, *BESIDE_THE_ROOMS}


@pytest.mark.parametrize("room", ENTRIES)
def test_an_image_holds_its_room_and_nothing_else(docker: DockerClient, images: dict[str, str], room: str) -> None:
    libraries = sorted(NOWHERE.union(*LIBRARIES.values()))
    said = ask(
        docker, images[room], ASK, ENTRIES[room], json.dumps([*ENTRIES]), json.dumps(libraries), tmpfs={"/tmp": ""}
    )
    assert json.loads(said) == {
        "rooms": [room] if room != "settings" else [],  # which has the others' config.py alone
        "libraries": sorted(LIBRARIES[room]),
        "compilers": [],
        "user": [65532, 65532],
        "root is writable": False,
    }


@pytest.mark.parametrize("room", ["selection", "evaluation"])
def test_a_task_needs_no_shell(docker: DockerClient, images: dict[str, str], room: str) -> None:
    source = "def double(number: int) -> int:\n    return 2 * number\n"
    asked = {
        "inputs": {"parameterValues": {"number": 21}},
        "outputs": {"parameters": {"Output": {"outputFile": "/tmp/number"}}, "outputFile": "/tmp/output.json"},
    }
    shells = ask(
        docker, images[room], "import os; print(*{os.path.realpath(f'/bin/{name}') for name in ('sh', 'bash')})"
    )
    hidden = {shell: {"bind": shell, "mode": "ro"} for shell in shells.split()}
    command = [START, source, "--executor_input", json.dumps(asked), "--function_to_execute", "double"]
    volumes = [f"/dev/null:{shell}:ro" for shell in hidden]
    said = ask(docker, images[room], *command, tmpfs={"/tmp": ""}, volumes=volumes)
    assert "Wrote executor output file" in said


@pytest.mark.parametrize("room", [*ENTRIES, *BESIDE_THE_ROOMS])
def test_an_image_says_what_it_was_made_from(docker: DockerClient, images: dict[str, str], room: str) -> None:
    config = docker.images.get(images[room]).attrs["Config"]
    labels = {name.rpartition(".")[2]: value for name, value in config["Labels"].items()}
    assert labels["licenses"] == "Apache-2.0"
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?", labels["revision"])
    assert images[room].endswith(f":{labels['revision']}")
    assert {"title", "version", "source"} <= set(labels)
    assert "@" not in labels["source"].partition("://")[2].partition("/")[0]
    assert config.get("Healthcheck") is None
    assert config["User"] == "65532:65532"


@pytest.mark.parametrize("room", ENTRIES)
def test_images_are_small(docker: DockerClient, images: dict[str, str], room: str) -> None:
    base = docker.images.get("python:3.11-slim-bookworm").attrs["Size"]
    own = (docker.images.get(images[room]).attrs["Size"] - base) / MB
    limit = 2000 if "torch" in LIBRARIES[room] else 600
    print(f"{room}: {own:.0f} MB and the base")
    assert own + OFFICIAL_BASE_MB < limit


@pytest.mark.parametrize("room", ENTRIES)
def test_the_bill_of_materials_is_valid_and_whole(docker: DockerClient, images: dict[str, str], room: str) -> None:
    written = (runs.ROOT / BILLS / f"{room}.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    listed = {(package["name"], package["version"]) for package in json.loads(written)["components"]}
    inside = json.loads(ask(docker, images[room], LIST_PACKAGES))
    assert listed == {(name, version) for _, name, version, _ in inside}
    assert {"kfp", "mlflow-skinny", "pyarrow", "bessemer"} <= {name for name, _ in listed}
    assert any(package["purl"].startswith("pkg:deb/") for package in json.loads(written)["components"])


def test_the_command_compiles_in_its_image_what_it_compiles_here(docker: DockerClient, images: dict[str, str]) -> None:
    show = ["sh", "-c", "bessemer compile smoke --all --output /tmp/package.yaml >/dev/null && cat /tmp/*.yaml"]
    said = docker.containers.run(images["pipelines"], show, remove=True, read_only=True, tmpfs={"/tmp": ""})
    graphs = [part for part in yaml.safe_load_all(said) if "pipelineInfo" in part]
    executors = [each for graph in graphs for each in graph["deploymentSpec"]["executors"].values()]
    revision = images["pipelines"].rpartition(":")[2]
    assert {each["container"]["image"] for each in executors} == {f"bessemer/{room}:{revision}" for room in ENTRIES}
    assert {graph["pipelineInfo"]["name"].replace("-", "_") for graph in graphs} == set(GRAPHS)


def test_the_server_has_what_its_manifests_ask_for(docker: DockerClient, images: dict[str, str]) -> None:
    parts = "import boto3, flask_wtf, mlflow.server.auth, psycopg2; print('whole')"
    secret = {"MLFLOW_FLASK_SERVER_SECRET_KEY": "for this test alone"}
    assert "whole" in ask(docker, images["mlflow"], parts, tmpfs={"/tmp": ""}, environment=secret)


def settings(reviews: Path, *more: str) -> list[str]:
    values = [f"data_ingestion.source={reviews}", "data_ingestion.max_rows=0", "evaluation.threads=1", *more]
    return [word for value in values for word in ("--set", value)]


@pytest.fixture(scope="session")
def both(
    images: dict[str, str], reviews: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, runs.Ended]]:
    """`smoke` in processes and in containers, each in a home of its own."""
    ended = {}
    for runner in ("subprocess", "docker"):
        home = tmp_path_factory.mktemp(runner)
        ended[runner] = home, runs.run(home, "smoke", "--runner", runner, *settings(reviews))
    return ended


def results(home: Path) -> dict[str, Any]:
    """Return what a run came to: the data's hash, and each candidate's quality and predictions."""
    (dataset,) = home.glob("pipeline/*/ingest-data/dataset/dataset.json")
    cards = [json.loads(path.read_text()) for path in home.glob("pipeline/**/scorecard/scorecard.json")]
    return {
        "data": json.loads(dataset.read_text())["content_sha256"],
        "quality": {card["recipe"]: (card["accuracy"], card["macro_f1"], card["calibration_error"]) for card in cards},
    }


def test_both_runners_run_the_same_graph_to_the_same_numbers(both: dict[str, tuple[Path, runs.Ended]]) -> None:
    for _, ended in both.values():
        assert ended.exit_code == 0, ended.said
    (here, in_processes), (there, in_containers) = both["subprocess"], both["docker"]
    assert sorted(in_processes.worked) == sorted(in_containers.worked)  # what waits for nothing begins in any order
    assert results(here) == results(there)
    assert len(runs.versions(there)) == 1


def test_a_second_run_in_containers_finds_everything_done(both: dict[str, Any], reviews: Path) -> None:
    home, _ = both["docker"]
    again = runs.run(home, "smoke", "--runner", "docker", *settings(reviews))
    assert (again.exit_code, again.worked) == (0, [])


def test_a_task_that_fails_in_its_container_fails_the_run(both: dict[str, Any], reviews: Path) -> None:
    home, _ = both["docker"]
    ended = runs.run(home, "smoke", "--runner", "docker", *settings(reviews, "selection.max_mib=0.001"))
    assert ended.exit_code == 65
    assert "nothing is registered" in ended.said.lower()
    assert len(runs.versions(home)) == 1


def test_ctrl_c_leaves_no_container(
    images: dict[str, str], docker: DockerClient, reviews: Path, tmp_path: Path
) -> None:
    process = runs.start(tmp_path, "smoke", "--runner", "docker", *settings(reviews))
    deadline = time.monotonic() + 120
    while not docker.containers.list(filters={"label": LABEL}) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    ended = runs.wait(tmp_path, process)
    assert ended.exit_code == 130, ended.said
    assert not docker.containers.list(filters={"label": LABEL})


def test_without_images_the_command_says_how_to_build_them(reviews: Path, tmp_path: Path) -> None:
    elsewhere = {"BESSEMER_IMAGE_REGISTRY": "nowhere.example.com"}
    (tmp_path / "checkout").mkdir()
    process = runs.start(
        tmp_path, "smoke", "--runner", "docker", *settings(reviews), folder=tmp_path / "checkout", **elsewhere
    )
    ended = runs.wait(tmp_path, process)
    assert ended.exit_code == 69
    assert "the image nowhere.example.com/bessemer/" in ended.said
    assert "found none; expected one that is built. make images" in ended.said


def test_without_an_engine_the_command_says_so(reviews: Path, tmp_path: Path) -> None:
    ended = runs.run(
        tmp_path, "smoke", "--runner", "docker", *settings(reviews), DOCKER_HOST=f"unix://{tmp_path}/no.sock"
    )
    assert ended.exit_code == 69
    assert "the Docker engine: found" in ended.said
