"""The commands of `bessemer` that look at a model's ledger and write to it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.command_line import Overrides, sentences, terminal

registry = typer.Typer()
webhooks = typer.Typer(no_args_is_help=True, help="What MLflow's server calls when somebody sets an alias there.")
registry.add_typer(webhooks, name="webhooks")

Name = Annotated[str, typer.Argument(help="The registered model's name.")]
Asked = Annotated[int | None, typer.Argument(help="The version that waits; may be left out when only one does.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the ledger.")]
KEPT = 1
"""The exit code of a promotion that left the champion where it was."""
ALARM = 3
"""The exit code of a monitoring that found drift, where somebody asked for one."""


@registry.command()
def promote(
    name: Name,
    version: Annotated[str, typer.Argument(help="The challenger's version; else the one with that alias.")] = "",
    overrides: Overrides = None,
    explained: Annotated[
        bool, typer.Option("--explain", help="Say as well whether the rows are enough to decide, and how many are.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of it.")] = False,
    runner: Annotated[Literal["subprocess", "docker"], typer.Option(help="What a task is.")] = "subprocess",
) -> None:
    """Let a version become the champion if it is shown to be good enough; ends with 1 where it does not."""
    with sentences():
        from pipelines import preset as presets
        from pipelines.jobs import promote_job
        from pipelines.registry.verdict import show as show_verdict
        from pipelines.watch import run_here

        console = terminal()
        job = promote_job(name, version, presets.settings_of(overrides or []), dry_run)
        outcome = run_here(job, console, runner)
        promotion = show_verdict(outcome.run, console, explained)
        console.print(outcome.summary(), style="dim")
        kept = promotion is not None and promotion.outcome == "kept"
        raise typer.Exit(KEPT if kept else outcome.exit_code)


@registry.command()
def policy(
    name: Name,
    demanded: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="ROOM.KEY=VALUE", help="One setting of gating or promotion; may be repeated."),
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Demand nothing any longer.")] = False,
    reason: Reason = "",
) -> None:
    """Show or set what every challenger of a model has to meet, whatever it was built with."""
    with sentences():
        from components.promotion.ledger import Ledger
        from pipelines import preset as presets
        from pipelines.registry.connect import registry
        from pipelines.registry.history import line
        from pipelines.registry.policy import set_checked, told

        if demanded and lift:
            raise typer.BadParameter("either --set or --lift")
        if (demanded or lift) and not reason:
            raise typer.BadParameter("it takes a --reason, which stands in the ledger")
        ledger = Ledger(registry(), name)
        if demanded or lift:
            print(line(name, set_checked(ledger, presets.settings_of(demanded or []), reason)))
        else:
            print(told(ledger.look()))


@registry.command()
def monitor(
    name: Name,
    texts: Annotated[str, typer.Option(metavar="FILE", help="Fresh texts: CSV, TSV, JSON Lines, Parquet; or s3://…")],
    version: Annotated[str, typer.Option(help="A version; else champion or challenger.")] = "",
    text_column: Annotated[str, typer.Option(help="The column with the texts.")] = "text",
    label_column: Annotated[str, typer.Option(help="The column with the labels, where there is one.")] = "",
    overrides: Overrides = None,
    fail_on_alarm: Annotated[bool, typer.Option("--fail-on-alarm", help="End with 3 on an alarm.")] = False,
    runner: Annotated[Literal["subprocess", "docker"], typer.Option(help="What a task is.")] = "subprocess",
) -> None:
    """Say whether fresh texts are still like those that a version was measured on."""
    with sentences():
        from pipelines.jobs import monitor_job
        from pipelines.registry.drift import section, show
        from pipelines.watch import run_here

        console = terminal()
        job = monitor_job(name, texts, version, (text_column, label_column), section(overrides or []))
        outcome = run_here(job, console, runner)
        drift = show(outcome.run, console)
        console.print(outcome.summary(), style="dim")
        alarm = drift is not None and drift.alarm
        raise typer.Exit(ALARM if alarm and fail_on_alarm else outcome.exit_code)


@registry.command()
def history(
    name: Name,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show who reigned, who challenged, who moved the alias and why; the chains are checked, and nothing is changed."""
    with sentences():
        from components.promotion.ledger import Ledger
        from pipelines.registry.challengers import challengers
        from pipelines.registry.connect import registry
        from pipelines.registry.history import show, to_json
        from pipelines.registry.history_page import write_page

        client = registry()
        state, moves = Ledger(client, name).look(), challengers(client, name)
        if html:
            write_page(state, moves, html)
        if as_json:
            print(to_json(state, moves))
        elif html:
            print(html)
        else:
            show(state, moves, terminal())


@registry.command()
def rollback(
    name: Name,
    to: Annotated[int | None, typer.Option(help="An earlier champion; else the one before this one.")] = None,
    reason: Reason = "",
) -> None:
    """Bring an earlier champion back, once it is found to be whole and to answer."""
    with sentences():
        from components.promotion.ledger import Ledger
        from components.promotion.rollback import roll_back
        from pipelines.registry.connect import registry
        from pipelines.registry.history import line

        print(line(name, roll_back(Ledger(registry(), name), to, reason)))


@registry.command()
def approve(name: Name, version: Asked = None, *, reason: Reason) -> None:
    """Let a challenger that has passed the gate become champion."""
    _answer("approval", name, version, reason)


@registry.command()
def reject(name: Name, version: Asked = None, *, reason: Reason) -> None:
    """Keep a challenger that has passed the gate from becoming champion."""
    _answer("rejection", name, version, reason)


def _answer(kind: str, name: str, version: int | None, reason: str) -> None:
    with sentences():
        from components.promotion.approval import answer
        from components.promotion.ledger import Ledger
        from pipelines.registry.connect import registry
        from pipelines.registry.history import line

        given = answer(Ledger(registry(), name), "approval" if kind == "approval" else "rejection", version, reason)
        print(line(name, given))


@registry.command()
def requests(
    name: Annotated[str, typer.Argument(help="A registered model; all that have a ledger without it.")] = "",
) -> None:
    """Take up what was answered in MLflow's pages, and show who waits for a person."""
    with sentences():
        from pipelines.registry.connect import registry
        from pipelines.registry.requests import take_up_and_show

        take_up_and_show(registry(), name, terminal())


@webhooks.command("register")
def register_webhook(
    url: Annotated[str, typer.Argument(help="Where MLflow's server reaches the receiver.")],
) -> None:
    """Let MLflow's server call a receiver; a second call changes it. The secret is in BESSEMER_WEBHOOK_SECRET."""
    with sentences():
        from pipelines.registry.connect import registry
        from pipelines.registry.webhook import register, secret

        print(register(registry(), url, secret()))


@webhooks.command("receive")
def receive_webhooks(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these models; without any, all of Bessemer's.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8088,
) -> None:
    """Promote what is called a challenger in MLflow, until Ctrl-C. The secret is in BESSEMER_WEBHOOK_SECRET."""
    with sentences():
        from pipelines.registry.connect import registry
        from pipelines.registry.orders import Foreman, command, known
        from pipelines.registry.receiver import serve
        from pipelines.registry.webhook import secret

        foreman = Foreman(known(registry(), names or []), command)
        serve(host, port, secret(), foreman.take)
