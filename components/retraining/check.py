"""Asks whether a model is trained again, and tells the answer wherever people look."""

from dataclasses import replace
from pathlib import Path

from components.contracts.events import tell
from components.contracts.folders import write_text_whole
from components.contracts.tracking import StepRun, named_server
from components.retraining.begin import Answer, Asked, begin, here
from components.retraining.config import RetrainingSettings
from components.retraining.page import page

ANSWER = "bessemer.retraining"
"""The tag of the MLflow runs of the step and of its pipeline with the answer."""


def check(asked: Asked, settings: RetrainingSettings, why: Path, run: StepRun) -> Answer:
    """Return whether the model is trained again, and write why to the page, the MLflow runs and the watcher.

    Args:
        asked: what is asked.
        settings: the limits.
        why: the page to write.
        run: the step's MLflow run.

    Raises:
        BadInput: the journal or the registry holds what cannot be read, or the environment names no server or run.
        Overtaken: others kept writing at the same time.
        Unavailable: the server does not answer.
        Unwritable: the page cannot be written.

    """
    answer = begin(named_server(), asked, settings, here(run))
    write_text_whole(why, page(asked.name, answer))
    verb = "begins" if answer.begins else "does not begin"
    for run_id in {run.run_id, run.parent_id}:
        replace(run, run_id=run_id).tags({ANSWER: f"{verb}: {answer.why}"})
    tell("retraining", name=asked.name, begins=answer.begins, why=answer.why)
    return answer
