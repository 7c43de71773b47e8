"""Two builds of one version side by side: what is equal to the byte, what is near enough, and what is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pipelines.lineage.recorded import Recorded

Likeness = Literal["equal", "within", "differs"]


_SHOWN = 16
"""Digits of a hash that are shown; the JSON has them all."""


@dataclass(frozen=True)
class Compared:
    """One thing of both builds."""

    what: str
    then: str
    now: str
    likeness: Likeness
    """`within`: apart by no more than the tolerance."""
    decides: bool
    """Whether a difference means that the version was not reproduced."""


@dataclass(frozen=True)
class Reproduction:
    """What became of building a version again."""

    version: str
    """As `models:/name/3`."""
    same_arithmetic: bool
    """Whether processor, threads, precision and libraries were those of then: only then equal bytes can be expected."""
    tolerance: float
    """In points."""
    compared: list[Compared]

    @property
    def succeeded(self) -> bool:
        """Whether nothing differs that must not."""
        return not any(each.likeness == "differs" and each.decides for each in self.compared)

    @property
    def to_the_byte(self) -> bool:
        """Whether the model's files are the same bytes."""
        return all(each.likeness == "equal" for each in self.compared if each.what in ("tuned weights", "candidate"))

    def sentence(self) -> str:
        """Return what came of it."""
        if not self.succeeded:
            names = ", ".join(each.what for each in self.compared if each.likeness == "differs" and each.decides)
            return f"{self.version} was not reproduced: {names} differ."
        if self.to_the_byte:
            return f"{self.version} was reproduced to the byte."
        elsewhere = "; another processor, library or number of threads or processes sums in another order"
        why = "" if self.same_arithmetic else elsewhere
        return f"{self.version} was reproduced within {self.tolerance:g} points, not to the byte{why}."


def compare(then: Recorded, now: Recorded, tolerance: float, exact: bool) -> Reproduction:
    """Return two builds of one version side by side.

    Args:
        then: as the registry has it.
        now: as it was built again.
        tolerance: how many points of accuracy and of macro F1 they may be apart.
        exact: whether the model's files have to be the same bytes.

    """
    compared = [*_same(then, now, exact), *_near(then, now, tolerance)]
    version = f"models:/{then.name}/{then.version}"
    return Reproduction(version, _arithmetic(then) == _arithmetic(now), tolerance, compared)


def _same(then: Recorded, now: Recorded, exact: bool) -> Iterator[Compared]:
    for what, before, after, decides in [
        ("data set", then.tags["dataset_sha256"], now.tags["dataset_sha256"], True),
        ("base model", then.tags["base_sha256"], now.tags["base_sha256"], True),
        ("tuned weights", then.tags["tuned_sha256"], now.tags["tuned_sha256"], exact),
        ("candidate", _content(then), _content(now), exact),
    ]:
        yield Compared(what, before, after, "equal" if before == after else "differs", decides)


def _near(then: Recorded, now: Recorded, tolerance: float) -> Iterator[Compared]:
    for what, before, after in [
        ("accuracy", then.scorecard.accuracy.value, now.scorecard.accuracy.value),
        ("macro F1", then.scorecard.macro_f1.value, now.scorecard.macro_f1.value),
    ]:
        apart = abs(after - before) * 100
        likeness: Likeness = "equal" if apart == 0 else "within" if apart <= tolerance else "differs"
        yield Compared(what, f"{before:.4f}", f"{after:.4f}", likeness, decides=True)


def _content(recorded: Recorded) -> str:
    """Return the hash of the candidate's model; its manifest names the machine besides."""
    return recorded.candidate.files["model.onnx"]


def _arithmetic(recorded: Recorded) -> dict[str, str]:
    machine = {"processes": "1", **recorded.tuned.made_with, **recorded.candidate.made_with}
    return {**machine, "precision": recorded.tuned.precision}


def table(reproduction: Reproduction) -> Table:
    """Return a row a thing: what it was, what it is, and whether these are alike."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("what", "then", "now", "alike"):
        drawn.add_column(name, no_wrap=True)
    for each in reproduction.compared:
        fatal = each.likeness == "differs" and each.decides
        style = "bold red" if fatal else "" if each.likeness == "differs" else "green"
        drawn.add_row(each.what, each.then[:_SHOWN], each.now[:_SHOWN], Text(each.likeness, style=style))
    return drawn
