import pytest

from components.contracts.faults import BadInput
from components.evaluation.machine import describe_machine


def test_zero_takes_every_core() -> None:
    machine = describe_machine(0)
    assert machine.threads == machine.cores >= 1
    assert machine.system
    assert machine.processor


def test_fewer_threads_than_cores_are_taken_as_they_are() -> None:
    assert describe_machine(1).threads == 1


def test_more_threads_than_cores_are_refused() -> None:
    with pytest.raises(BadInput) as refused:
        describe_machine(4096)
    assert "evaluation.threads: found 4096; expected at most the" in str(refused.value)
    assert "Set it to 0" in str(refused.value)
