"""What a webhook asks for, and who does it: one thing at a time for each model, if the registry knows it."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Literal

from components.contracts.faults import Refusal
from components.contracts.registration import CANDIDATE
from components.promotion.approval import APPROVAL, APPROVED_CHALLENGER
from components.promotion.ledger import Ledger
from pipelines.registry.webhook import SECRET

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHALLENGER = "challenger"
_LONGEST_NAME = 256
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Order:
    """Something to do about a version."""

    what: Literal["promote", "take up"]
    """Let it go through the gate, or take up that somebody has answered its request."""
    name: str
    version: int

    def __str__(self) -> str:
        return f"{self.what} version {self.version} of {self.name!r}"


def order_of(event: Any) -> Order | None:
    """Return what an event of MLflow's asks for; None when it asks for nothing.

    Raises:
        ValueError: it is not what MLflow sends.

    """
    try:
        kind, data = f"{event['entity']}.{event['action']}", event["data"]
        name, version = data["name"], data.get("version", "")
    except (TypeError, KeyError, AttributeError):
        raise ValueError("no event of MLflow's") from None
    if not (isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and isinstance(version, str)):
        raise ValueError("no name of a model")
    what = _asked_for(kind, data)
    if what is None:
        return None
    if not (version.isascii() and version.isdigit() and len(version) <= _MOST_DIGITS):
        raise ValueError("no number of a version")
    return Order(what, name, int(version))


def _asked_for(kind: str, data: dict[str, Any]) -> Literal["promote", "take up"] | None:
    if kind == "model_version_alias.created" and data.get("alias") == CHALLENGER:
        return "promote"
    approved = kind == "model_version_alias.created" and data.get("alias") == APPROVED_CHALLENGER
    answered = kind == "model_version_tag.set" and data.get("key") == APPROVAL
    return "take up" if approved or (answered and data.get("value") in ("approved", "rejected")) else None


def known(client: "MlflowClient", names: Sequence[str]) -> Callable[[Order], bool]:
    """Return what finds out whether Bessemer registered a version, under one of `names` where there are any.

    What a webhook says reaches a command line only once the registry has it too.
    """

    def is_known(order: Order) -> bool:
        if names and order.name not in names:
            return False
        version = Ledger(client, order.name).version(order.version)
        return version is not None and CANDIDATE in version.tags

    return is_known


def command(order: Order) -> list[str]:
    """Return the command that does it."""
    bessemer = [sys.executable, "-m", "pipelines"]
    if order.what == "promote":
        return [*bessemer, "promote", "--", order.name, str(order.version)]
    return [*bessemer, "requests", "--", order.name]


class Foreman:
    """Has orders done, those about one model one after the other; the same one does not wait twice."""

    def __init__(self, known: Callable[[Order], bool], command: Callable[[Order], list[str]]) -> None:
        """Take no order yet.

        Args:
            known: whether what an order is about is in the registry.
            command: what does it.

        """
        self.known = known
        self.command = command
        self._waiting: dict[str, list[Order]] = {}
        """Of each model that is at work, what comes after."""
        self._lock = Lock()

    def take(self, order: Order) -> None:
        """See to an order, and return at once."""
        with self._lock:
            if order.name in self._waiting:
                if order not in self._waiting[order.name]:
                    self._waiting[order.name].append(order)
                return
            self._waiting[order.name] = [order]
        Thread(target=self._work, args=(order.name,)).start()

    def _work(self, name: str) -> None:
        while order := self._next(name):
            try:
                print(f"{order}: {self._do(order)}", flush=True)
            except Refusal as refusal:
                print(f"{order}: {refusal}", flush=True)
            except Exception as defect:  # or the orders about this model would wait for ever
                reason = (str(defect).strip() or type(defect).__name__).splitlines()[0]
                print(f"{order}: {reason}", flush=True)

    def _next(self, name: str) -> Order | None:
        with self._lock:
            if self._waiting[name]:
                return self._waiting[name].pop(0)
            del self._waiting[name]
            return None

    def _do(self, order: Order) -> str:
        if not self.known(order):
            return "left alone, it is no version of Bessemer's that was asked for"
        environment = {key: value for key, value in os.environ.items() if key != SECRET}
        done = subprocess.run(self.command(order), env=environment, stdin=subprocess.DEVNULL, check=False)
        return f"ended with {done.returncode}"
