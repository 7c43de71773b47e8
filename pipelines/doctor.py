"""What this machine has, and what of it Bessemer can use."""

import os
import platform
import shutil
import socket
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from components.contracts.address import without_password
from pipelines.home import home, tracking_uri

GIB = 1024**3
_VECTOR_EXTENSIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "neon", "asimd")
_MIN_MEMORY_GIB = 4
_MIN_DISK_GIB = 3
_SECONDS = 3.0
"""How long the MLflow server may take to accept a connection."""
_PROGRAM_SECONDS = 20.0
"""How long a program may take to answer: nvidia-smi and docker hang when their driver or engine does."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Examined:
    """One thing that was looked at."""

    what: str
    found: str
    good: bool
    advice: str = ""
    """What to do about it; empty when there is nothing to do."""


def examine() -> list[Examined]:
    """Return what this machine has, in the order in which it matters."""
    return [_cores(), _vectors(), _gpu(), _memory(), _disk(), _docker(), _mlflow(tracking_uri())]


def _cores() -> Examined:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Examined(
        "cores", f"{usable} usable, {platform.machine()}", usable >= 2, "" if usable >= 2 else "Slow on one."
    )


def _vectors() -> Examined:
    cpuinfo = Path("/proc/cpuinfo")
    flags = set(cpuinfo.read_text(encoding="utf-8").split()) if cpuinfo.exists() else set()
    found = [name for name in _VECTOR_EXTENSIONS if name in flags]
    bf16 = bool({"avx512_bf16", "amx_bf16", "bf16", "svebf16"} & flags)
    advice = "" if bf16 else "No bf16 arithmetic: training runs in fp32, about half as fast."
    return Examined("vector extensions", ", ".join(found) or "none known", bf16, advice)


def _gpu() -> Examined:
    if not shutil.which("nvidia-smi"):
        return Examined("GPU", "none", True)
    found = _ask("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")
    return Examined("GPU", found or "nvidia-smi fails or hangs", bool(found), "" if found else "Check the driver.")


def _memory() -> Examined:
    memory = psutil.virtual_memory()
    good = memory.available >= _MIN_MEMORY_GIB * GIB
    found = f"{memory.available / GIB:.1f} GiB free of {memory.total / GIB:.1f}"
    return Examined("memory", found, good, "" if good else f"A run wants {_MIN_MEMORY_GIB} GiB.")


def _disk() -> Examined:
    place = next(path for path in (home(), *home().parents) if path.exists())
    free = shutil.disk_usage(place).free
    good = free >= _MIN_DISK_GIB * GIB
    advice = "" if good else f"A run wants {_MIN_DISK_GIB} GiB; set BESSEMER_HOME to a larger disk."
    return Examined("disk", f"{free / GIB:.0f} GiB free at {home()}", good, advice)


def _docker() -> Examined:
    if not shutil.which("docker"):
        return Examined("Docker", "not installed", True, "Only needed to run steps in containers.")
    version = _ask("docker", "version", "--format", "{{.Server.Version}}")
    found = f"engine {version}" if version else "installed, but no engine answers"
    return Examined("Docker", found, True, "" if version else "Only needed to run steps in containers.")


def _ask(*command: str) -> str:
    """Return what a program says; nothing when it fails, or hangs."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_PROGRAM_SECONDS, check=False)
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _mlflow(uri: str) -> Examined:
    shown = without_password(uri)
    try:
        parts = urlsplit(uri)
        if parts.scheme == "sqlite":
            return _sqlite(Path(parts.path.removeprefix("/")), shown)  # four slashes make an absolute path
        if parts.scheme not in _PORTS:
            return Examined("MLflow", shown, True, "Not a server: reachability is not checked.")
        address = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        with socket.create_connection(address, timeout=_SECONDS):
            return Examined("MLflow", f"{shown} answers", True)
    except OSError as error:
        return Examined("MLflow", f"{shown}: {error}", False, "Start it, or correct MLFLOW_TRACKING_URI.")
    except ValueError as error:  # a port that is no number, a host that no name can be
        return Examined("MLflow", f"{shown}: {error}", False, "Correct MLFLOW_TRACKING_URI.")


def _sqlite(path: Path, shown: str) -> Examined:
    if not path.exists():
        return Examined("MLflow", f"{shown}, made on the first run", True)
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True) as database:
            runs = database.execute("select count(*) from runs").fetchone()[0]
    except sqlite3.Error as error:
        return Examined("MLflow", f"{shown}: {error}", False, "Move that file away: it is no MLflow database.")
    return Examined("MLflow", f"{shown}, {runs} runs", True)
