import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.contracts.decision import Check
from components.gating.answered import Flags
from components.gating.config import GatingSettings
from components.gating.pairs import Pairs, p_better
from components.gating.slices import check_slices
from tests.components.gating.conftest import answers

DEFAULTS = GatingSettings()


def checked(challenger: Flags, champion: Flags, slices: dict[str, Flags]) -> dict[str, Check]:
    return {check.name: check for check in check_slices(challenger, champion, slices, DEFAULTS)}


def beside(*parts: Pairs) -> tuple[Flags, Flags, dict[str, Flags]]:
    """Return the answers of slices that lie beside each other, and the slices."""
    both = [answers(part) for part in parts]
    ends = np.cumsum([part.rows for part in parts])
    rows = np.arange(ends[-1])
    slices = {
        f"part={place}": (rows >= end - part.rows) & (rows < end)
        for place, (part, end) in enumerate(zip(parts, ends, strict=True))
    }
    return np.concatenate([each[0] for each in both]), np.concatenate([each[1] for each in both]), slices


def test_a_part_that_got_worse_is_found_although_the_whole_did_not() -> None:
    checks = checked(*beside(Pairs(500, 30, 10), Pairs(500, 2, 20), Pairs(49, 0, 20)))
    assert [check.verdict for check in checks.values()] == ["passed", "failed", "noted"]
    assert checks["slice.part=1"].sentence == (
        "3.6 points worse on 500 rows: significantly worse (p 0.00012 after Holm's correction, alpha 0.05)."
    )
    assert checks["slice.part=2"].sentence == "40.8 points worse on 49 rows: too few to test, which takes 50."
    assert checks["slice.part=2"].p_value is None


def test_what_is_worse_by_chance_in_one_of_many_does_not_count() -> None:
    unlucky, equal = Pairs(200, 3, 11), Pairs(200, 5, 5)
    assert p_better(unlucky.turned()) < 0.05
    assert checked(*beside(unlucky))["slice.part=0"].verdict == "failed"
    assert checked(*beside(unlucky, *[equal] * 5))["slice.part=0"].verdict == "passed"


def test_rows_may_lie_in_several_slices() -> None:
    challenger, champion, slices = beside(Pairs(500, 2, 20), Pairs(500, 10, 10))
    everywhere = np.ones(1000, dtype=bool)
    checks = checked(challenger, champion, {**slices, "all": everywhere})
    assert checks["slice.all"].sentence.startswith("1.8 points worse on 1,000 rows")


def test_there_may_be_no_slices() -> None:
    assert check_slices(*answers(Pairs(500, 2, 20)), {}, DEFAULTS) == []


parts = st.builds(lambda won, lost: Pairs(100, won, lost), st.integers(0, 30), st.integers(0, 30))


@settings(deadline=None, max_examples=40)
@given(st.lists(parts, min_size=1, max_size=6), parts)
def test_holms_correction_grows_with_the_slices_and_keeps_their_order(tested: list[Pairs], more: Pairs) -> None:
    alone, together = (checked(*beside(*each)) for each in (tested, [*tested, more]))
    raw = [p_better(each.turned()) for each in tested]
    for place, p_value in enumerate(raw):
        name = f"slice.part={place}"
        first, second = alone[name].p_value, together[name].p_value
        assert first is not None
        assert second is not None
        assert p_value <= first + 1e-12 <= second + 2e-12
    by_raw = np.array([alone[f"slice.part={place}"].p_value for place in np.argsort(raw)])
    assert (np.diff(by_raw) >= -1e-12).all()


@pytest.mark.parametrize("rows", [1, 49])
def test_a_slice_of_few_rows_is_told_and_not_tested(rows: int) -> None:
    assert checked(*beside(Pairs(rows, 0, rows)))["slice.part=0"].verdict == "noted"
