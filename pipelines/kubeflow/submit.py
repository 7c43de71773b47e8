"""What a run needs on Kubeflow: the pipeline's version, an experiment, and its arguments."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from kfp_server_api import (
    V2beta1Experiment,
    V2beta1Pipeline,
    V2beta1PipelineVersionReference,
    V2beta1Run,
    V2beta1RuntimeConfig,
)

from components.contracts.faults import BadInput, Fault, refuse_if_any
from pipelines.fingerprint import code_revision
from pipelines.jobs import graph_of
from pipelines.kubeflow.api import Kubeflow, Missing, Taken
from pipelines.package import write_package
from pipelines.placement import Placement
from pipelines.preset import Preset

OURS = {"made_by": "bessemer"}
"""The tags that tell our pipeline from another of the same name."""
_REVISION_DIGITS = 12

T = TypeVar("T")


@dataclass(frozen=True)
class Package:
    """A compiled pipeline."""

    name: str
    """The pipeline's, as its graph has it."""
    path: Path
    version: str
    """Git revision and hash of the package: what is compiled again from the same code is the same version."""
    tasks: dict[str, bool]
    """The name of each task that does work, and whether it runs inside a loop."""


@dataclass(frozen=True)
class Version:
    """A version of the pipeline, as Kubeflow knows it."""

    pipeline_id: str
    id: str

    @property
    def reference(self) -> V2beta1PipelineVersionReference:
        """What a run or a recurring run names it by."""
        return V2beta1PipelineVersionReference(pipeline_id=self.pipeline_id, pipeline_version_id=self.id)


def refuse_local_sources(preset: Preset) -> None:
    """See that no task would look for something that lies on this machine alone.

    Raises:
        BadInput: the data, its repository or the model is a path of this machine.

    """
    data, model = preset.sections["data_ingestion"], preset.sections["model_ingestion"]
    repository = data.get("repository", "")
    place = ("repository", repository) if repository else ("source", data["source"])
    named = {f"data_ingestion.{place[0]}": place[1]}
    if Path(model["source"]).exists():
        named["model_ingestion.source"] = model["source"]
    elsewhere = "s3://…, package://… or a DVC repository's URL"
    refuse_if_any(
        Fault(name, f"{path}, a path of this machine", elsewhere, f"Name one with --set {name}=…")
        for name, path in named.items()
        if "://" not in path and "@" not in path
    )


@contextmanager
def package(placement: Placement | None = None, pipeline: str = "build_model") -> Iterator[Package]:
    """Yield the compiled graph `pipelines.<pipeline>`, which is there as long as the block is."""
    with TemporaryDirectory() as folder:
        path = write_package(Path(folder) / "pipeline.yaml", placement=placement, pipeline=pipeline)
        revision, _, dirty = code_revision().partition("-")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:_REVISION_DIGITS]
        version = "-".join(filter(None, (revision[:_REVISION_DIGITS], dirty, digest)))
        graph = graph_of(pipeline)
        yield Package(str(graph.name), path, version, _tasks(graph.pipeline_spec))


def _tasks(spec: Any) -> dict[str, bool]:
    graphs = [spec.root.dag, *(component.dag for component in spec.components.values())]
    repeated = {
        task.component_ref.name
        for graph in graphs
        for task in graph.tasks.values()
        if task.HasField("parameter_iterator")
    }
    in_loops = [component.dag for name, component in spec.components.items() if name in repeated]
    return {
        name: graph in in_loops
        for graph in graphs
        for name, task in graph.tasks.items()
        if spec.components[task.component_ref.name].executor_label
    }


def ensure_version(server: Kubeflow, compiled: Package) -> Version:
    """Return the package's version on the server, uploaded if it is not there.

    Raises:
        BadInput: the pipeline's name is taken, or the server refuses.
        Unavailable: the server does not answer.

    """
    pipeline_id = _ensure_pipeline(server, compiled.name)

    def find() -> Any:
        versions = server.pipelines.pipeline_service_list_pipeline_versions
        same = {"pipeline_id": pipeline_id, "filter": named(compiled.version)}
        return next(server.all(versions, "pipeline_versions", **same), None)

    def upload() -> Any:
        upload = server.uploads.upload_pipeline_version
        return server.call(upload, str(compiled.path), name=compiled.version, pipelineid=pipeline_id)

    return Version(pipeline_id, _found_or_made(find, upload).pipeline_version_id)


def find_pipeline(server: Kubeflow, name: str) -> str:
    """Return the id of our pipeline of a name, or nothing when there is none.

    Raises:
        BadInput: something else has its name.
        Unavailable: the server does not answer.

    """
    by_name, by_id = (
        server.pipelines.pipeline_service_get_pipeline_by_name,
        server.pipelines.pipeline_service_get_pipeline,
    )
    try:
        pipeline_id = str(server.call(by_name, name, namespace=server.namespace or None).pipeline_id)
    except Missing:
        return ""
    tags = server.call(by_id, pipeline_id).tags or {}  # which are left out when it is asked for by name
    if OURS.items() <= tags.items():
        return pipeline_id
    tag = ", ".join(f"{key}={value}" for key, value in OURS.items())
    way_out = f"Rename or delete that one in Kubeflow, or tag it {tag} if it came from `bessemer compile`."
    raise BadInput(Fault(f"the pipeline {name}", "one that something else made", f"one with the tag {tag}", way_out))


def _ensure_pipeline(server: Kubeflow, name: str) -> str:
    def make() -> str:
        wanted = V2beta1Pipeline(name=name, display_name=name, namespace=server.namespace or None, tags=OURS)
        return str(server.call(server.pipelines.pipeline_service_create_pipeline, wanted).pipeline_id)

    return _found_or_made(lambda: find_pipeline(server, name), make)


def ensure_experiment(server: Kubeflow, name: str) -> str:
    """Return an experiment's id, made if it is not there.

    Raises:
        BadInput: the server refuses.
        Unavailable: the server does not answer.

    """

    def find() -> Any:
        options = {"filter": named(name), **in_namespace(server)}
        return next(server.all(server.experiments.experiment_service_list_experiments, "experiments", **options), None)

    def make() -> Any:
        wanted = V2beta1Experiment(display_name=name, namespace=server.namespace or None)
        return server.call(server.experiments.experiment_service_create_experiment, wanted)

    return str(_found_or_made(find, make).experiment_id)


def _found_or_made(find: Callable[[], T | None], make: Callable[[], T]) -> T:
    """Return what is there, or make it; who asks at the same time may be a moment ahead."""
    if found := find():
        return found
    try:
        return make()
    except Taken:
        if found := find():
            return found
        raise  # by something that we are not shown, such as what is in another namespace


def start_run(server: Kubeflow, version: Version, experiment_id: str, title: str, arguments: Mapping[str, Any]) -> str:
    """Start a run and return its id.

    Raises:
        BadInput: the server refuses.
        Unavailable: the server does not answer.

    """
    wanted = V2beta1Run(
        display_name=f"{title} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        experiment_id=experiment_id,
        pipeline_version_reference=version.reference,
        runtime_config=V2beta1RuntimeConfig(parameters=dict(arguments)),
    )
    return str(server.call(server.runs.run_service_create_run, wanted).run_id)


def named(name: str) -> str:
    """Return the API's filter for things of a name."""
    return json.dumps({"predicates": [{"key": "display_name", "operation": "EQUALS", "string_value": name}]})


def in_namespace(server: Kubeflow) -> dict[str, str]:
    """Return the option that keeps a listing to the server's namespace."""
    return {"namespace": server.namespace} if server.namespace else {}
