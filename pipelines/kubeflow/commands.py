"""The commands of `bessemer` that speak to Kubeflow Pipelines."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.command_line import Overrides, PresetName, sentences, terminal

kubeflow = typer.Typer()

Host = Annotated[
    str, typer.Option(envvar="KF_PIPELINES_ENDPOINT", help="The address of Kubeflow Pipelines, API or pages.")
]
Namespace = Annotated[
    str, typer.Option(envvar="KFP_NAMESPACE", help="Your namespace, where the server has several users.")
]
Bundle = Annotated[
    Path | None,
    typer.Option(
        "--verify-tls", metavar="PATH", envvar="SSL_CERT_FILE", help="Certificates that the server is checked against."
    ),
]
Experiment = Annotated[
    str, typer.Option(envvar="KF_PIPELINES_DEFAULT_EXPERIMENT_NAME", help="The experiment; made if it is not there.")
]
Placed = Annotated[
    Path | None,
    typer.Option("--placement", metavar="PATH", help="A YAML file: where each room runs, and with what."),
]
FAILED = 1
"""The exit code of a run that did not succeed: neither the caller's fault nor the server's."""


@kubeflow.command()
def submit(
    preset: PresetName,
    host: Host = "",
    namespace: Namespace = "",
    experiment: Experiment = "bessemer",
    overrides: Overrides = None,
    placement: Placed = None,
    verify_tls: Bundle = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the run until it has ended.")] = False,
) -> None:
    """Run a preset on Kubeflow. Sign in with KF_PIPELINES_TOKEN, KF_PIPELINES_COOKIES or a mounted token."""
    with sentences():
        from components.contracts.faults import Refusal
        from pipelines import placement as placements
        from pipelines import preset as presets
        from pipelines.kubeflow.connect import connect
        from pipelines.kubeflow.result import show
        from pipelines.kubeflow.submit import (
            ensure_experiment,
            ensure_version,
            package,
            refuse_local_sources,
            start_run,
        )
        from pipelines.kubeflow.watch import Tasks, follow

        console = terminal()
        chosen = presets.load(preset, overrides or [])
        refuse_local_sources(chosen)
        server = connect(host, namespace, verify_tls)
        with package(placements.load(placement)) as compiled:
            version = ensure_version(server, compiled)
        run_id = start_run(server, version, ensure_experiment(server, experiment), chosen.name, chosen.arguments())
        page = f"{server.pages}/runs/details/{run_id}"
        console.print(f"run {run_id} of {compiled.name}, version {compiled.version}")
        console.print(page, soft_wrap=True)
        if not wait:
            return
        try:
            ended = follow(server, run_id, Tasks(compiled.tasks), console)
        except (KeyboardInterrupt, Refusal):
            console.print("Nobody watches it any longer; the run itself goes on.")
            raise
        show(ended, console)
        if ended.state != "SUCCEEDED":
            console.print(
                f"The run ended as {ended.state.lower()}; its page has the log of each task.", style="bold red"
            )
            console.print(page, soft_wrap=True)
            raise typer.Exit(FAILED)


@kubeflow.command()
def upload(host: Host = "", namespace: Namespace = "", placement: Placed = None, verify_tls: Bundle = None) -> None:
    """Bring every pipeline to Kubeflow, so that it can be started from the pages there."""
    with sentences():
        from pipelines import placement as placements
        from pipelines.jobs import GRAPHS
        from pipelines.kubeflow.connect import connect
        from pipelines.kubeflow.submit import ensure_version, package

        placed = placements.load(placement)
        server = connect(host, namespace, verify_tls)
        for pipeline in GRAPHS:
            with package(placed, pipeline) as compiled:
                ensure_version(server, compiled)
                print(f"{compiled.name} is there, version {compiled.version}")


@kubeflow.command()
def schedule(
    preset: PresetName,
    cron: Annotated[str, typer.Option(help='Minute, hour, day, month, weekday, such as "0 3 * * 1".')],
    host: Host = "",
    namespace: Namespace = "",
    experiment: Experiment = "bessemer",
    overrides: Overrides = None,
    placement: Placed = None,
    verify_tls: Bundle = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Train only when there is a reason.")] = False,
) -> None:
    """Run a preset on Kubeflow again and again; there is one schedule a preset, and a second call changes it."""
    with sentences():
        from datetime import UTC, datetime

        from pipelines import placement as placements
        from pipelines import preset as presets
        from pipelines.kubeflow import schedules
        from pipelines.kubeflow.connect import connect
        from pipelines.kubeflow.cron import read_cron
        from pipelines.kubeflow.submit import ensure_experiment, ensure_version, package, refuse_local_sources

        now = datetime.now(UTC)
        when = read_cron(cron, now)
        chosen = presets.load(preset, overrides or [])
        refuse_local_sources(chosen)
        server = connect(host, namespace, verify_tls)
        with package(placements.load(placement), "retrain_model" if retrain else "build_model") as compiled:
            version = ensure_version(server, compiled)
        done = schedules.schedule(server, version, ensure_experiment(server, experiment), chosen, when)
        print(f"{chosen.name} is {done}: Kubeflow has it as {when.with_seconds!r}, seconds first")
        print(f"next {when.next(now):%A %d %B %Y %H:%M} UTC, unless the server has another time zone")


@kubeflow.command("schedules")
def list_schedules(host: Host = "", namespace: Namespace = "", verify_tls: Bundle = None) -> None:
    """List what is scheduled on Kubeflow."""
    with sentences():
        from pipelines.kubeflow.connect import connect
        from pipelines.kubeflow.schedules import schedules

        scheduled = schedules(connect(host, namespace, verify_tls))
        if not scheduled:
            print("Nothing is scheduled: `bessemer schedule PRESET --cron ...` does.")
        for each in scheduled:
            paused = "" if each.enabled else "  paused"
            when, since = each.cron.removeprefix("0 "), f"since {each.since:%Y-%m-%d}"
            print(f"{each.preset:12} {when:20} {each.pipeline:14} {since}{paused}")


@kubeflow.command("unschedule")
def delete_schedule(preset: PresetName, host: Host = "", namespace: Namespace = "", verify_tls: Bundle = None) -> None:
    """Let a preset no longer run again and again on Kubeflow; what runs goes on."""
    with sentences():
        from pipelines.kubeflow.connect import connect
        from pipelines.kubeflow.schedules import unschedule

        name = Path(preset).stem
        unschedule(connect(host, namespace, verify_tls), name)
        print(f"{name} is no longer scheduled")
