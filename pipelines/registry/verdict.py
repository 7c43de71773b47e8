"""What a promotion ends with: the gate's checks as a table, and what became of the challenger."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from components.contracts.decision import Check, Decision
from components.contracts.folders import read_manifest
from components.contracts.promotion import Promotion
from components.gating.explain import explain
from pipelines.home import RunFolder
from pipelines.result import failures, place_of, steps_of

_MARKS = {"passed": ("✓", "green"), "failed": ("✗", "bold red"), "undecided": ("?", "yellow"), "noted": ("·", "dim")}
_OUTCOMES = {
    "promoted": ("bold green", "version {version} is the champion of {name}"),
    "waiting": ("bold yellow", "version {version} of {name} waits for `bessemer approve {name} --reason …`"),
    "passed": ("bold green", "version {version} of {name} would become the champion; nothing was changed"),
    "kept": ("bold", "version {version} of {name} does not become the champion"),
}


def show(run: RunFolder, console: Console, explained: bool) -> Promotion | None:
    """Print how a promotion ended, and return what became of the challenger; None when the run did not get there.

    Args:
        run: what ran.
        console: where it is printed.
        explained: whether to say how many rows it would take, and every check that stands against the challenger.

    """
    judged, became = place_of(run, "decision"), place_of(run, "promotion")
    if not (judged and became):
        failures(steps_of(run), run, console)
        return None
    decision, promotion = read_manifest(judged, Decision), read_manifest(became, Promotion)
    console.print(checks_table(decision))
    if explained:
        for sentence in explain(decision):
            console.print(Padding(Text(sentence), (0, 0, 1, 2)))
    style, said = _OUTCOMES[promotion.outcome]
    outcome = Text(said.format(name=promotion.name, version=promotion.version), style=style)
    console.print(Padding(outcome.append(f": {promotion.why}", style="not bold"), (0, 0, 0, 2)))
    if promotion.entry:
        console.print(f"  entry {promotion.entry} of its ledger: bessemer history {promotion.name}", style="dim")
    return promotion


def checks_table(decision: Decision) -> Table:
    """Return one row a check."""
    against = f"version {decision.champion}" if decision.champion else "nobody, as there is no champion yet"
    table = Table(
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title_justify="left",
        title=f"  {decision.name}: version {decision.challenger} against {against}, {decision.rows:,} rows",
    )
    table.add_column("  check", no_wrap=True)
    table.add_column("found")
    for check in decision.checks:
        table.add_row(_named(check), Text(check.sentence))
    return table


def _named(check: Check) -> Text:
    mark, style = _MARKS[check.verdict]
    return Text(f"{mark} {check.name}", style=style)
