"""The policy: what every deployment keeps to. A rule yields a sentence a breach."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tests.manifests.built import MANIFESTS, Object, Pod, pods

Rule = Callable[[list[Object]], Iterator[str]]
OPERATORS_SECRETS = {"mlflow-tls"} | {
    secret["name"]
    for secret in yaml.safe_load((MANIFESTS / "secrets" / "kustomization.yaml").read_text())["secretGenerator"]
}
"""What docs/deploy.md has the operator make."""
OTHERS_PODS = ({"pipelines.kubeflow.org/v2_component": "true"}, {"model-client": "true"})
"""Labels of pods that others bring: the steps of pipelines, and users of the model."""


def images_are_fixed(objects: list[Object]) -> Iterator[str]:
    """By digest, or by a tag that is not moved."""
    for pod, container in _containers(objects):
        if not re.search(r"@sha256:[0-9a-f]{64}$|:(?!latest$)[\w.-]+$", container["image"]):
            yield f"{pod.of}: the image {container['image']} can change under its name"


def servers_are_probed(objects: list[Object]) -> Iterator[str]:
    """At the start, before requests, and all the time."""
    for pod in pods(objects):
        for container in pod.spec["containers"] if pod.serves else ():
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if probe not in container:
                    yield f"{pod.of}: {container['name']} has no {probe}"


def resources_are_bounded(objects: list[Object]) -> Iterator[str]:
    """CPU and memory of each container, asked for and limited; the size of each scratch volume."""
    for pod, container in _containers(objects):
        for bound in ("requests", "limits"):
            for resource in ("cpu", "memory"):
                if resource not in container.get("resources", {}).get(bound, {}):
                    yield f"{pod.of}: {container['name']} has no {bound} of {resource}"
    for pod in pods(objects):
        for volume in pod.spec.get("volumes", []):
            if "sizeLimit" not in volume.get("emptyDir", {"sizeLimit": ""}):
                yield f"{pod.of}: the volume {volume['name']} has no limit"


def pods_are_restricted(objects: list[Object]) -> Iterator[str]:
    """The restricted Pod Security Standard, and a root file system that cannot be written."""
    for pod in pods(objects):
        of_pod = pod.spec.get("securityContext", {})
        if not (of_pod.get("runAsNonRoot") is True and of_pod.get("runAsUser", 0) > 0):
            yield f"{pod.of}: may run as root"
        if of_pod.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{pod.of}: has no seccomp profile"
        for container in pod.containers:
            of_container = container.get("securityContext", {})
            if of_container != {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }:
                yield f"{pod.of}: {container['name']} has other rights than none: {of_container}"


def scratch_is_there(objects: list[Object]) -> Iterator[str]:
    """/tmp can be written, because nothing else can."""
    for pod in pods(objects):
        scratch = {volume["name"] for volume in pod.spec.get("volumes", []) if "emptyDir" in volume}
        for container in pod.containers:
            mounts = container.get("volumeMounts", [])
            if not any(mount["mountPath"] == "/tmp" and mount["name"] in scratch for mount in mounts):
                yield f"{pod.of}: {container['name']} has no /tmp"


def the_node_is_not_touched(objects: list[Object]) -> Iterator[str]:
    """None of the node's namespaces, folders or ports."""
    for pod in pods(objects):
        for of_node in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.spec.get(of_node):
                yield f"{pod.of}: {of_node}"
        for volume in pod.spec.get("volumes", []):
            if "hostPath" in volume:
                yield f"{pod.of}: the volume {volume['name']} is a folder of the node"
        for container in pod.containers:
            if any("hostPort" in port for port in container.get("ports", [])):
                yield f"{pod.of}: {container['name']} takes a port of the node"


def each_has_an_account(objects: list[Object]) -> Iterator[str]:
    """One of its own, whose token is in no pod."""
    accounts = [_account(pod) for pod in pods(objects)]
    for pod in pods(objects):
        if _account(pod) in ("", "default") or accounts.count(_account(pod)) > 1:
            yield f"{pod.of}: shares the service account {_account(pod)!r}"
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod.of}: holds a token for Kubernetes"


def rights_are_named(objects: list[Object]) -> Iterator[str]:
    """No wildcard, no rights in all namespaces, no reading of secrets."""
    for thing in objects:
        name = f"{thing['kind']} {thing['metadata']['name']}"
        if thing["kind"] in ("ClusterRole", "ClusterRoleBinding"):
            yield f"{name}: holds in every namespace"
        for rule in thing.get("rules", []) if thing["kind"] in ("Role", "ClusterRole") else ():
            granted = {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}
            if "*" in granted or {"secrets", "pods/exec"} & granted:
                yield f"{name}: grants {sorted(granted)}"


def services_find_pods(objects: list[Object]) -> Iterator[str]:
    """A service's selector matches pods, which have its ports by name."""
    for service in _of_kind(objects, "Service"):
        name, found = service["metadata"]["name"], _matched(service, service["spec"].get("selector", {}), objects)
        if not found:
            yield f"Service {name}: selects no pod"
        for port in service["spec"]["ports"]:
            if not all(port["targetPort"] in _port_names(pod) for pod in found):
                yield f"Service {name}: its pods have no port {port['targetPort']}"


def ingresses_find_services(objects: list[Object]) -> Iterator[str]:
    """An ingress names a service that is there, by a port that it has, and only over TLS."""
    services = {s["metadata"]["name"]: {p["name"] for p in s["spec"]["ports"]} for s in _of_kind(objects, "Service")}
    for ingress in _of_kind(objects, "Ingress"):
        name = ingress["metadata"]["name"]
        encrypted = {host for entry in ingress["spec"].get("tls", []) for host in entry["hosts"]}
        for rule in ingress["spec"]["rules"]:
            if rule["host"] not in encrypted:
                yield f"Ingress {name}: {rule['host']} has no certificate"
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                if backend["port"]["name"] not in services.get(backend["name"], set()):
                    yield f"Ingress {name}: there is no {backend['name']} with a port {backend['port']['name']}"


def everything_else_is_denied(objects: list[Object]) -> Iterator[str]:
    """Every pod is under a policy for each direction, and so are all that come into a namespace made here."""
    policies = _of_kind(objects, "NetworkPolicy")
    for pod in pods(objects):
        covered = {
            direction
            for policy in policies
            if pod in _matched(policy, policy["spec"]["podSelector"].get("matchLabels", {}), objects)
            for direction in policy["spec"]["policyTypes"]
        }
        if covered != {"Ingress", "Egress"}:
            yield f"{pod.of}: everything is open but {sorted(covered)}"
    deny_all = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    denied = {policy["metadata"]["namespace"] for policy in policies if policy["spec"] == deny_all}
    for namespace in _of_kind(objects, "Namespace"):
        if namespace["metadata"]["name"] not in denied:
            yield f"Namespace {namespace['metadata']['name']}: does not deny by default"


def openings_are_used(objects: list[Object]) -> Iterator[str]:
    """A policy selects pods that are there, and so do its peers here; its ports have names that they know."""
    for policy in _of_kind(objects, "NetworkPolicy"):
        name, spec = policy["metadata"]["name"], policy["spec"]
        chosen = _matched(policy, spec["podSelector"].get("matchLabels", {}), objects)
        if not chosen and spec["podSelector"].get("matchLabels") not in OTHERS_PODS:
            yield f"NetworkPolicy {name}: selects no pod"
        for direction, peers_at in (("ingress", "from"), ("egress", "to")):
            for opening in spec.get(direction, []):
                if not opening.get(peers_at):
                    yield f"NetworkPolicy {name}: is open to everybody"
                for peer in opening.get(peers_at, []):
                    if peer == {} or peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0":
                        yield f"NetworkPolicy {name}: is open to everybody"
                    labels = peer.get("podSelector", {}).get("matchLabels", {})
                    here = "namespaceSelector" not in peer and "ipBlock" not in peer and labels not in OTHERS_PODS
                    found = _matched(policy, labels, objects)
                    if here and not found:
                        yield f"NetworkPolicy {name}: its peer {labels} is nobody"
                    serving = chosen if direction == "ingress" else found
                    for port in opening.get("ports", []):
                        if isinstance(port["port"], str) and not all(port["port"] in _port_names(p) for p in serving):
                            yield f"NetworkPolicy {name}: nobody listens on {port['port']}"


def references_lead_somewhere(objects: list[Object]) -> Iterator[str]:
    """What a pod names is there, or is the operator's to make."""
    there = {(thing["kind"], thing["metadata"]["name"]) for thing in objects}
    there |= {("Secret", name) for name in OPERATORS_SECRETS}
    for pod in pods(objects):
        for reference in _references(pod):
            if reference not in there:
                yield f"{pod.of}: there is no {' '.join(reference)}"
    for ingress in _of_kind(objects, "Ingress"):
        for entry in ingress["spec"].get("tls", []):
            if ("Secret", entry["secretName"]) not in there:
                yield f"Ingress {ingress['metadata']['name']}: there is no Secret {entry['secretName']}"
    for binding in _of_kind(objects, "RoleBinding"):
        named = [(binding["roleRef"]["kind"], binding["roleRef"]["name"])]
        named += [(subject["kind"], subject["name"]) for subject in binding["subjects"]]
        for reference in named:
            if reference not in there:
                yield f"RoleBinding {binding['metadata']['name']}: there is no {' '.join(reference)}"


def servers_survive_a_drain(objects: list[Object]) -> Iterator[str]:
    """Each server has one disruption budget, each budget a server, and replicas keep apart."""
    budgets = _of_kind(objects, "PodDisruptionBudget")
    matched = [pod.of for budget in budgets for pod in _matched(budget, _selector(budget), objects)]
    for budget in budgets:
        if not _matched(budget, _selector(budget), objects):
            yield f"PodDisruptionBudget {budget['metadata']['name']}: selects no pod"
        if budget["spec"].get("maxUnavailable") != 1:
            yield f"PodDisruptionBudget {budget['metadata']['name']}: can stop a node from being drained"
    for pod in pods(objects):
        if pod.serves and matched.count(pod.of) != 1:
            yield f"{pod.of}: has {matched.count(pod.of)} disruption budgets"
    for thing in objects:
        spec = thing.get("spec", {})
        if max(spec.get("replicas", 1), spec.get("predictor", {}).get("minReplicas", 1)) > 1:
            (pod,) = pods([thing])
            apart = [spread["labelSelector"]["matchLabels"] for spread in pod.spec.get("topologySpreadConstraints", [])]
            if not any(labels.items() <= pod.labels.items() for labels in apart):
                yield f"{pod.of}: all replicas may be on one node"


def secrets_are_not_here(objects: list[Object]) -> Iterator[str]:
    """No secret among the objects, and none as a plain value."""
    for secret in _of_kind(objects, "Secret"):
        yield f"Secret {secret['metadata']['name']}: stands in the manifests"
    values: list[tuple[str, str, Any]] = []
    for pod, container in _containers(objects):
        values += [(pod.of, variable["name"], variable.get("value")) for variable in container.get("env", [])]
        values += [(pod.of, "the command", part) for part in container.get("command", [])]
    for config in _of_kind(objects, "ConfigMap"):
        values += [(config["metadata"]["name"], key, value) for key, value in config["data"].items()]
    for where, name, value in values:
        if value and (re.search(r"PASSWORD|SECRET|ACCESS_KEY|TOKEN", name) or re.search(r"://[^/\s]*:[^/\s]*@", value)):
            yield f"{where}: {name} holds a secret"


def namespaces_are_restricted(objects: list[Object]) -> Iterator[str]:
    """Each object names its namespace, and the one that is made here takes restricted pods only, and so many."""
    for namespace in _of_kind(objects, "Namespace"):
        name = namespace["metadata"]["name"]
        if namespace["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"Namespace {name}: takes pods that are not restricted"
        for kind in ("ResourceQuota", "LimitRange"):
            if name not in {thing["metadata"].get("namespace") for thing in _of_kind(objects, kind)}:
                yield f"Namespace {name}: has no {kind}"
    for thing in objects:
        if thing["kind"] != "Namespace" and not thing["metadata"].get("namespace"):
            yield f"{thing['kind']} {thing['metadata']['name']}: falls into whatever namespace is current"


RULES: tuple[Rule, ...] = (
    images_are_fixed,
    servers_are_probed,
    resources_are_bounded,
    pods_are_restricted,
    scratch_is_there,
    the_node_is_not_touched,
    each_has_an_account,
    rights_are_named,
    services_find_pods,
    ingresses_find_services,
    everything_else_is_denied,
    openings_are_used,
    references_lead_somewhere,
    servers_survive_a_drain,
    secrets_are_not_here,
    namespaces_are_restricted,
)


def _of_kind(objects: list[Object], kind: str) -> list[Object]:
    return [thing for thing in objects if thing["kind"] == kind]


def _containers(objects: list[Object]) -> Iterator[tuple[Pod, Object]]:
    return ((pod, container) for pod in pods(objects) for container in pod.containers)


def _account(pod: Pod) -> str:
    return str(pod.spec.get("serviceAccountName", ""))


def _selector(thing: Object) -> dict[str, str]:
    return dict(thing["spec"]["selector"]["matchLabels"])


def _matched(thing: Object, labels: dict[str, str], objects: list[Object]) -> list[Pod]:
    """Return the pods in the object's namespace that have all the labels."""
    namespace = thing["metadata"]["namespace"]
    return [pod for pod in pods(objects) if pod.namespace == namespace and labels.items() <= pod.labels.items()]


def _port_names(pod: Pod) -> set[str]:
    return {port["name"] for container in pod.containers for port in container.get("ports", [])}


def _references(pod: Pod) -> Iterator[tuple[str, str]]:
    yield "ServiceAccount", _account(pod)
    for volume in pod.spec.get("volumes", []):
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
    for container in pod.containers:
        for source in container.get("envFrom", []):
            for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                if key in source:
                    yield kind, source[key]["name"]
        for variable in container.get("env", []):
            if "secretKeyRef" in variable.get("valueFrom", {}):
                yield "Secret", variable["valueFrom"]["secretKeyRef"]["name"]
