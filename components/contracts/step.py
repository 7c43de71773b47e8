"""What every step does around its work: joins its MLflow run, reports to a watcher, and fails with sentences."""

import errno
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from components.contracts.events import tell
from components.contracts.faults import BadInput, Fault, Refusal, writing
from components.contracts.refusals import remember, remembered
from components.contracts.tracking import FAULTS, StepRun, step_run

DEFECT_EXIT_CODE = 70


@contextmanager
def step(room: str, detail: str = "", tracked: bool = True) -> Iterator[StepRun]:
    """Run one step of the pipeline: yields its MLflow run, and ends the process when the step fails.

    Args:
        room: the room's name, as its folder is called.
        detail: what tells this task from others of the same room, such as the recipe.
        tracked: whether the step has a run of its own in MLflow; steps that only look something up have none.

    Raises:
        SystemExit: the step failed; a refusal's sentences are in the log, with the watcher and on the MLflow run, and
            no traceback. The exit code says what kind of failure it was (`components.contracts.faults`).

    """
    started = time.monotonic()
    run = StepRun()
    quiet_libraries()
    tell("started", room=room, detail=detail, pid=os.getpid())
    name = f"{room}/{detail}" if detail else room
    if refused := remembered(name):
        _end(room, detail, run, refused, BadInput.exit_code)
    try:
        with step_run(name) if tracked else _untracked() as run:
            yield run
    except BadInput as refusal:
        remember(name, [str(fault) for fault in refusal.faults])
        _fail(room, detail, run, refusal)
    except Refusal as refusal:
        _fail(room, detail, run, refusal)
    except OSError as error:
        _fail(room, detail, run, _as_refusal(error))
    except KeyboardInterrupt:
        tell("interrupted", room=room, detail=detail)
        raise SystemExit(130) from None
    except Exception as error:
        faults = [f"{type(error).__name__}: {error}"]
        tell("failed", room=room, detail=detail, faults=faults, defect=True, exit_code=DEFECT_EXIT_CODE)
        _note(run, faults)
        traceback.print_exc()
        raise SystemExit(DEFECT_EXIT_CODE) from None
    seconds = time.monotonic() - started
    tell("finished", room=room, detail=detail, seconds=seconds, peak_mib=_peak_memory_mib(), run_id=run.run_id)


@contextmanager
def _untracked() -> Iterator[StepRun]:
    yield StepRun()


def _as_refusal(error: OSError) -> Refusal:
    """Return the sentence for a file system's refusal that the work did not catch itself; re-raise any other error."""
    from pathlib import Path

    place = Path(error.filename or "the output")
    if error.errno == errno.EACCES and place.is_file() and not os.access(place, os.R_OK, effective_ids=True):
        return BadInput(Fault(str(place), "no permission to read", "a readable file", "Allow this user to read it."))
    try:
        with writing(place):
            raise error
    except Refusal as refusal:
        return refusal
    except OSError:
        return Refusal(Fault(str(error.filename or "a file"), error.strerror or str(error), "a readable file"))


def _fail(room: str, detail: str, run: StepRun, refusal: Refusal) -> None:
    _end(room, detail, run, [str(fault) for fault in refusal.faults], refusal.exit_code)


def _end(room: str, detail: str, run: StepRun, sentences: Sequence[str], exit_code: int) -> None:
    tell("failed", room=room, detail=detail, faults=sentences, defect=False, exit_code=exit_code)
    _note(run, sentences)
    with suppress(OSError):  # the log may lie on the disk that is full
        print(f"{room} cannot go on:", *sentences, sep="\n  ", file=sys.stderr, flush=True)
    raise SystemExit(exit_code) from None


def _note(run: StepRun, sentences: Sequence[str]) -> None:
    """Leave what the step failed of on its MLflow run, for those who have no log of it."""
    with suppress(Refusal, OSError):  # the server may be what it failed of
        run.tags({FAULTS: json.dumps([sentence[:1000] for sentence in sentences[:5]], ensure_ascii=False)})


def _peak_memory_mib() -> float:
    """Return the peak resident memory of this process or of the largest that it waited for, in MiB (Linux: KiB)."""
    usages = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(usages) / 1024


def quiet_libraries() -> None:
    """Keep libraries from drawing bars and phoning home, for those that are imported from now on.

    The log is for what went wrong.
    """
    quiet = {
        "GX_ANALYTICS_ENABLED": "false",
        "DVC_NO_ANALYTICS": "true",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_LOGGING_LEVEL": "WARNING",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "TOKENIZERS_PARALLELISM": "true",
        "TQDM_DISABLE": "1",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    for name, value in quiet.items():
        os.environ.setdefault(name, value)
