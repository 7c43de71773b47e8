"""The commands of `bessemer` that look at where a registered version came from."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.command_line import sentences, terminal

lineage = typer.Typer()

TOLERANCE = 0.5
"""Points that lie between rounding and another draw.

BERT-tiny on 3,000 film reviews, half of them held out: with one, two or three threads the weights are other bytes each
time and the accuracy is the same, 0.7153; with another seed it is 0.6 points off.
"""
NOT_REPRODUCED = 1
"""The exit code where a version was built again and is another one."""
WIDE = 200
"""Columns of a tree that goes to no terminal."""

Named = Annotated[str, typer.Argument(metavar="NAME", help="NAME, NAME/VERSION or NAME@ALIAS.")]
Version = Annotated[str, typer.Argument(help="A version; without one the champion, else the challenger.")]


@lineage.command("lineage")
def show_lineage(
    name: Named,
    version: Version = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show what a registered version came from: data, model, code, settings, runs, measurements, decisions."""
    with sentences():
        from pipelines.lineage.registry import registry_of
        from pipelines.lineage.trace import trace
        from pipelines.lineage.tree import tree
        from pipelines.registered import split_name

        model, wanted = split_name(f"{name}/{version}" if version else name)
        with registry_of(model) as client:
            traced = trace(client, model, wanted)
        if as_json:
            print(json.dumps(traced.as_json(), indent=2, ensure_ascii=False))
        else:
            # what is piped into a file or another command has no lines to fit
            width = None if sys.stdout.isatty() else WIDE
            terminal(width).print(tree(traced))


@lineage.command()
def card(
    name: Named,
    version: Version = "",
    output: Annotated[Path | None, typer.Option(help="Where it goes; a page, where the name ends in .html.")] = None,
) -> None:
    """Print a version's model card, with what has happened to it since it was registered."""
    with sentences():
        from components.contracts.folders import write_text_whole
        from pipelines.lineage.card import card_now
        from pipelines.lineage.registry import registry_of
        from pipelines.registered import split_name

        model, wanted = split_name(f"{name}/{version}" if version else name)
        with registry_of(model) as client:
            text = card_now(client, model, wanted)
        if output is None:
            print(text)
            return
        if output.suffix == ".html":
            from components.registration.card_page import card_page

            text = card_page(text)
        write_text_whole(output, text)
        print(output)


@lineage.command()
def reproduce(
    name: Named,
    version: Version = "",
    tolerance: Annotated[
        float, typer.Option(help="Points of accuracy and macro F1 that the two may be apart.")
    ] = TOLERANCE,
    exact: Annotated[bool, typer.Option("--exact", help="The model's files have to be the same bytes.")] = False,
    any_code: Annotated[bool, typer.Option("--any-code", help="Other code or libraries than then will do.")] = False,
    output: Annotated[Path | None, typer.Option(help="Where the comparison goes as JSON.")] = None,
) -> None:
    """Build a version again from what is recorded of it, in a registry of its own, and compare the two."""
    with sentences():
        from dataclasses import asdict

        from components.contracts.folders import write_text_whole
        from pipelines.lineage.comparison import Reproduction, table
        from pipelines.lineage.reproduce import Demands
        from pipelines.lineage.reproduce import reproduce as build_again
        from pipelines.registered import split_name

        console = terminal()
        wanted = split_name(f"{name}/{version}" if version else name)
        ended = build_again(*wanted, Demands(tolerance, exact, any_code), console)
        if not isinstance(ended, Reproduction):
            raise typer.Exit(ended.exit_code)
        console.print(table(ended))
        console.print(ended.sentence(), style="bold")
        if output:
            told = {**asdict(ended), "succeeded": ended.succeeded, "to_the_byte": ended.to_the_byte}
            write_text_whole(output, json.dumps(told, indent=2) + "\n")
        raise typer.Exit(0 if ended.succeeded else NOT_REPRODUCED)
