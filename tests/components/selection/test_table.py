from pathlib import Path

from components.contracts.tracking import StepRun
from components.selection.config import SelectionSettings
from components.selection.select import select
from components.selection.table import rows


def test_a_row_a_candidate(scorecards: list[Path], tmp_path: Path) -> None:
    settings = SelectionSettings(min_speed_up=2.0)
    choice = select(scorecards, settings, tmp_path / "choice", tmp_path / "r.html", StepRun())
    table = rows(choice)
    assert [(row.recipe, row.outcome) for row in table] == [
        ("baseline", "reference"),
        ("onnx-fp32", "qualifies"),
        ("int8-dynamic", "chosen"),
        ("pruned", "rejected"),
    ]
    fast = table[2]
    assert (fast.p50_ms, fast.p95_ms, fast.mib, fast.samples_per_second) == (3.5, 4.2, 23.0, 200.0)
    assert fast.speed_up == 15 / 3.5
    assert fast.accuracy.value == fast.macro_f1 == 0.895
    assert fast.quality_drop.value == 0.5
