"""Sentences, and which of the operating system's refusals become one."""

import errno
import os
from pathlib import Path

import pytest

from components.contracts.faults import (
    BadInput,
    Fault,
    Refusal,
    Unavailable,
    Unwritable,
    refuse_if_any,
    writing,
)


def test_a_fault_reads_as_a_sentence() -> None:
    assert str(Fault("epochs", "-1", "a positive number")) == "epochs: found -1; expected a positive number."
    whole = Fault("epochs", "-1", "a positive number", "Set it to 2.", "preset.yaml:7")
    assert str(whole) == "preset.yaml:7: epochs: found -1; expected a positive number. Set it to 2."


def test_a_refusal_says_every_fault() -> None:
    faults = [Fault(thing, "nothing", "something") for thing in "ab"]
    with pytest.raises(BadInput) as refusal:
        refuse_if_any(fault for fault in faults)
    assert refusal.value.faults == tuple(faults)
    assert str(refusal.value) == "a: found nothing; expected something.\nb: found nothing; expected something."
    refuse_if_any([])


def test_an_orchestrator_can_tell_what_is_worth_a_retry() -> None:
    codes = [kind(Fault("a", "b", "c")).exit_code for kind in (BadInput, Unavailable, Unwritable, Refusal)]
    assert codes == [os.EX_DATAERR, os.EX_UNAVAILABLE, os.EX_CANTCREAT, os.EX_SOFTWARE]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR])
def test_a_refused_write_becomes_a_sentence(number: int) -> None:
    with pytest.raises(Unwritable, match=r"^/out/model: found .+; expected a place that can be written\. [A-Z].+\.$"):
        refused(number)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EIO, errno.EMFILE])
def test_any_other_error_stays_one(number: int) -> None:
    with pytest.raises(OSError, match="the system's words") as error:
        refused(number)
    assert error.value.errno == number


def refused(number: int) -> None:
    with writing(Path("/out/model")):
        raise OSError(number, "the system's words")


def test_writing_passes_a_sentence_on() -> None:
    with pytest.raises(BadInput, match="a: found b"), writing(Path("/out")):
        raise BadInput(Fault("a", "b", "c"))
