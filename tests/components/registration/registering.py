"""Registers in a process of its own, and breaks itself off where it is told to.

`python -m tests.components.registration.registering INPUTS OUTPUT` registers alone.
"""

import json
import os
import sys
from pathlib import Path
from types import FrameType

from components.contracts.step import step
from components.registration.evidence import Inputs
from tests.components.registration.workshop import SETTINGS


def main(inputs: str, output: str) -> None:
    values = json.loads(inputs)
    many = {name: tuple(map(Path, values.pop(name))) for name in ("candidates", "scorecards")}
    folders = {name: Path(path) for name, path in values.items()}
    register_here(Inputs(**folders, **many), Path(output))


def register_here(inputs: Inputs, output: Path, function: str = "", signal: int = 0) -> None:
    """Register as the step does; where `function` is named, this process gets the signal when it is called."""
    if function:
        _break_off_at(function, signal)
    with step("registration") as run:
        from components.registration.register import register

        register(inputs, SETTINGS, output, output.with_name("card"), run)


def _break_off_at(function: str, signal: int) -> None:
    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == function:
            sys.setprofile(None)
            os.kill(os.getpid(), signal)

    sys.setprofile(watch)


def command(inputs: Inputs, output: Path) -> list[str]:
    """Return the command line that registers `inputs`."""
    values = {
        name: [str(path) for path in value] if isinstance(value, tuple) else str(value)
        for name, value in vars(inputs).items()
        if name != "asked"
    }
    return [sys.executable, "-m", __spec__.name if __spec__ else __name__, json.dumps(values), str(output)]


if __name__ == "__main__":
    main(*sys.argv[1:])
