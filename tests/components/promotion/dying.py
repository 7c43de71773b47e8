"""A client that dies at a given write, and the works that it dies in."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from mlflow import MlflowClient

from components.contracts.faults import BadInput
from components.contracts.tracking import StepRun
from components.promotion.approval import APPROVAL, answer, take_up
from components.promotion.config import PromotionSettings
from components.promotion.ledger import Ledger
from components.promotion.promote import promote
from components.promotion.rollback import roll_back
from tests.components.promotion.gate import NAME, Gate, promoted

_WRITING = ("create_", "set_", "log_", "delete_")
WRITES = {
    "promotion": ["entry", "alias", "mark", "evidence", "its run", "gate", "file", "run's tags"],
    "request": ["entry", "mark", "approval", "evidence", "its run", "gate", "file", "run's tags"],
    "refusal": ["evidence", "its run", "gate", "file", "run's tags"],
    "approval": ["entry", "alias", "mark", "approval"],
    "rejection": ["entry", "mark", "approval"],
    "taken up": ["entry", "alias", "mark", "approval"],
    "rollback": ["entry", "alias", "mark"],
}
"""What each work writes, in this order."""


class Killed(BaseException):
    """Ends a call as a signal ends a process: nothing that catches exceptions catches it."""


def kill() -> None:
    raise Killed


class Dying:
    """A client that dies before its `last`th write: just after the write before it, in other words.

    With a `die` that returns, something else happens there meanwhile.
    """

    def __init__(self, client: MlflowClient, last: int, die: Callable[[], object]) -> None:
        self.client = client
        self.left = last
        self.die = die

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        return self._counted(found) if name.startswith(_WRITING) else found

    def _counted(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.die()
            return write(*arguments, **more)

        return counted


def prepare(work: str, gate: Gate) -> None:
    """Bring a registry to where the work begins."""
    if work in ("promotion", "request", "refusal"):
        gate.judge(4, passed=work != "refusal", place=gate.folder / "case")
        (gate.folder / "run").write_text(gate.client.create_run("0").info.run_id)
    elif work != "rollback":
        promoted(gate, 4, "approve")
    if work == "taken up":
        gate.client.set_model_version_tag(NAME, "4", APPROVAL, "approved")


def do(work: str, client: Any, folder: Path) -> None:
    """Do the work, or do it again."""
    ledger = Ledger(client, NAME)
    if work in ("promotion", "request", "refusal"):
        policy: Literal["auto", "approve"] = "approve" if work == "request" else "auto"
        run = StepRun(client, (folder / "run").read_text())
        case = folder / "case" / "contenders", folder / "case" / "decision"
        promote(*case, PromotionSettings(policy=policy), folder / "promotion", run)
    elif work == "rollback":
        roll_back(ledger, None, "It is rude.")
    elif work == "taken up":
        take_up(ledger)
    else:
        with suppress(BadInput):  # asked again, no request waits any longer
            answer(ledger, "approval" if work == "approval" else "rejection", 4, "I looked at it.")


def do_and_die(work: str, folder: Path, last: int) -> None:
    """Do the work in this process, which a SIGKILL ends before its `last`th write."""
    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    do(work, Dying(client, last, lambda: os.kill(os.getpid(), signal.SIGKILL)), folder)
