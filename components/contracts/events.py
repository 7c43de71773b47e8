"""What a step tells whoever watches: one JSON object a line, in the file that BESSEMER_EVENTS names.

The command line draws its progress from this file. Where nobody watches (a pod, a room run by hand), nothing is
written and the log carries what matters.
"""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

EVENTS = "BESSEMER_EVENTS"
_SECONDS_BETWEEN_TICKS = 0.2


def tell(event: str, **values: Any) -> None:
    """Append one event. A line is one write, so that steps side by side never mix theirs.

    What cannot be told is lost: a disk that is full must not keep a step from ending as it would.
    """
    path = os.environ.get(EVENTS)
    if not path:
        return
    line = json.dumps({"event": event, "time": time.time(), **values}, default=str) + "\n"
    with suppress(OSError), Path(path).open("a", encoding="utf-8") as file:
        file.write(line)


class Progress:
    """Counts long work for a watcher: `progress = Progress("train", total); progress.advance(32, "loss 0.41")`."""

    def __init__(self, what: str, total: int) -> None:
        """Start a bar.

        Args:
            what: the unit that is counted, in the plural, such as `rows` or `tokens`.
            total: how many there are.

        """
        self.what = what
        self.total = total
        self.done = 0
        self._told_at = 0.0

    def advance(self, by: int = 1, note: str = "") -> None:
        """Count `by` more done, and say a word about it; told a few times a second at most."""
        self.done += by
        now = time.monotonic()
        if now - self._told_at >= _SECONDS_BETWEEN_TICKS or self.done >= self.total:
            self._told_at = now
            tell("progress", what=self.what, done=self.done, total=self.total, note=note)
