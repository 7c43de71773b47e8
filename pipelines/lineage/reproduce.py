"""Builds a registered version again, in a registry of its own, and compares the two."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from components.contracts.faults import refuse_if_any
from pipelines.home import tracking_uri
from pipelines.jobs import build_job
from pipelines.lineage.comparison import Reproduction, compare
from pipelines.lineage.missing import Ingredients, gather
from pipelines.lineage.recorded import Recorded, read_recorded
from pipelines.lineage.registry import registry_of
from pipelines.preset import NO_PRESET, checked
from pipelines.result import show
from pipelines.watch import INTERRUPTED, Outcome, run_here

_OF_OTHERS = (
    "BESSEMER_CHECKPOINTS",
    "MLFLOW_EXPERIMENT",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_RUN_ID",
    "MLFLOW_TRACKING_URI",
    "MLFLOW_WORKSPACE",
)
"""How the variables begin that name another run, its registry and its checkpoints."""


@dataclass(frozen=True)
class Demands:
    """What a reproduction has to hold to."""

    tolerance: float
    """Points of accuracy and of macro F1 by which the two may be apart."""
    exact: bool = False
    """Whether the model's files have to be the same bytes."""
    any_code: bool = False
    """Whether other code, or other libraries, than those of then may build it."""


def reproduce(name: str, wanted: str, demands: Demands, console: Console) -> Reproduction | Outcome:
    """Build a version again and compare it with the registered one; the registry stays as it is.

    Returns:
        How the two compare; or how the run ended, where it failed.

    Raises:
        BadInput: everything that is missing, before any work starts.
        Unavailable: the registry does not answer.

    """
    folder = Path(tempfile.mkdtemp(prefix="bessemer-reproduce-"))
    worth_keeping = False
    try:
        with registry_of(name) as client, _environment((), MLFLOW_TRACKING_URI=tracking_uri()):
            then = read_recorded(client, name, wanted)
            ingredients = gather(then, folder / "base")
        refuse_if_any([*ingredients.faults, *([] if demands.any_code else ingredients.other_code)])
        for other in ingredients.other_code:
            console.print(f"! {other}", style="yellow", soft_wrap=True)
        with _environment(_OF_OTHERS, BESSEMER_HOME=str(folder)):
            outcome = _build(then, ingredients, console)
            if outcome.exit_code:
                worth_keeping = outcome.exit_code != INTERRUPTED
                return outcome
            with registry_of(name) as own:
                now = read_recorded(own, name, "")
        return compare(then, now, demands.tolerance, demands.exact)
    finally:
        if worth_keeping:
            console.print(f"What it left lies in {folder}", soft_wrap=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _build(then: Recorded, ingredients: Ingredients, console: Console) -> Outcome:
    """Run the pipeline in a registry of its own, and show why where it fails."""
    preset = checked(ingredients.settings, then.name, base=NO_PRESET, settings=ingredients.settings)
    outcome = run_here(build_job(preset), console)
    if outcome.exit_code:
        show(outcome.run, console)
    return outcome


@contextmanager
def _environment(without: tuple[str, ...], **changes: str) -> Iterator[None]:
    """Let the environment lack variables whose names begin as in `without`, and have others, inside the block."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(without):
            del os.environ[name]
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
