"""The step size over the course of a training, as a share of its highest."""

import math

from components.fine_tuning.config import FineTuningSettings


def learning_rate(settings: FineTuningSettings, seen: float) -> float:
    """Return the step size once a share of `seen` of all training samples has been seen.

    Counted in samples and not in steps: batches differ in rows, and an epoch may have some more or fewer of them. It
    is a function of nothing but the place, so that a resumed training needs no state of a scheduler.

    Args:
        settings: with the highest step size, the share of the warm-up, and the shape after it.
        seen: from 0 to 1.

    """
    warmup = settings.warmup_share
    if seen < warmup:
        return settings.learning_rate * seen / warmup
    after = min(1.0, (seen - warmup) / (1 - warmup))
    shapes = {"constant": 1.0, "linear": 1 - after, "cosine": (1 + math.cos(math.pi * after)) / 2}
    return settings.learning_rate * shapes[settings.schedule]
