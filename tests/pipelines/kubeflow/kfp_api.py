"""A Kubeflow Pipelines API on the loopback interface, in memory, that takes nothing that the real one would not.

Requests are held against the models of the generated client: an unknown field, a wrong type, an unknown query or an
unknown enumeration value is a 400. A package has to be one that kfp loads, and a run's parameters those of its package.
"""

import itertools
import json
import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kfp_server_api
from flask import Flask, Response, jsonify, request
from kfp.components import load_component_from_text
from kfp.pipeline_spec.pipeline_spec_pb2 import ParameterType
from werkzeug.serving import make_server

CRON_FIELDS = 6
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "LIST": (list,),
    "STRUCT": (dict,),
    "STRING": (str,),
    "BOOLEAN": (bool,),
    "NUMBER_INTEGER": (int,),
    "NUMBER_DOUBLE": (int, float),
}


class RefusedError(Exception):
    """An answer that is an error, with the API's own words."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)


def check(value: Any, kind: str, where: str = "body") -> None:
    """Refuse a JSON value that is not what the generated client says a `kind` is."""
    if inner := re.fullmatch(r"list\[(.*)\]|dict\(str, (.*)\)", kind):
        expected = list if inner[1] else dict
        if not isinstance(value, expected):
            raise RefusedError(400, f"{where} is no {expected.__name__}")
        for item in value if inner[1] else value.values():
            check(item, inner[1] or inner[2], where)
    elif kind in ("str", "datetime", "int", "bool"):
        if type(value) is not {"int": int, "bool": bool}.get(kind, str):
            raise RefusedError(400, f"{where} is no {kind}")
    elif kind != "object":
        check_model(value, getattr(kfp_server_api.models, kind), where)


def check_model(value: Any, model: Any, where: str) -> None:
    if not model.openapi_types:
        if value not in model.allowable_values:
            raise RefusedError(400, f"{where} is {value!r}")
        return
    if not isinstance(value, dict):
        raise RefusedError(400, f"{where} is no object")
    kinds = {model.attribute_map[name]: kind for name, kind in model.openapi_types.items()}
    for key, item in value.items():
        if key not in kinds:
            raise RefusedError(400, f"unknown field {where}.{key}")
        check(item, kinds[key], f"{where}.{key}")


class KubeflowApi:
    """The server's state, and what the test wants it to do wrong."""

    def __init__(self, *, token: str = "", cookie: str = "", namespaces: tuple[str, ...] = ("team",)) -> None:
        self.token, self.cookie = token, cookie
        """What has to stand in the request's headers; with neither everybody may come in."""
        self.namespaces = namespaces
        """Where the caller may work; without any the server is for a single user."""
        self.pipelines: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, dict[str, Any]] = {}
        self.specs: dict[str, Any] = {}
        """The pipeline of each version, as kfp loads it."""
        self.experiments: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.recurring_runs: dict[str, dict[str, Any]] = {}
        self.progress: list[dict[str, Any]] = []
        """What each look at a run adds to it, in turn; the last one stays."""
        self.requests: list[str] = []
        self.failures: dict[str, tuple[int, str | bytes]] = {}
        """A status and a body instead of an answer, by the request's method and path."""
        self.page_limit = 2
        self.lock = threading.Lock()
        self._ticks = itertools.count()

    def now(self) -> str:
        """Return a time that is later than the one before."""
        return datetime.fromtimestamp(1_790_000_000 + next(self._ticks), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def keep(
        self, things: dict[str, dict[str, Any]], key: str, thing: dict[str, Any], unique: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Add a thing under a new id, unless another has the same values of what has to be unique."""
        with self.lock:
            for other in things.values() if unique else ():
                if all(other[name] == thing[name] for name in unique):
                    raise RefusedError(409, f"Already exist error: {thing[unique[0]]} already exist")
            kept = {**thing, key: str(uuid.uuid4()), "created_at": self.now()}
            things[kept[key]] = kept
            return kept

    def admit(self, namespace: str) -> str:
        """Return the namespace that a thing is in, if the caller may work there."""
        if not self.namespaces:
            return ""
        if not namespace:
            raise RefusedError(400, "Invalid input error: a namespace is required in multi-user mode")
        if namespace not in self.namespaces:
            raise RefusedError(403, f"User 'mel' is not authorized to work in namespace {namespace}")
        return namespace


def body(kind: str) -> dict[str, Any]:
    if not request.is_json:
        raise RefusedError(415, "no JSON")
    check(request.json, kind)
    return dict(request.json or {})


def query(*known: str) -> Mapping[str, str]:
    unknown = set(request.args) - set(known)
    if unknown:
        raise RefusedError(400, f"unknown query {unknown}")
    return request.args


def one(things: Mapping[str, dict[str, Any]], key: str) -> dict[str, Any]:
    if key not in things:
        raise RefusedError(404, f"ResourceNotFoundError: {key} not found.")
    return things[key]


def page(api: KubeflowApi, items: str, things: list[dict[str, Any]], asked: Mapping[str, str]) -> Response:
    """Answer with the things that pass the filter, a page of them."""
    if text := asked.get("filter"):
        wanted = json.loads(text)
        check(wanted, "V2beta1Filter", "filter")
        for predicate in wanted["predicates"]:
            if predicate["operation"] != "EQUALS" or predicate["key"] != "display_name":
                raise RefusedError(400, "this double knows no other filter")
            things = [thing for thing in things if thing["display_name"] == predicate["string_value"]]
    # the token names the next thing, not its place: what is deleted in between makes nobody miss another
    things = sorted(
        (thing for thing in things if thing["created_at"] >= asked.get("page_token", "")),
        key=lambda thing: str(thing["created_at"]),
    )
    size = min(int(asked.get("page_size") or 10), api.page_limit)
    answer: dict[str, Any] = {items: things[:size]}
    if things[size:]:
        answer["next_page_token"] = things[size]["created_at"]
    return jsonify(answer)


def check_run(api: KubeflowApi, wanted: dict[str, Any]) -> None:
    """Refuse a run, or a recurring run, whose version, experiment or parameters are not there."""
    reference = wanted["pipeline_version_reference"]
    version = one(api.versions, reference["pipeline_version_id"])
    if version["pipeline_id"] != reference["pipeline_id"]:
        raise RefusedError(400, "the version is another pipeline's")
    one(api.experiments, wanted["experiment_id"])
    given = wanted["runtime_config"].get("parameters", {})
    known = api.specs[reference["pipeline_version_id"]].root.input_definitions.parameters
    for name in given.keys() - known.keys():
        raise RefusedError(400, f"Invalid input error: parameter {name} is not a parameter of the pipeline")
    for name, parameter in known.items():
        kind = ParameterType.ParameterTypeEnum.Name(parameter.parameter_type)
        if name in given and not isinstance(given[name], JSON_TYPES[kind]):
            raise RefusedError(400, f"Invalid input error: parameter {name} has another type")
        if name not in given and not parameter.is_optional:
            raise RefusedError(400, f"Invalid input error: parameter {name} is missing")


def application(api: KubeflowApi) -> Flask:
    """Return the web application over a state."""
    app = Flask(__name__)

    @app.before_request
    def examine() -> Response | tuple[str | bytes, int] | None:
        api.requests.append(f"{request.method} {request.path}")
        if failure := api.failures.get(f"{request.method} {request.path}"):
            return failure[1], failure[0]
        if api.token and request.headers.get("Authorization") != f"Bearer {api.token}":
            raise RefusedError(401, "there is no user identity header")
        if api.cookie and request.headers.get("Cookie") != api.cookie:
            raise RefusedError(401, "there is no session")
        return None

    @app.errorhandler(RefusedError)
    def refuse(refused: RefusedError) -> tuple[Response, int]:
        return jsonify({"error": refused.message, "code": 3, "message": refused.message}), refused.status

    @app.get("/apis/v2beta1/healthz")
    def healthz() -> Response:
        query()
        return jsonify({"multi_user": bool(api.namespaces), "pipeline_store": "database"})

    @app.get("/apis/v2beta1/pipelines/names/<name>")
    def pipeline_by_name(name: str) -> Response:
        namespace = api.admit(query("namespace").get("namespace", ""))
        there = one({p["name"]: p for p in api.pipelines.values() if p["namespace"] == namespace}, name)
        return jsonify({key: value for key, value in there.items() if key != "tags"})  # it looks them up by id only

    @app.get("/apis/v2beta1/pipelines/<pipeline_id>")
    def pipeline(pipeline_id: str) -> Response:
        query()
        return jsonify(one(api.pipelines, pipeline_id))

    @app.post("/apis/v2beta1/pipelines")
    def create_pipeline() -> Response:
        wanted = body("V2beta1Pipeline")
        wanted["namespace"] = api.admit(wanted.get("namespace", ""))
        return jsonify(api.keep(api.pipelines, "pipeline_id", wanted, ("name", "namespace")))

    @app.get("/apis/v2beta1/pipelines/<pipeline_id>/versions")
    def versions(pipeline_id: str) -> Response:
        one(api.pipelines, pipeline_id)
        asked = query("page_token", "page_size", "sort_by", "filter")
        there = [version for version in api.versions.values() if version["pipeline_id"] == pipeline_id]
        return page(api, "pipeline_versions", there, asked)

    @app.post("/apis/v2beta1/pipelines/upload_version")
    def upload_version() -> Response | tuple[Response, int]:
        asked = query("name", "display_name", "pipelineid", "description", "tags")
        one(api.pipelines, asked["pipelineid"])
        upload = request.files["uploadfile"]
        if not (upload.filename or "").endswith(".yaml"):
            raise RefusedError(400, "no .yaml")
        package = load_component_from_text(upload.stream.read().decode())
        version = {"pipeline_id": asked["pipelineid"], "name": asked["name"], "display_name": asked["name"]}
        try:
            kept = api.keep(api.versions, "pipeline_version_id", version, ("pipeline_id", "name"))
        except RefusedError as refused:  # the uploads have a form of their own for errors
            return jsonify({"error_message": "Failed to create a pipeline version"}), refused.status
        api.specs[kept["pipeline_version_id"]] = package.pipeline_spec
        return jsonify(kept)

    @app.get("/apis/v2beta1/experiments")
    def experiments() -> Response:
        asked = query("page_token", "page_size", "sort_by", "filter", "namespace")
        namespace = api.admit(asked.get("namespace", ""))
        return page(api, "experiments", [e for e in api.experiments.values() if e["namespace"] == namespace], asked)

    @app.post("/apis/v2beta1/experiments")
    def create_experiment() -> Response:
        wanted = body("V2beta1Experiment")
        wanted["namespace"] = api.admit(wanted.get("namespace", ""))
        return jsonify(api.keep(api.experiments, "experiment_id", wanted, ("display_name", "namespace")))

    @app.post("/apis/v2beta1/runs")
    def create_run() -> Response:
        query()
        wanted = body("V2beta1Run")
        check_run(api, wanted)
        return jsonify(api.keep(api.runs, "run_id", {**wanted, "state": "PENDING"}))

    @app.get("/apis/v2beta1/runs/<run_id>")
    def get_run(run_id: str) -> Response:
        query()
        run = one(api.runs, run_id)
        if api.progress:
            run |= api.progress.pop(0) if len(api.progress) > 1 else api.progress[0]
        check(run, "V2beta1Run", "run")
        return jsonify(run)

    @app.get("/apis/v2beta1/recurringruns")
    def recurring_runs() -> Response:
        asked = query("page_token", "page_size", "sort_by", "namespace", "filter")
        namespace = api.admit(asked.get("namespace", ""))
        with api.lock:
            there = [run for run in api.recurring_runs.values() if run["namespace"] == namespace]
        return page(api, "recurringRuns", there, asked)

    @app.post("/apis/v2beta1/recurringruns")
    def create_recurring_run() -> Response:
        wanted = body("V2beta1RecurringRun")
        check_run(api, wanted)
        if len(wanted["trigger"]["cron_schedule"]["cron"].split()) != CRON_FIELDS:
            raise RefusedError(400, "Invalid input error: Schedule cron is invalid")
        if not 1 <= int(wanted["max_concurrency"]) <= 10:
            raise RefusedError(400, "Invalid input error: max concurrency")
        status = {"ENABLE": "ENABLED", "DISABLE": "DISABLED"}[wanted["mode"]]
        namespace = api.experiments[wanted["experiment_id"]]["namespace"]
        told = {"status": status, "namespace": namespace}
        return jsonify(api.keep(api.recurring_runs, "recurring_run_id", {**wanted, **told}))

    @app.delete("/apis/v2beta1/recurringruns/<run_id>")
    def delete_recurring_run(run_id: str) -> Response:
        query("propagation_policy")
        with api.lock:
            one(api.recurring_runs, run_id)
            del api.recurring_runs[run_id]
        return jsonify({})

    return app


@contextmanager
def serving(api: KubeflowApi, port: int = 0, certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    """Serve a state, and yield the address.

    Args:
        api: the state, which outlives the server.
        port: where to listen; any free port by default.
        certificate: the files of a certificate and its key, for https.

    """
    tls = (str(certificate[0]), str(certificate[1])) if certificate else None
    server = make_server("127.0.0.1", port, application(api), threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(state: str, **tasks: str) -> dict[str, Any]:
    """Return what the API tells of a run and its tasks, as it reads it off Argo's nodes.

    Args:
        state: the run's.
        tasks: the state of each task in the order of their begin, underscores for the dashes of its name; `UNCHANGED`
            for one whose earlier result still holds. A task of a loop that comes again has its round behind two
            underscores.

    """
    details = []
    for number, (name, task_state) in enumerate(tasks.items()):
        display_name = name.partition("__")[0].replace("_", "-")
        shown = "SUCCEEDED" if task_state == "UNCHANGED" else task_state
        executor = "SKIPPED" if task_state == "UNCHANGED" else task_state
        details += [
            node(f"{display_name}-driver", "SUCCEEDED", number, 0),
            node(display_name, shown, number, 1, children=[2]),
            node("executor", executor, number, 2),
        ]
    return {"state": state, "run_details": {"task_details": details}}


def node(name: str, state: str, number: int, place: int, children: list[int] | None = None) -> dict[str, Any]:
    """Return a node of the workflow: its pod's name and the ids of its children have only their ends in common."""
    began = 1_790_000_000 + 100 * number
    ended = began + 62 if state not in ("RUNNING", "PENDING") else None
    return {
        "run_id": "…",
        "task_id": str(uuid.uuid4()),
        "display_name": name,
        "create_time": rfc3339(began),
        "start_time": rfc3339(began),
        "end_time": rfc3339(ended) if ended else "0001-01-01T00:00:00Z",
        "state": state,
        "pod_name": f"build-model-x7k2p-system-container-{number:05}{place}",
        "child_tasks": [{"pod_name": f"build-model-x7k2p-{number:05}{child}"} for child in children or []],
    }


def rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
