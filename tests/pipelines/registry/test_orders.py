"""What an event asks for, and that nothing of it reaches a command line unchecked."""

import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from components.contracts.faults import Fault, Unavailable
from pipelines.registry.orders import Foreman, Order, command, known, order_of
from pipelines.registry.webhook import SECRET

VERSION = {"name": "sentiment", "version": "4"}


def alias(alias: str, **more: Any) -> dict[str, Any]:
    return {"entity": "model_version_alias", "action": "created", "data": {**VERSION, "alias": alias, **more}}


def tag(key: str, value: str) -> dict[str, Any]:
    return {"entity": "model_version_tag", "action": "set", "data": {**VERSION, "key": key, "value": value}}


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (alias("challenger"), "promote"),
        (alias("approved-challenger"), "take up"),
        (tag("approval", "approved"), "take up"),
        (tag("approval", "rejected"), "take up"),
    ],
)
def test_what_asks_for_something(event: dict[str, Any], what: str) -> None:
    order = order_of(event)
    assert order
    assert (order.what, order.name, order.version) == (what, "sentiment", 4)


@pytest.mark.parametrize(
    "event",
    [
        alias("champion"),
        alias("Challenger"),
        tag("approval", "waiting: set this to approved or rejected"),
        tag("gate", "approved"),
        {**alias("challenger"), "action": "deleted"},
        {"entity": "registered_model", "action": "created", "data": {"name": "sentiment"}},
    ],
)
def test_what_asks_for_nothing(event: dict[str, Any]) -> None:
    assert order_of(event) is None


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "challenger",
        {},
        {"entity": "model_version_alias", "action": "created", "data": []},
        alias("challenger", name=""),
        alias("challenger", name="x" * 300),
        alias("challenger", name=["sentiment"]),
        alias("challenger", version=4),
        alias("challenger", version="-1"),
        alias("challenger", version="4; reboot"),
        alias("challenger", version="²"),
        alias("challenger", version="9" * 10),
        alias("challenger", version=""),
    ],
)
def test_what_mlflow_does_not_send(event: Any) -> None:
    with pytest.raises(ValueError, match=r"^no "):
        order_of(event)


def test_the_command_takes_a_name_for_nothing_but_a_name() -> None:
    assert command(Order("promote", "--help", 4))[-4:] == ["promote", "--", "--help", "4"]
    assert command(Order("take up", "a; reboot", 4))[-3:] == ["requests", "--", "a; reboot"]


def test_only_what_bessemer_registered_is_known(client: MlflowClient) -> None:
    client.create_registered_model("sentiment")
    client.create_model_version("sentiment", "nowhere", tags={"candidate_sha256": "0" * 64})
    client.create_model_version("sentiment", "nowhere")
    everything, others = known(client, []), known(client, ["intent"])
    assert everything(Order("promote", "sentiment", 1))
    assert not everything(Order("promote", "sentiment", 2))
    assert not everything(Order("promote", "sentiment", 3))
    assert not everything(Order("promote", "films", 1))
    assert not everything(Order("promote", "a/b", 1))
    assert not others(Order("promote", "sentiment", 1))


class Yard:
    """Lets commands write down when they begin and end."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"

    def command(self, order: Order) -> list[str]:
        line = f"{order.what} {order.name} {order.version}"
        script = f"import time; f=open({str(self.log)!r}, 'a', 1); f.write('begin {line}\\n'); time.sleep(.1)"
        return [sys.executable, "-S", "-c", f"{script}; f.write('end {line}\\n')"]

    def lines(self, foreman: Foreman) -> list[str]:
        for thread in threading.enumerate():
            if getattr(thread, "_target", None) == foreman._work:
                thread.join()
        return self.log.read_text().splitlines() if self.log.exists() else []


def test_orders_about_one_model_are_done_one_after_the_other_and_not_twice(tmp_path: Path) -> None:
    yard = Yard(tmp_path)
    foreman = Foreman(lambda order: True, yard.command)
    for version in (1, 2, 2, 3, 2):
        foreman.take(Order("promote", "sentiment", version))
    lines = yard.lines(foreman)
    assert lines[::2] == [line.replace("end", "begin") for line in lines[1::2]]
    assert [line.split()[-1] for line in lines[1::2]] == ["1", "2", "3"]


def test_models_do_not_wait_for_each_other(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=60)

    def meet(order: Order) -> bool:
        both.wait()
        return False

    foreman = Foreman(meet, Yard(tmp_path).command)
    for name in ("sentiment", "intent"):
        foreman.take(Order("promote", name, 1))
    assert Yard(tmp_path).lines(foreman) == []
    assert not both.broken


def test_an_order_about_nothing_known_is_left_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    yard = Yard(tmp_path)
    foreman = Foreman(lambda order: False, yard.command)
    foreman.take(Order("promote", "x\nforged: line", 1))
    assert yard.lines(foreman) == []
    assert capfd.readouterr().out == (
        "promote version 1 of 'x\\nforged: line': left alone, it is no version of Bessemer's that was asked for\n"
    )


def test_a_registry_that_is_down_ends_an_order_and_not_the_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    yard = Yard(tmp_path)
    down = [True]

    def is_known(order: Order) -> bool:
        if down.pop() if down else False:
            raise Unavailable(Fault("the MLflow server", "no answer", "an answer"))
        return True

    foreman = Foreman(is_known, yard.command)
    for version in (1, 2):
        foreman.take(Order("promote", "sentiment", version))
    assert [line.split()[-1] for line in yard.lines(foreman)] == ["2", "2"]
    assert "promote version 1 of 'sentiment': the MLflow server: found no answer" in capfd.readouterr().out


@pytest.mark.parametrize(("error", "said"), [(OSError("no memory\nat all"), "no memory"), (KeyError(), "KeyError")])
def test_a_defect_ends_an_order_and_not_the_work(
    error: Exception, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    yard = Yard(tmp_path)

    def command(order: Order) -> list[str]:
        if order.version == 1:
            raise error
        return yard.command(order)

    foreman = Foreman(lambda order: True, command)
    foreman.take(Order("promote", "sentiment", 1))
    yard.lines(foreman)
    foreman.take(Order("promote", "sentiment", 2))
    assert [line.split()[-1] for line in yard.lines(foreman)] == ["2", "2"]
    assert capfd.readouterr().out.splitlines()[0] == f"promote version 1 of 'sentiment': {said}"


def test_the_secret_stays_with_the_receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "a secret that both sides know")
    script = f"import os; open({str(tmp_path / 'found')!r}, 'w').write(os.environ.get({SECRET!r}, 'nothing'))"
    foreman = Foreman(lambda order: True, lambda order: [sys.executable, "-S", "-c", script])
    foreman.take(Order("promote", "sentiment", 1))
    Yard(tmp_path).lines(foreman)
    assert (tmp_path / "found").read_text() == "nothing"
