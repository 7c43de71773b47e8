"""What a whole run costs by what a task is: an interpreter of kfp's own runner, a fork of ours, or a container.

    python benchmarks/runners.py [--rounds 3]

The peer is `kfp.local.SubprocessRunner(use_venv=False)` as it is, with an interpreter a task; ours is what
`bessemer run` does, the same runner whose tasks are forks (docs/decisions/0006-local-tasks-are-forks.md); then
`--runner docker`, for which `make images` has to have built the images. Each run is the preset `smoke`, in an empty
home folder, and they take turns. Seconds are wall time of the whole command, registration included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from statistics import median

PRESET = "smoke"


def run_forks(home: Path) -> None:
    """Run as `bessemer run` does."""
    _call([sys.executable, "-m", "pipelines", "run", PRESET], home)


def run_containers(home: Path) -> None:
    """Run each task in a container."""
    _call([sys.executable, "-m", "pipelines", "run", PRESET, "--runner", "docker"], home)


def run_interpreters(home: Path) -> None:
    """Run each task as kfp's own runner starts it."""
    _call([sys.executable, __file__, "--plain"], home)


def run_plainly() -> int:
    """Run in this process, without the processes that import ahead."""
    from pipelines import local
    from pipelines.home import new_run
    from pipelines.jobs import build_job
    from pipelines.preset import load

    run = new_run()
    run.request.write_text(json.dumps({**asdict(build_job(load(PRESET, []))), "runner": "subprocess"}))
    local.forking_tasks = local.warm_python = lambda *_: nullcontext()  # type: ignore[assignment]
    return local.main(str(run.path))


def _call(command: list[str], home: Path) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "BESSEMER_HOME": str(home)}, check=False
    )
    if done.returncode:
        raise SystemExit(
            f"{' '.join(command)} ended with {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )


RUNNERS: Mapping[str, Callable[[Path], None]] = {
    "kfp's `SubprocessRunner`, an interpreter a task": run_interpreters,
    "`bessemer run`, a fork a task": run_forks,
    "`bessemer run --runner docker`, a container a task": run_containers,
}


def report(seconds: Mapping[str, list[float]]) -> None:
    """Print a table for Markdown; ratios are taken within a round, and the spread is that of the rounds."""
    peer, ours, _ = seconds.values()
    print("| what a task is | s | over kfp's own runner | over forks |\n|---|---|---|---|")
    for name, measured in seconds.items():
        print(f"| {name} | {_spread(measured, 0)} | {_ratios(measured, peer)} | {_ratios(measured, ours)} |")


def _ratios(measured: list[float], reference: list[float]) -> str:
    return _spread([mine / its for mine, its in zip(measured, reference, strict=True)], 2)


def _spread(values: list[float], digits: int) -> str:
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main() -> int:
    """Run each in turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.plain:
        return run_plainly()
    seconds: dict[str, list[float]] = {name: [] for name in RUNNERS}
    for _ in range(given.rounds):
        for name, run in RUNNERS.items():
            with tempfile.TemporaryDirectory() as home:
                started = time.monotonic()
                run(Path(home))
                seconds[name].append(time.monotonic() - started)
            print(f"{name}: {seconds[name][-1]:.0f} s", file=sys.stderr, flush=True)
    report(seconds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
