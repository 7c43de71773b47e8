"""Write which images the manifests deploy: `python manifests/pin.py build/images.json [--by-tag]`.

By digest, which is known once the images are pushed; by tag for a cluster that images are loaded into, such as kind's.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent
DEPLOYED = ("fine_tuning", "mlflow", "pipelines", "registration")
"""The images that the manifests name; the other rooms' are named by the pipeline."""
HEAD = """\
# Written by manifests/pin.py: which images of Bessemer are deployed.
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
images:
"""


def main() -> None:
    """Pin the images that `make images` has written down."""
    parser = argparse.ArgumentParser(prog="python manifests/pin.py", description=__doc__)
    parser.add_argument("images", type=Path, help="what `make images` wrote: build/images.json")
    parser.add_argument("--by-tag", action="store_true", help="for images that no registry has")
    given = parser.parse_args()
    images = json.loads(given.images.read_text())["images"]
    faults = [f"{name}: no such image in {given.images}." for name in DEPLOYED if name not in images]
    if not given.by_tag:
        unpushed = [name for name in DEPLOYED if name in images and not images[name].get("digest")]
        faults += [f"{name}: no digest. Push the images, or pin --by-tag." for name in unpushed]
    if faults:
        raise SystemExit("\n".join(faults))
    lines = [f"  - {pin(name, images[name], given.by_tag)}\n" for name in DEPLOYED]
    (FOLDER / "pinned" / "kustomization.yaml").write_text(HEAD + "".join(lines))
    (FOLDER / "runs" / "images.json").write_text(given.images.read_text())


def pin(name: str, image: Mapping[str, str], by_tag: bool) -> str:
    """Return kustomize's line for one image."""
    if by_tag:
        repository, _, tag = image["tag"].rpartition(":")
        return f"{{name: bessemer/{name}, newName: {repository}, newTag: {json.dumps(tag)}}}"
    repository, _, digest = image["digest"].partition("@")
    return f"{{name: bessemer/{name}, newName: {repository}, digest: {digest}}}"


if __name__ == "__main__":
    main()
