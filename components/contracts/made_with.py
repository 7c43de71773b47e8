"""What the bytes of a model depend on besides what it was made of: who builds it again compares this first."""

import platform
from importlib.metadata import version
from pathlib import Path


def made_with(*libraries: str) -> dict[str, str]:
    """Return the processor's name, and the installed version of each library."""
    return {"processor": processor(), **{library: version(library) for library in libraries}}


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, or its architecture where the system does not say."""
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
