"""The bill of an image's materials: every Python and Debian package in it, as CycloneDX JSON."""

import json
from typing import Any

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from docker import DockerClient
from packageurl import PackageURL

LIST_PACKAGES = """\
import importlib.metadata, json, pathlib
found = []
for package in importlib.metadata.distributions():
    about = package.metadata
    found.append(["pypi", about["Name"], package.version, about["License-Expression"] or about["License"] or ""])
status = pathlib.Path("/var/lib/dpkg/status")
for paragraph in status.read_text().split("\\n\\n") if status.exists() else []:
    fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
    if fields:
        found.append(["deb", fields["Package"], fields["Version"], ""])
print(json.dumps(found))
"""
_LONGEST_LICENSE = 64
"""Some packages put the whole text where the name belongs."""


def bill_of_materials(docker: DockerClient, image: str) -> str:
    """Return what is in `image`, asked of the image itself, as CycloneDX 1.6."""
    told = docker.containers.run(
        image, ["python3", "-c", LIST_PACKAGES], remove=True, network_mode="none", read_only=True
    )
    packages = [_component(*package) for package in json.loads(told)]
    name, _, version = image.rpartition(":")
    whole = Component(name=name, version=version, type=ComponentType.CONTAINER)
    bill = Bom(components=packages)
    bill.metadata.component = whole
    bill.register_dependency(whole, packages)
    written: Any = make_outputter(bill, OutputFormat.JSON, SchemaVersion.V1_6)
    return str(written.output_as_string(indent=2))


def _component(kind: str, name: str, version: str, license_name: str) -> Component:
    licenses = [LicenseFactory().make_from_string(license_name)] if 0 < len(license_name) <= _LONGEST_LICENSE else []
    namespace = "debian" if kind == "deb" else None
    url = PackageURL(kind, namespace, name, version)
    return Component(name=name, version=version, type=ComponentType.LIBRARY, purl=url, licenses=licenses)
