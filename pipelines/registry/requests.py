"""Who waits for a person's word."""

import time
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from components.contracts.faults import BadInput, Fault, refuse_if_any
from components.contracts.tracking import answering
from components.promotion.approval import take_up
from components.promotion.ledger import APPLIED, Ledger, State
from pipelines.registry.history import line, when

if TYPE_CHECKING:
    from mlflow import MlflowClient


def take_up_and_show(client: "MlflowClient", name: str, console: Console) -> None:
    """Take up what was answered in MLflow's pages, and print that and what still waits.

    Args:
        client: of the registry.
        name: a registered model; all that have a ledger when it is empty.
        console: where to print.

    Raises:
        BadInput: there is no such model, or ledgers were tampered with; the other models have been seen to by then.
        Unavailable: the server does not answer.

    """
    states: list[State] = []
    faults: list[Fault] = []
    for each in [name] if name else _with_a_ledger(client):
        ledger = Ledger(client, each)
        try:
            for entry in take_up(ledger):
                console.print(line(each, entry))
            states.append(ledger.look())
        except BadInput as refusal:  # told at the end: the others' requests are none the worse for it
            faults += refusal.faults
    table = _table(states)
    if table.row_count or not faults:
        console.print(table if table.row_count else "Nothing waits for a person.")
    refuse_if_any(faults)


def _with_a_ledger(client: "MlflowClient") -> list[str]:
    with answering():
        names, token = [], None
        while True:
            page = client.search_registered_models(order_by=["name"], page_token=token)
            names += [model.name for model in page if APPLIED in model.tags]
            token = page.token
            if not token:
                return names


def _table(states: list[State]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("model", "version", "would follow", "asked (UTC)", "lapses (UTC)", "by", "what the gate found"):
        table.add_column(column)
    now = time.time()
    for state in states:
        for entry in state.waiting(now):
            values = entry.values
            follows = "nobody" if values["from"] is None else str(values["from"])
            moments = when(entry.time), when(values["expires"])
            table.add_row(state.name, str(values["to"]), follows, *moments, values["who"], values["gate"])
    return table
