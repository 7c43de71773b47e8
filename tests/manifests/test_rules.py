"""The manifests keep to the rules, and each rule notices who does not."""

from collections.abc import Callable

import pytest

from tests.manifests import rules
from tests.manifests.built import OVERLAYS, Object, deployment, find, pods

Change = Callable[[list[Object]], object]


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_manifests_keep_to_each_rule(rule: rules.Rule, overlay: str) -> None:
    assert list(rule(deployment(overlay))) == []


def mlflow(objects: list[Object]) -> Object:
    return find(objects, "Deployment", "mlflow")["spec"]["template"]["spec"]


def server(objects: list[Object]) -> Object:
    return mlflow(objects)["containers"][0]


def policy(objects: list[Object], name: str) -> Object:
    return find(objects, "NetworkPolicy", name)["spec"]


def drop(kind: str, name: str) -> Change:
    return lambda objects: objects.remove(find(objects, kind, name))


def secret(objects: list[Object]) -> None:
    objects.append({"kind": "Secret", "metadata": {"name": "s", "namespace": "bessemer"}, "data": {}})


BREACHES: list[tuple[rules.Rule, Change]] = [
    (rules.images_are_fixed, lambda o: server(o).update(image="bessemer/mlflow:latest")),
    (rules.images_are_fixed, lambda o: server(o).update(image="localhost:5000/bessemer/mlflow")),
    (rules.images_are_fixed, lambda o: mlflow(o)["initContainers"][0].update(image="bessemer/mlflow")),
    (rules.servers_are_probed, lambda o: server(o).pop("readinessProbe")),
    (rules.servers_are_probed, lambda o: server(o).pop("livenessProbe")),
    (rules.resources_are_bounded, lambda o: server(o)["resources"]["limits"].pop("memory")),
    (rules.resources_are_bounded, lambda o: mlflow(o)["initContainers"][0].pop("resources")),
    (rules.resources_are_bounded, lambda o: mlflow(o)["volumes"][0]["emptyDir"].clear()),
    (rules.pods_are_restricted, lambda o: mlflow(o)["securityContext"].update(runAsUser=0)),
    (rules.pods_are_restricted, lambda o: mlflow(o)["securityContext"].pop("runAsNonRoot")),
    (rules.pods_are_restricted, lambda o: mlflow(o)["securityContext"].pop("seccompProfile")),
    (rules.pods_are_restricted, lambda o: server(o)["securityContext"].update(readOnlyRootFilesystem=False)),
    (rules.pods_are_restricted, lambda o: server(o)["securityContext"]["capabilities"].update(add=["NET_ADMIN"])),
    (rules.pods_are_restricted, lambda o: server(o)["securityContext"].update(privileged=True)),
    (rules.scratch_is_there, lambda o: server(o)["volumeMounts"].pop(0)),
    (rules.the_node_is_not_touched, lambda o: mlflow(o).update(hostNetwork=True)),
    (rules.the_node_is_not_touched, lambda o: mlflow(o)["volumes"][0].update(hostPath={"path": "/"})),
    (rules.the_node_is_not_touched, lambda o: server(o)["ports"][0].update(hostPort=5000)),
    (rules.each_has_an_account, lambda o: mlflow(o).pop("serviceAccountName")),
    (rules.each_has_an_account, lambda o: mlflow(o).update(serviceAccountName="postgresql")),
    (rules.each_has_an_account, lambda o: mlflow(o).pop("automountServiceAccountToken")),
    (rules.rights_are_named, lambda o: find(o, "Role", "bessemer-schedule")["rules"][0].update(verbs=["*"])),
    (rules.rights_are_named, lambda o: find(o, "Role", "bessemer-schedule")["rules"][0].update(resources=["secrets"])),
    (rules.rights_are_named, lambda o: find(o, "Role", "bessemer-schedule").update(kind="ClusterRole")),
    (rules.services_find_pods, lambda o: find(o, "Service", "mlflow")["spec"]["selector"].update(app="x")),
    (rules.services_find_pods, lambda o: server(o)["ports"][0].update(name="web")),
    (rules.everything_else_is_denied, drop("NetworkPolicy", "deny-all")),
    (rules.everything_else_is_denied, lambda o: policy(o, "deny-all").update(egress=[{}])),
    (rules.everything_else_is_denied, lambda o: policy(o, "bessemer-schedule").update(policyTypes=["Egress"])),
    (rules.openings_are_used, lambda o: policy(o, "mlflow")["podSelector"]["matchLabels"].update(app="x")),
    (rules.openings_are_used, lambda o: policy(o, "mlflow")["ingress"][0].pop("from")),
    (rules.openings_are_used, lambda o: policy(o, "mlflow")["ingress"][0]["ports"][0].update(port="web")),
    (rules.openings_are_used, lambda o: policy(o, "mlflow-stores")["egress"][0]["to"].append({})),
    (
        rules.openings_are_used,
        lambda o: policy(o, "training")["egress"][0]["to"].append({"ipBlock": {"cidr": "0.0.0.0/0"}}),
    ),
    (
        rules.openings_are_used,
        lambda o: policy(o, "training")["ingress"][0]["from"].append({"podSelector": {"matchLabels": {"app": "x"}}}),
    ),
    (rules.references_lead_somewhere, drop("ConfigMap", "mlflow-auth")),
    (rules.references_lead_somewhere, drop("ServiceAccount", "mlflow")),
    (rules.references_lead_somewhere, drop("PersistentVolumeClaim", "fine-tuning")),
    (rules.references_lead_somewhere, lambda o: server(o)["envFrom"][1]["secretRef"].update(name="mlflow-databse")),
    (rules.references_lead_somewhere, drop("Role", "bessemer-schedule")),
    (rules.servers_survive_a_drain, drop("PodDisruptionBudget", "mlflow")),
    (
        rules.servers_survive_a_drain,
        lambda o: find(o, "PodDisruptionBudget", "mlflow")["spec"].update(maxUnavailable=None, minAvailable=1),
    ),
    (
        rules.servers_survive_a_drain,
        lambda o: find(o, "InferenceService", "sentiment")["spec"]["predictor"].pop("topologySpreadConstraints"),
    ),
    (rules.secrets_are_not_here, secret),
    (rules.secrets_are_not_here, lambda o: server(o)["env"].append({"name": "PGPASSWORD", "value": "x"})),
    (rules.secrets_are_not_here, lambda o: server(o)["command"].append("--x=postgresql://user:x@host/mlflow")),
    (rules.secrets_are_not_here, lambda o: find(o, "ConfigMap", "mlflow-server")["data"].update(PGPASSWORD="x")),
    (rules.namespaces_are_restricted, lambda o: find(o, "Namespace", "bessemer")["metadata"].pop("labels")),
    (rules.namespaces_are_restricted, lambda o: find(o, "Service", "mlflow")["metadata"].pop("namespace")),
    (rules.namespaces_are_restricted, drop("ResourceQuota", "everything")),
]
INGRESS_BREACHES: list[Change] = [
    lambda o: find(o, "Ingress", "mlflow")["spec"].pop("tls"),
    drop("Service", "mlflow"),
]


@pytest.mark.parametrize(("rule", "breach"), BREACHES)
def test_a_rule_notices_a_breach(rule: rules.Rule, breach: Change) -> None:
    objects = deployment("kind")
    breach(objects)
    assert list(rule(objects))


@pytest.mark.parametrize("breach", INGRESS_BREACHES)
def test_an_ingress_without_tls_or_service_is_noticed(breach: Change) -> None:
    objects = deployment("cluster")
    breach(objects)
    assert list(rules.ingresses_find_services(objects))


def test_no_rule_is_without_a_breach() -> None:
    assert {rule for rule, _ in BREACHES} | {rules.ingresses_find_services} == set(rules.RULES)


def test_the_rules_see_every_workload() -> None:
    seen = {pod.of for pod in pods(deployment("kind"))}
    assert seen == {
        "Deployment mlflow",
        "StatefulSet postgresql",
        "StatefulSet seaweedfs",
        "CronJob bessemer-schedule",
        "InferenceService sentiment",
        "TrainingRuntime fine-tuning",
    }
