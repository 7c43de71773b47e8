"""What a step refused, remembered for its next attempt.

Kubeflow Pipelines 2.17 tries a failed task again whatever it failed of. What a lost pod began is worth that; what a
step refused is not, and would be refused again after as long a wait. So a step leaves a note in the folder that
BESSEMER_REFUSALS names, which outlives its pod and belongs to the run alone: on the run's workspace.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from components.contracts.faults import Unwritable
from components.contracts.folders import write_text_whole

REFUSALS = "BESSEMER_REFUSALS"


def remember(step: str, sentences: Sequence[str]) -> None:
    """Leave a note that input was refused; without a folder for such notes, or without room in it, do nothing."""
    if os.environ.get(REFUSALS):
        with suppress(Unwritable):
            write_text_whole(_note(step), "\n".join(sentences))


def remembered(step: str) -> list[str]:
    """Return the sentences with which an earlier attempt at this step refused its input; none when there was none."""
    if not os.environ.get(REFUSALS) or not _note(step).is_file():
        return []
    return _note(step).read_text(encoding="utf-8").splitlines()


def _note(step: str) -> Path:
    return Path(os.environ[REFUSALS]) / f"{step.replace('/', '-')}.txt"
