"""Starts a run on this machine, has it shown, and stops it when somebody interrupts it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Literal

from rich.console import Console

from components.contracts.faults import writing
from components.contracts.folders import write_text_whole
from pipelines.display import display, duration
from pipelines.home import RunFolder, new_run
from pipelines.jobs import Job
from pipelines.steps import EventReader, Steps

Runner = Literal["subprocess", "docker"]
INTERRUPTED = 130
SECONDS_TO_STOP = 15
"""How long steps are given to keep a checkpoint after Ctrl-C, before they are killed."""
SECONDS_BETWEEN_INTERRUPTS = 3


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    run: RunFolder
    steps: Steps
    exit_code: int
    """0 for success, 130 when it was interrupted, else the kind of failure (`components.contracts.faults`)."""
    seconds: float
    """Wall time of the whole run."""

    def summary(self) -> str:
        """Return one line: how long it took, what of that was the pipeline's own cost, and the memory it needed."""
        peak = max(step.peak_mib for step in self.steps.all)
        inside = self.steps.seconds_inside
        memory = f", peak memory {peak / 1024:.1f} GiB in one process" if peak else ""
        verb = "ended" if self.exit_code == 0 else "stopped"
        return (
            f"Run {self.run.id} {verb} after {duration(self.seconds)}: {duration(inside)} in the steps, "
            f"{1 - inside / self.seconds:.0%} the pipeline's own{memory}."
        )


def run_here(job: Job, console: Console, runner: Runner = "subprocess") -> Outcome:
    """Run `job` in a process of its own and show its steps until it ends.

    Args:
        job: what to run.
        console: where the steps are shown.
        runner: what a task is: a process of this machine, or a container of the images that `make images` built.

    Raises:
        Unwritable: the run's folder cannot be written.

    """
    begun = time.monotonic()
    run = new_run()
    write_text_whole(run.request, json.dumps({**asdict(job), "runner": runner}, indent=2) + "\n")
    steps = Steps(job.steps)
    with writing(run.log), run.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.local", str(run.path)],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # so that Ctrl-C reaches the steps once, from here
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    reader = EventReader(run.events)
    with _terminated_like_interrupted():
        try:
            with display(steps, console) as refresh:
                while process.poll() is None:
                    time.sleep(0.1)
                    refresh(reader)
                refresh(reader)
                steps.settle(succeeded=process.returncode == 0)
                refresh(reader)
        except KeyboardInterrupt:
            steps.interrupted = True
            _stop(process, run if runner == "docker" else None)
            for event in reader:
                steps.take(event)
            steps.settle(succeeded=False)
        finally:
            # nothing outlives the command, whatever ended it
            _kill(process)
            if runner == "docker":
                _signal_containers("SIGKILL", run)
    return Outcome(run, steps, _exit_code(process, steps), time.monotonic() - begun)


def _exit_code(process: "subprocess.Popen[bytes]", steps: Steps) -> int:
    """Return the run's exit code: that of the first failure where there is one."""
    if steps.interrupted:
        return INTERRUPTED
    return steps.failures[0].exit_code if steps.failures else process.returncode


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM stop the steps too: they must not outlive the command."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(process: "subprocess.Popen[bytes]", in_containers: RunFolder | None) -> None:
    """Interrupt the run's process group and its containers until it has stopped; who interrupts again waits no longer.

    Once is not enough: kfp.local runs a loop's tasks in threads, and starts the next one when one is interrupted.
    """
    with suppress(ProcessLookupError, KeyboardInterrupt):
        for _ in range(SECONDS_TO_STOP // SECONDS_BETWEEN_INTERRUPTS):
            os.killpg(process.pid, signal.SIGINT)
            if in_containers:
                _signal_containers("SIGINT", in_containers)
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_BETWEEN_INTERRUPTS)
                return


def _signal_containers(signal_name: Literal["SIGINT", "SIGKILL"], run: RunFolder) -> None:
    from pipelines.containers import send

    send(signal_name, run.id)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill what is left of the run's process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
