"""Write what deploys the images that were built: `python manifests/pin.py build/images.json [--by-tag] [--others]`.

Beside that file comes a folder `deploy` with a kustomization for each that names images. By digest, which is known once
the images are pushed; by tag for a cluster that images are loaded into, such as kind's. With --others the images that
are not ours are named by digest too.
"""

import argparse
import json
import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

MANIFESTS = Path(__file__).parent
FOLDERS = ("overlays/kind", "overlays/cluster", "serving", "training")
NAMED = ("fine_tuning", "mlflow", "pipelines", "registration")
"""The images that the manifests name; the other rooms' are named by the pipeline."""


def main() -> None:
    """Pin the images that `make images` has written down."""
    parser = argparse.ArgumentParser(prog="python manifests/pin.py", description=__doc__)
    parser.add_argument("images", type=Path, help="what `make images` wrote: build/images.json")
    parser.add_argument("--by-tag", action="store_true", help="for images that no registry has")
    parser.add_argument("--others", action="store_true", help="ask the registries of other images for their digests")
    given = parser.parse_args()
    built = json.loads(given.images.read_text())["images"]
    faults = [f"{name}: no such image in {given.images}." for name in NAMED if name not in built]
    if not given.by_tag:
        unpushed = [name for name in NAMED if name in built and not built[name]["digest"]]
        faults += [f"{name}: no digest. Push the images, or pin --by-tag." for name in unpushed]
    others = {source: digests_of_others(MANIFESTS / source, faults) if given.others else [] for source in FOLDERS}
    if faults:
        raise SystemExit("\n".join(faults))
    ours = [pin(name, built[name], given.by_tag) for name in NAMED]
    for source in FOLDERS:
        folder = given.images.parent / "deploy" / Path(source).name
        folder.mkdir(parents=True, exist_ok=True)
        resource = os.path.relpath(MANIFESTS / source, folder)
        (folder / "kustomization.yaml").write_text(
            kustomization(resource, ours + others[source], given.images.read_text())
        )
        print(folder)


def pin(name: str, image: Mapping[str, str], by_tag: bool) -> dict[str, str]:
    """Return kustomize's entry for one image."""
    if by_tag:
        repository, _, tag = image["tag"].rpartition(":")
        return {"name": f"bessemer/{name}", "newName": repository, "newTag": tag}
    repository, _, digest = image["digest"].partition("@")
    return {"name": f"bessemer/{name}", "newName": repository, "digest": digest}


def digests_of_others(folder: Path, faults: list[str]) -> list[dict[str, str]]:
    """Return kustomize's entries for the images of a kustomization that are not ours, by what their registries say now.

    A registry that does not say is a sentence more in `faults`.
    """
    from docker import from_env
    from docker.errors import DockerException

    pins = []
    for image in yaml.safe_load((folder / "kustomization.yaml").read_text()).get("images", []):
        tagged = f"{image['name']}:{image['newTag']}"
        try:
            with closing(from_env()) as docker:
                pins.append({"name": image["name"], "digest": docker.images.get_registry_data(tagged).id})
        except DockerException as error:
            faults.append(f"{tagged}: no digest ({error}). Start Docker and reach the registry, or leave --others out.")
    return pins


def kustomization(resource: str, pins: list[dict[str, str]], images: str) -> str:
    """Return a kustomization of `resource` with these images, with which its schedule compiles too."""
    content: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [resource],
        "images": pins,
    }
    if "overlays" in resource:
        replaced = [{"op": "replace", "path": "/data/images.json", "value": images}]
        target = {"kind": "ConfigMap", "name": "bessemer-images"}
        content["patches"] = [{"target": target, "patch": json.dumps(replaced)}]
    return yaml.safe_dump(content, sort_keys=False)


if __name__ == "__main__":
    main()
