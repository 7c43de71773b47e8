import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.data_validation.config import DataValidationSettings
from components.data_validation.expectations import SCHEMA, checks
from components.data_validation.judge import EXAMPLES, judge
from components.data_validation.measure import Measured

CARDS = next(check for check in checks(DataValidationSettings(), 512) if check.name == "card_numbers")


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([0.0, 1.0, 3.0, np.nan]), max_size=40))
def test_outcomes_are_what_the_numbers_say(numbers: list[float]) -> None:
    table = pd.DataFrame({"card numbers": np.array(numbers, dtype=np.float64)})
    outcome = judge(Measured({"rows": table}), [CARDS]).outcomes[0]
    places = [place for place, number in enumerate(numbers) if number > 0]
    assert outcome.unexpected == len(places)
    assert outcome.total == sum(not np.isnan(number) for number in numbers)
    assert outcome.passed == (not places)
    assert outcome.examples == tuple(places[:EXAMPLES])


def test_tables_that_were_not_measured_are_not_judged() -> None:
    table = pd.DataFrame({"type": ["a", "b"], "expected type": ["a", "c"]})
    outcomes = judge(Measured({"columns": table}), [SCHEMA, CARDS]).outcomes
    assert [(one.check.name, one.passed, one.examples) for one in outcomes] == [("schema", False, (1,))]


def test_a_measurement_that_is_missing_is_a_defect_and_no_failed_expectation() -> None:
    with pytest.raises(RuntimeError, match=r"card_numbers was not judged: .*card numbers"):
        judge(Measured({"rows": pd.DataFrame({"other": [1.0]})}), [CARDS])


@pytest.mark.slow
def test_nothing_is_sent_printed_or_left_behind(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "import pandas as pd\n"
        "from components.data_validation.judge import judge\n"
        "from components.data_validation.expectations import SCHEMA\n"
        "from components.data_validation.measure import Measured\n"
        "sys.addaudithook(lambda event, _: event != 'socket.connect' or sys.exit('it phones home'))\n"
        "judge(Measured({'columns': pd.DataFrame({'type': ['a'], 'expected type': ['a']})}), [SCHEMA])\n"
    )
    folders = {"here": tmp_path / "here", "HOME": tmp_path / "home", "TMPDIR": tmp_path / "scratch"}
    for folder in folders.values():
        folder.mkdir()
    variables = {name: str(folder) for name, folder in folders.items()}
    environment = {**os.environ, **variables, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folders["here"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path for folder in folders.values() for path in folder.iterdir()] == []
