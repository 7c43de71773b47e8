"""Where each room's tasks run and with what: one YAML file a deployment, laid over Bessemer's own; no graph."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass
from ruamel.yaml.comments import CommentedMap

from components.contracts.address import holds_secret
from components.contracts.faults import Fault, refuse_if_any
from components.contracts.settings import STRICT, find_faults, read_settings
from pipelines.sections import ROOMS
from pipelines.yaml_file import line_of, parse, plain

DEFAULTS = Path(__file__).with_name("placement.yaml")
EVERY_ROOM = "every_room"
PLACED = ["settings", *ROOMS, "reporting", "drift_monitoring"]
"""The rooms that have tasks; `settings` is the task that reads the form."""
SECRET = re.compile("PASSWORD|SECRET|TOKEN|ACCESS_KEY")


def _quantity(pattern: str, expected: str) -> Callable[[Any], str]:
    """Return what reads a quantity of Kubernetes, which YAML may have taken for a number; empty is none."""

    def read(value: Any) -> str:
        if not re.fullmatch(f"({pattern})?", str(value)):
            raise ValueError(expected)
        return str(value)

    return read


Name = Annotated[str, Field(min_length=1)]
Cpu = Annotated[str, BeforeValidator(_quantity(r"\d*\.?\d+m?", "cores such as 2 or 500m"))]
Bytes = Annotated[str, BeforeValidator(_quantity(r"\d+([KMGTPE]i?)?", "bytes such as 8Gi"))]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[int, Field(ge=0, lt=2**31)]


@dataclass(frozen=True, config=STRICT)
class Workspace:
    """The volume that KFP makes for a run, and removes with it.

    KFP sets no `fsGroup`: the storage class has to let the pods' user write there, as NFS and most local ones do.
    """

    size: Bytes = ""
    """Such as 50Gi; empty makes none."""
    storage_class: str = ""
    """Empty is the cluster's default."""
    access_modes: tuple[Literal["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"], ...] = ()
    """Empty is as the API server sets them; with ReadWriteOnce all tasks that have it share one node."""


@dataclass(frozen=True, config=STRICT)
class RunPlacement:
    """What holds for a run as a whole."""

    timeout_seconds: Seconds = 0
    """The longest that a run may take; 0 sets no limit."""
    ttl_seconds: Seconds = 0
    """How long a finished run's workflow and pods stay; 0 leaves them."""
    candidates_at_once: Annotated[int, Field(ge=1)] = 1
    """Candidates that are compressed and measured at the same time; more than one only where each has its node."""
    workspace: Workspace = field(default_factory=Workspace)

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        if self.workspace.size or not (self.workspace.storage_class or self.workspace.access_modes):
            return []
        return [Fault("run.workspace.size", "nothing", "a size such as 50Gi for the workspace that is described")]


@dataclass(frozen=True, config=STRICT)
class Toleration:
    """A taint that a room's pods put up with, as Kubernetes has it."""

    key: str = ""
    operator: Literal["Equal", "Exists"] = "Equal"
    value: str = ""
    effect: Literal["", "NoSchedule", "PreferNoSchedule", "NoExecute"] = ""
    """Empty is every effect."""


@dataclass(frozen=True, config=STRICT)
class RoomPlacement:
    """Where a room's tasks run and with what. Quantities are those of Kubernetes: 500m, 2, 8Gi."""

    cpu_request: Cpu = ""
    cpu_limit: Cpu = ""
    memory_request: Bytes = ""
    memory_limit: Bytes = ""
    gpus: Count = 0
    """How many of `gpu_type`."""
    gpu_type: Name = "nvidia.com/gpu"
    """The resource's name, such as amd.com/gpu or nvidia.com/mig-1g.10gb."""
    node_selector: dict[Name, str] = field(default_factory=dict)
    """Labels that a node has to have."""
    tolerations: tuple[Toleration, ...] = ()
    retries: Count = 0
    """Attempts after a task of its own accord failed; lost pods are the cluster's matter (docs/decisions/0008)."""
    retry_after_seconds: Seconds = 30
    """The wait before the second attempt; it doubles with each further one, up to an hour."""
    timeout_seconds: Seconds = 0
    """The longest that one attempt may take; 0 sets no limit."""
    environment: dict[Name, str] = field(default_factory=dict)
    """Variables, such as MLFLOW_TRACKING_URI."""
    secrets: dict[Name, dict[Name, Name]] = field(default_factory=dict)
    """Kubernetes secrets by name: which of its keys becomes which variable."""
    pull_secrets: tuple[Name, ...] = ()
    """Kubernetes secrets that the image registry asks for."""
    claims: dict[Name, Annotated[str, Field(pattern="^/.+")]] = field(default_factory=dict)
    """Persistent volume claims that are there already, and the folder that each is mounted as."""
    workspace: bool = False
    """Whether its tasks have the run's workspace: checkpoints outlive a lost pod there, but KFP caches no such task."""
    user: Count | None = None
    """The number that it runs as; null leaves it to the image or the namespace. Root never starts."""
    group: Count | None = None
    tmp_size: Bytes = ""
    """The most that /tmp, an empty folder of the node's, may hold; empty mounts none."""

    def conflicts(self) -> list[Fault]:
        """Return the impossible combinations."""
        return [*self._more_than_allowed(), *self._secrets_in_the_open(), *self._variables_twice(), *self._root()]

    def _more_than_allowed(self) -> list[Fault]:
        from kubernetes.utils import parse_quantity

        faults = []
        for what, request, limit in (
            ("cpu", self.cpu_request, self.cpu_limit),
            ("memory", self.memory_request, self.memory_limit),
        ):
            if request and limit and parse_quantity(request) > parse_quantity(limit):
                faults.append(Fault(f"{what}_request", request, f"at most {what}_limit, which is {limit}"))
        return faults

    def _secrets_in_the_open(self) -> list[Fault]:
        way_out = "Keep it in a Kubernetes secret and name that under secrets: the package is no place for it."
        return [
            Fault(f"environment.{name}", "a value", "no secret", way_out)
            for name, value in self.environment.items()
            if SECRET.search(name) or holds_secret(value)
        ]

    def _variables_twice(self) -> list[Fault]:
        faults = []
        taken = set(self.environment)
        for secret, variables in self.secrets.items():
            for key, name in variables.items():
                if name in taken:
                    faults.append(Fault(f"secrets.{secret}.{key}", f"{name} again", "each variable once"))
                taken.add(name)
        return faults

    def _root(self) -> list[Fault]:
        return [Fault("user", "0", "a number above 0: no task needs root")] if self.user == 0 else []


@dataclass(frozen=True)
class Placement:
    """Where every task of a run runs, and with what."""

    run: RunPlacement
    rooms: dict[str, RoomPlacement]


def load(path: Path | None = None) -> Placement:
    """Return Bessemer's own placement, with that of the file at `path` laid over it.

    Raises:
        BadInput: every fault of the file, with its line.

    """
    own = plain(parse(DEFAULTS, "placement", "a section a room"))
    if path is None:
        return _merged(own, {})
    tree = parse(path, "placement", "a section a room")
    mine = plain(tree)
    faults = _faults_of(mine) or _faults_together(own, mine)
    refuse_if_any(replace(fault, where=f"{path}:{_line(tree, fault)}") for fault in faults)
    return _merged(own, mine)


def _faults_of(mine: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the file's sections, each by itself."""
    known = ["run", EVERY_ROOM, *PLACED]
    faults = []
    for name, section in mine.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            way_out = f"Did you mean {near[0]}?" if near else f"Sections are {', '.join(known)}."
            faults.append(Fault(name, "a section that does not exist", "a known section", way_out))
        elif not isinstance(section, dict | None):
            faults.append(Fault(name, repr(section), "a mapping of keys to values"))
        elif name == "run":
            faults += find_faults(RunPlacement, section or {}, name)
        else:
            faults += [_of(name, fault) for fault in find_faults(RoomPlacement, section or {}, name)]
    return faults


def _faults_together(own: Mapping[str, Any], mine: Mapping[str, Any]) -> list[Fault]:
    """Return what does not fit together once the file is laid over Bessemer's own placement."""
    faults = find_faults(RunPlacement, _run(own, mine), "run")
    has_workspace = bool(_run(own, mine).get("workspace", {}).get("size"))
    for room in PLACED:
        section = _room(room, own, mine)
        faults += [_of(room, fault) for fault in find_faults(RoomPlacement, section, room)]
        if section.get("workspace") and not has_workspace:
            way_out = "Set run.workspace.size, such as 50Gi."
            faults.append(Fault(f"{room}.workspace", "true", "a run that has a workspace", way_out))
    return faults


def _of(section: str, fault: Fault) -> Fault:
    """Return `fault` named with its section, which a combination does not know."""
    return fault if fault.thing.partition(".")[0] == section else replace(fault, thing=f"{section}.{fault.thing}")


def _line(tree: CommentedMap, fault: Fault) -> int:
    """Return the line of what is at fault, which may stand in the section that speaks for every room."""
    section, *keys = fault.thing.split(".")
    said = tree.get(section) or {}
    if section in PLACED and keys and keys[0] not in said:
        section = EVERY_ROOM
    return line_of(tree, [section, *keys])


def _run(own: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, Any]:
    return {**own["run"], **(mine.get("run") or {})}


def _room(room: str, own: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set for a room: the file over Bessemer's own, the room over every room; mappings add up."""
    section: dict[str, Any] = {}
    for layer in (own.get(EVERY_ROOM), own.get(room), mine.get(EVERY_ROOM), mine.get(room)):
        for key, value in (layer or {}).items():
            section[key] = {**section.get(key, {}), **value} if isinstance(value, dict) else value
    return section


def _merged(own: Mapping[str, Any], mine: Mapping[str, Any]) -> Placement:
    rooms = {room: read_settings(RoomPlacement, _room(room, own, mine), room) for room in PLACED}
    return Placement(read_settings(RunPlacement, _run(own, mine), "run"), rooms)
