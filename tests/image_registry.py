"""A real registry of images on this machine, from Debian's package docker-registry, and a tiny image."""

import io
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.containers import engine
from tests.mlflow_here import answering_on, free_port

CONFIG = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "{address}"}}
"""


@contextmanager
def empty_registry(folder: Path) -> Iterator[str]:
    """Yield the address of a registry that keeps its images in `folder`."""
    program = shutil.which("docker-registry")
    assert program, "apt-get install docker-registry"
    port = free_port()
    config = folder / "registry.yml"
    config.write_text(CONFIG.format(folder=folder / "storage", address=f"127.0.0.1:{port}"))
    with answering_on([program, "serve", str(config)], port, "/v2/", folder / "registry"):
        yield f"127.0.0.1:{port}"


@contextmanager
def tiny_image(name: str) -> Iterator[None]:
    """Have an image of a single file, named `name` with its tag."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("empty"))
    repository, _, tag = name.rpartition(":")
    with engine() as docker:
        docker.api.import_image_from_data(layer.getvalue(), repository=repository, tag=tag)
        yield
        docker.images.remove(name, force=True)
