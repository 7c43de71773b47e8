"""What tells a process that is there from one that is no more."""

import os
import subprocess
import sys

import pytest

from components.contracts.process import identity, is_gone
from tests.components.retraining.models import dead_process


def test_this_process_and_its_children_are_there() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        there, other = identity(child.pid), identity(os.getpid())
        assert there != other
        assert not is_gone(there)
        assert not is_gone(other)
    assert is_gone(there)


def test_a_process_that_has_ended_is_gone() -> None:
    assert is_gone(dead_process())


def test_a_process_whose_number_is_another_ones_is_gone() -> None:
    host, pid, start = identity(os.getpid()).split(":")
    assert is_gone(f"{host}:{pid}:{int(start) - 1}")


def test_somebody_elses_process_is_there() -> None:
    assert not is_gone(identity(1))


@pytest.mark.parametrize("process", ["", "another-machine:1:1", "edited by hand"])
def test_of_what_runs_elsewhere_nothing_is_known(process: str) -> None:
    assert not is_gone(process)
