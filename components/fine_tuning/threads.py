"""How many processor cores a training may use."""

import math
import os
from pathlib import Path

_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(cpu_max: Path = _CPU_MAX) -> int:
    """Return the cores that the scheduler gives this process, or fewer where a container's CPU limit is lower.

    A pod with a limit of 2 CPUs sees all cores of its node; as many threads would spend the limit on waiting.

    Args:
        cpu_max: the limit as cgroup v2 tells it: `quota period` in microseconds, `max` for none.

    """
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = cpu_max.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return available
    return available if quota == "max" else max(1, min(available, math.ceil(int(quota) / int(period))))
