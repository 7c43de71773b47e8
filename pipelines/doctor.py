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

from components.contracts.tracking import without_password
from pipelines.home import home, tracking_uri

GIB = 1024**3
_VECTOR_EXTENSIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "neon", "asimd")
_MIN_MEMORY_GIB = 4
_MIN_DISK_GIB = 3
_SECONDS = 3.0


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
    bf16 = bool({"avx512_bf16", "amx_bf16"} & flags)
    advice = "" if bf16 else "No bf16 arithmetic: training runs in fp32, about half as fast."
    return Examined("vector extensions", ", ".join(found) or "none known", bf16, advice)


def _gpu() -> Examined:
    if not shutil.which("nvidia-smi"):
        return Examined("GPU", "none", True)
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    good = answer.returncode == 0
    return Examined("GPU", answer.stdout.strip() or "nvidia-smi fails", good, "" if good else "Check the driver.")


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
    ask = ["docker", "version", "--format", "{{.Server.Version}}"]
    answer = subprocess.run(ask, capture_output=True, text=True, timeout=20, check=False)
    good = answer.returncode == 0
    found = f"engine {answer.stdout.strip()}" if good else "installed, but no engine answers"
    return Examined("Docker", found, True, "" if good else "Only needed to run steps in containers.")


def _mlflow(uri: str) -> Examined:
    parts = urlsplit(uri)
    shown = without_password(uri)
    if parts.scheme == "sqlite":
        return _sqlite(Path(parts.path.removeprefix("/") if parts.path.startswith("//") else parts.path), shown)
    if parts.scheme not in ("http", "https"):
        return Examined("MLflow", shown, True, "Not a server: reachability is not checked.")
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 443), timeout=_SECONDS):
            return Examined("MLflow", f"{shown} answers", True)
    except OSError as error:
        return Examined("MLflow", f"{shown}: {error}", False, "Start it, or correct MLFLOW_TRACKING_URI.")


def _sqlite(path: Path, shown: str) -> Examined:
    if not path.exists():
        return Examined("MLflow", f"{shown}, made on the first run", True)
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            runs = database.execute("select count(*) from runs").fetchone()[0]
    except sqlite3.Error as error:
        return Examined("MLflow", f"{shown}: {error}", False, "Move that file away: it is no MLflow database.")
    return Examined("MLflow", f"{shown}, {runs} runs", True)
