"""Every object is what its API takes, and the schemas notice what it does not."""

from collections.abc import Callable

import pytest

from tests.manifests.built import OVERLAYS, Object, deployment, find
from tests.manifests.schemas import fault


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_valid(overlay: str) -> None:
    faults = {f"{thing['kind']} {thing['metadata']['name']}": fault(thing) for thing in deployment(overlay)}
    assert {name: found for name, found in faults.items() if found} == {}


def misspell(thing: Object, *path: str | int) -> None:
    *way, last = path
    inner = thing
    for step in way:
        inner = inner[step]
    inner[f"{last}s"] = inner.pop(last)


@pytest.mark.parametrize(
    ("kind", "name", "breach", "found"),
    [
        (
            "Deployment",
            "mlflow",
            lambda o: misspell(o, "spec", "template", "spec", "securityContext"),
            "securityContexts",
        ),
        ("Deployment", "mlflow", lambda o: o["spec"].update(replicas="two"), "'two'"),
        ("NetworkPolicy", "mlflow", lambda o: misspell(o, "spec", "ingress"), "ingresss"),
        ("InferenceService", "sentiment", lambda o: misspell(o, "spec", "predictor", "minReplicas"), "minReplicass"),
        ("InferenceService", "sentiment", lambda o: o["spec"]["predictor"].update(minReplicas="two"), "'two'"),
        (
            "InferenceService",
            "sentiment",
            lambda o: misspell(o, "spec", "predictor", "containers", 0, "readinessProbe"),
            "readinessProbes",
        ),
        ("TrainingRuntime", "fine-tuning", lambda o: misspell(o, "spec", "mlPolicy", "numNodes"), "numNodess"),
        ("TrainingRuntime", "fine-tuning", lambda o: o["spec"]["mlPolicy"].update(numNodes="two"), "numNodes"),
        (
            "TrainingRuntime",
            "fine-tuning",
            lambda o: misspell(
                o["spec"]["template"]["spec"]["replicatedJobs"][0]["template"]["spec"]["template"]["spec"],
                *("containers", 0, "volumeMounts"),
            ),
            "volumeMountss",
        ),
    ],
)
def test_a_field_too_many_or_of_another_type_is_noticed(
    kind: str, name: str, breach: Callable[[Object], None], found: str
) -> None:
    thing = find(deployment("kind"), kind, name)
    breach(thing)
    assert found in fault(thing)
