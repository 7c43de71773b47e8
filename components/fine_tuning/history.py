"""The training's numbers by step: kept for the curve, and sent to MLflow every few seconds."""

import math
import time
from collections.abc import Mapping
from statistics import fmean

from components.contracts.tracking import StepRun

Row = tuple[int, dict[str, float]]

_SECONDS_BETWEEN_REQUESTS = 5.0
_SPANS = 60
"""Into how many spans of steps the course of the training loss is averaged at most."""


class History:
    """Rows of (step, values)."""

    def __init__(self, run: StepRun, rows: list[Row] | None = None) -> None:
        """Go on with the `rows` of an earlier attempt; `run` is a new one and gets them all."""
        self.rows: list[Row] = list(rows or [])
        self._run = run
        self._sent = 0
        self._sent_at = time.monotonic()

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Keep one row."""
        self.rows.append((step, dict(values)))

    def send_when_due(self) -> None:
        """Send what is new, a few seconds after the last time and not sooner: a request a step would slow training.

        Raises:
            Unavailable: the tracking server does not answer.

        """
        if time.monotonic() - self._sent_at >= _SECONDS_BETWEEN_REQUESTS:
            self.send()

    def send(self) -> None:
        """Send what is new.

        Raises:
            Unavailable: the tracking server does not answer.

        """
        self._run.history(self.rows[self._sent :])
        self._sent = len(self.rows)
        self._sent_at = time.monotonic()

    def series(self, name: str) -> tuple[list[int], list[float]]:
        """Return the steps and the values of one metric."""
        points = [(step, values[name]) for step, values in self.rows if name in values]
        return [step for step, _ in points], [value for _, value in points]

    def course(self) -> dict[str, list[tuple[int, float]]]:
        """Return what a picture of the training needs: the mean loss of spans of steps, and every evaluation."""
        steps, losses = self.series("loss")
        length = math.ceil(len(steps) / _SPANS) or 1
        spans = [slice(start, start + length) for start in range(0, len(steps), length)]
        evaluated = sorted({name for _, values in self.rows for name in values if name.startswith("validation_")})
        return {
            "loss": [(steps[span][-1], fmean(losses[span])) for span in spans],
            **{name: list(zip(*self.series(name), strict=True)) for name in evaluated},
        }
