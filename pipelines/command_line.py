"""What all commands share: how they end, and how a preset is named."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

PresetName = Annotated[str, typer.Argument(help="A preset's name, or a YAML file of your own.")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="ROOM.KEY=VALUE", help="Override one setting; may be repeated.")
]


def terminal(width: int | None = None) -> "Console":
    """Return what commands draw on: square brackets and colons that people wrote are no markup there."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False, width=width)


@contextmanager
def sentences() -> Iterator[None]:
    """Let a command end with the sentences of a refusal, not with a traceback."""
    from components.contracts.faults import Refusal

    try:
        yield
    except Refusal as refusal:
        for fault in refusal.faults:
            print(fault, file=sys.stderr)
        raise typer.Exit(refusal.exit_code) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
