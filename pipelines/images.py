"""Which image each task runs in, where tasks run in containers: as `make images` wrote it down."""

import copy
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.contracts.faults import BadInput, Fault
from components.contracts.folders import write_text_whole
from components.images import image, room_of
from pipelines.fingerprint import code_revision
from pipelines.jobs import GRAPHS, graph_of

if TYPE_CHECKING:
    from kfp.dsl.graph_component import GraphComponent

REGISTRY = "BESSEMER_IMAGE_REGISTRY"
"""Names where images are pushed to and pulled from, such as `registry.example.com/team`."""
BUILT = Path("build/images.json")

START = """\
import pathlib, runpy, sys, tempfile
from components.contracts.garbage import collect_rarely
collect_rarely()
with tempfile.TemporaryDirectory() as folder:
    source = pathlib.Path(folder, "component.py")
    source.write_text(sys.argv[1], encoding="utf-8")
    sys.argv[1:2] = ["--component_module_path", str(source)]
    runpy.run_module("kfp.dsl.executor_main", run_name="__main__", alter_sys=True)
"""
"""What KFP's own command does with a component's source, in Python, so that an image needs no shell."""


@dataclass(frozen=True)
class BuiltImage:
    """One image that `make images` has built."""

    tag: str
    """Its name with the git revision as the tag."""
    digest: str = ""
    """Its name with the digest that a registry gave it; empty until it is pushed."""

    @property
    def reference(self) -> str:
        """The most exact name there is."""
        return self.digest or self.tag


def tag_of(room: str, revision: str) -> str:
    """Return the name that the room's image gets when it is built from the code at `revision`."""
    registry = os.environ.get(REGISTRY, "")
    return f"{registry}/{image(room)}:{revision or 'latest'}".lstrip("/")


def write_built(images: dict[str, BuiltImage]) -> None:
    """Write down what has been built, for `references`."""
    built = {"revision": code_revision(), "images": {room: asdict(images[room]) for room in sorted(images)}}
    write_text_whole(BUILT, json.dumps(built, indent=2) + "\n")


def read_built() -> dict[str, BuiltImage]:
    """Return the images that were built from this checkout, by room; none where none were.

    Raises:
        BadInput: those there are were built from another revision.

    """
    if not BUILT.exists():
        return {}
    built = json.loads(BUILT.read_text(encoding="utf-8"))
    revision = code_revision()
    if built["revision"] != revision:
        way_out = "Run `make images`, or remove the file to name images by the revision alone."
        raise BadInput(Fault(str(BUILT), f"images of {built['revision']}", f"images of {revision}", way_out))
    return {room: BuiltImage(**names) for room, names in built["images"].items()}


def references() -> Callable[[str], str]:
    """Return what names the image of a room: by digest where it was pushed, else by the git revision of the code.

    Raises:
        BadInput: `make images` was last run on another revision.

    """
    built = read_built()
    revision = code_revision()  # once, as it asks git
    return lambda room: built[room].reference if room in built else tag_of(room, revision)


def in_images(graph: "GraphComponent", reference: Callable[[str], str]) -> "GraphComponent":
    """Return a copy of `graph` whose tasks run in the images that `reference` names, without a shell."""
    packaged = copy.deepcopy(graph)
    for executor in executors(packaged).values():
        container = executor["container"]
        container["image"] = reference(room_of(container["image"]))
        source = container["command"][-1]
        container["command"] = ["python3", "-c", START, source]
    return packaged


def executors(graph: "GraphComponent") -> Any:
    """Return the executors of the graph's compiled form, by name, to be changed in place."""
    return graph.pipeline_spec.deployment_spec["executors"]


def images_of(graph: "GraphComponent") -> dict[str, str]:
    """Return the image of each room that tasks of `graph` run in, by the room's name."""
    named = {executor["container"]["image"] for executor in executors(graph).values()}
    return {room_of(image): image for image in sorted(named)}


BESIDE_THE_ROOMS = ["mlflow", "pipelines"]
"""What else an image is built of: MLflow's server, and the command for schedules that a cluster keeps."""


def rooms() -> list[str]:
    """Return the rooms that tasks run in."""
    images = (executor["container"]["image"] for name in GRAPHS for executor in executors(graph_of(name)).values())
    return sorted(set(map(room_of, images)))
