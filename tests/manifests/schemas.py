"""Strict schemas: a field that the API does not know is refused, as is a value of another type.

Kubernetes' own come from the package kubernetes-validate. KServe's stand in the models of its Python package, which are
made from its CRD and read here without being imported. Kubeflow Trainer's are the models of kubeflow-trainer-api.
"""

import ast
import functools
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
from kubeflow_trainer_api.models.trainer_v1alpha1_train_job import TrainerV1alpha1TrainJob
from kubeflow_trainer_api.models.trainer_v1alpha1_training_runtime import TrainerV1alpha1TrainingRuntime
from referencing import Registry, Resource

from tests.manifests.built import Object

KUBERNETES = kubernetes_validate.latest_version()
_SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "object": "object"}


def fault(thing: Object) -> str:
    """Return what its schema does not allow in an object, or nothing."""
    if thing["apiVersion"].startswith("serving.kserve.io/"):
        return _inference_service_fault(thing)
    if thing["apiVersion"].startswith("trainer.kubeflow.org/"):
        return _trainer_fault(thing)
    try:
        kubernetes_validate.validate(thing, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error.message)
    return ""


def _trainer_fault(thing: Object) -> str:
    model = {"TrainingRuntime": TrainerV1alpha1TrainingRuntime, "TrainJob": TrainerV1alpha1TrainJob}[thing["kind"]]
    try:
        known = model.from_dict(thing)
    except ValueError as error:
        return str(error)
    assert known is not None
    # the models pass over what they do not know
    return ", ".join(sorted(_paths(thing) - _paths(known.to_dict())))


def _paths(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {path}.union(*(_paths(inner, f"{path}.{key}") for key, inner in value.items()))
    if isinstance(value, list):
        return {path}.union(*(_paths(inner, f"{path}[{place}]") for place, inner in enumerate(value)))
    return {path}


def _inference_service_fault(thing: Object) -> str:
    schema, registry = _inference_service_schema()
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema, registry=registry).iter_errors(thing)
    )
    return error.message if error else ""


@functools.cache
def _inference_service_schema() -> tuple[dict[str, Any], Any]:
    folder = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{KUBERNETES}-local-strict"
    kubernetes = json.loads((folder / "_definitions.json").read_text())
    registry = Registry().with_resource("kubernetes", Resource.from_contents(kubernetes))
    spec = importlib.util.find_spec("kserve")
    assert spec is not None, "run `make setup`: the sample packages are not installed"
    assert spec.submodule_search_locations
    models = {}
    for file in (Path(spec.submodule_search_locations[0]) / "models").glob("*.py"):
        models |= _model(file)
    return {"$ref": "#/$defs/V1beta1InferenceService", "$defs": models}, registry


def _model(file: Path) -> dict[str, Any]:
    """Return the schema of the class in one of KServe's model files, by its name."""
    for statement in ast.parse(file.read_text()).body:
        if isinstance(statement, ast.ClassDef):
            tables = {
                line.targets[0].id: ast.literal_eval(line.value)
                for line in statement.body
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
            }
            names, types = tables["attribute_map"], tables["openapi_types"]
            fields = {names[attribute]: _type(kind) for attribute, kind in types.items()}
            return {statement.name: {"type": "object", "properties": fields, "additionalProperties": False}}
    return {}


def _type(kind: str) -> dict[str, Any]:
    if kind in _SCALARS:
        return {"type": _SCALARS[kind]}
    if inner := re.fullmatch(r"list\[(.*)\]", kind):
        return {"type": "array", "items": _type(inner[1])}
    if inner := re.fullmatch(r"dict\(str, (.*)\)", kind):
        return {"type": "object", "additionalProperties": _type(inner[1])}
    if kind == "ResourceQuantity":
        return {"type": ["string", "number"]}
    if kind == "V1ObjectMeta":
        return {"$ref": "kubernetes#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
    if core := re.fullmatch(r"V1([A-Z]\w*)", kind):
        return {"$ref": f"kubernetes#/$defs/io.k8s.api.core.v1.{core[1]}"}
    if apps := re.fullmatch(r"K8sIoApiAppsV1(\w+)", kind):
        return {"$ref": f"kubernetes#/$defs/io.k8s.api.apps.v1.{apps[1]}"}
    return {"$ref": f"#/$defs/{kind}"}
