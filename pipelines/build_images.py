"""Builds the image of every room from this checkout, or hands them to a registry: `make images`, `make push`.

Prints each image's size, writes a bill of its materials (CycloneDX) and notes its name for `bessemer compile`. All
further arguments go to `docker build`, such as `--build-arg TORCH_BASE=…` or `--network host`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from docker import DockerClient

from components.contracts.address import without_password
from components.contracts.faults import Fault, Refusal, Unavailable
from components.contracts.folders import write_text_whole
from pipelines.bill_of_materials import bill_of_materials
from pipelines.containers import engine
from pipelines.fingerprint import code_revision
from pipelines.images import BESIDE_THE_ROOMS, BUILT, BuiltImage, read_built, rooms, tag_of, write_built

DOCKERFILE = Path("components/Dockerfile")
BILLS = Path("build/sbom")
MIB = 1024 * 1024


def main(arguments: list[str] | None = None) -> int:
    """Build or push all images; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.build_images", description=__doc__)
    parser.add_argument("--push", action="store_true", help="hand what is built to the registry in its name")
    chosen, for_docker = parser.parse_known_args(arguments)
    try:
        with engine() as docker:
            write_built(_push_all(docker) if chosen.push else _build_all(docker, for_docker))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    print(f"Noted in {BUILT}, for `bessemer compile` and `bessemer run --runner docker`.")
    return 0


def _build_all(docker: DockerClient, arguments: list[str]) -> dict[str, BuiltImage]:
    if code_revision().endswith("-dirty"):
        print("This checkout has changes that are in no commit: the images are named -dirty.")
    built = {}
    for room in [*rooms(), *BESIDE_THE_ROOMS]:
        built[room] = build(room, arguments)
        write_text_whole(BILLS / f"{room}.cdx.json", bill_of_materials(docker, built[room].tag))
        size = docker.images.get(built[room].tag).attrs["Size"] / MIB
        print(f"{room:16} {size:7,.0f} MiB  {built[room].tag}", flush=True)
    print(f"What is in them: {BILLS}/")
    return built


def build(room: str, arguments: list[str]) -> BuiltImage:
    """Build one room's image, with labels that say what it was made from.

    Raises:
        Unavailable: `docker build` failed.

    """
    revision = code_revision()
    image = BuiltImage(tag_of(room, revision))
    labels = {
        "title": f"bessemer {room}",
        "revision": revision,
        "version": _git("describe", "--tags", "--always"),
        "source": without_password(_git("remote", "get-url", "origin")),
    }
    named = [f"--label=org.opencontainers.image.{name}={value}" for name, value in labels.items() if value]
    where = [f"--file={DOCKERFILE}", f"--target={room}", f"--tag={image.tag}"]
    # the command and not the library, which knows the classic builder alone
    command = ["docker", "build", "--quiet", *where, *named, f"--build-arg=REVISION={revision}", *arguments, "."]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode != 0:
        print(built.stdout, built.stderr, sep="\n", file=sys.stderr)
        raise Unavailable(Fault(f"the image of {room}", f"exit code {built.returncode}", "a build", "See above."))
    return image


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout.strip()


def _push_all(docker: DockerClient) -> dict[str, BuiltImage]:
    """Push what was built from this checkout, and return it with the digests that the registry gave."""
    built = read_built()
    if not built:
        raise Unavailable(Fault("the images", f"no {BUILT}", "images built from this revision", "make images"))
    return {room: push(docker, image.tag) for room, image in built.items()}


def push(docker: DockerClient, tag: str) -> BuiltImage:
    """Push one image, and return it with its digest.

    Raises:
        Unavailable: the registry does not take it.

    """
    repository, _, version = tag.rpartition(":")
    for said in docker.images.push(repository, tag=version, stream=True, decode=True):
        if "error" in said:
            raise Unavailable(Fault(f"pushing {tag}", said["error"], "a push", "docker login, or another registry."))
    digests = docker.images.get(tag).attrs["RepoDigests"]
    digest = next(digest for digest in digests if digest.startswith(f"{repository}@"))
    print(digest, flush=True)
    return BuiltImage(tag, digest)


if __name__ == "__main__":
    raise SystemExit(main())
