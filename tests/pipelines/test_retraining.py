from pathlib import Path

import pytest

from components.contracts.faults import BadInput
from components.contracts.tracking import connect
from components.retraining.record import journal_of, read_record
from pipelines.home import tracking_uri
from pipelines.preset import load
from pipelines.retraining import close_breaker, release_lock


def test_the_breaker_is_closed_of_the_model_that_the_preset_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("BESSEMER_HOME", str(tmp_path / "home"))
    assert close_breaker(load("smoke", ["registration.name=films"])) == "films"
    assert read_record(journal_of(connect(tracking_uri()), "films")).reset > 0
    with pytest.raises(BadInput, match="the retraining of films: found none; expected one at work"):
        release_lock(load("smoke", ["registration.name=films"]), "The node is gone.")
