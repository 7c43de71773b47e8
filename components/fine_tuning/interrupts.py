"""Ctrl-C and a pod's eviction, held back until the step at hand is whole."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Asked:
    """Whether the training has been asked to end."""

    def __init__(self) -> None:
        self.to_end = False

    def __call__(self, signal_number: int, frame: FrameType | None) -> None:
        """Take a signal: the first is noted, the second ends at once."""
        if self.to_end:
            raise KeyboardInterrupt
        self.to_end = True


@contextmanager
def held_back() -> Iterator[Asked]:
    """Yield an `Asked` that SIGINT and SIGTERM tell, instead of breaking off in the middle of an optimizer step.

    Signals reach the main thread alone; elsewhere nothing is held back.
    """
    asked = Asked()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
