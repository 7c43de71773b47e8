from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from components.contracts.tracking import StepRun
from components.fine_tuning import history as module
from components.fine_tuning.history import History


@dataclass(frozen=True)
class Requests(StepRun):
    """Counts what would go over the wire."""

    sent: list[list[int]] = field(default_factory=list)

    def history(self, rows: Sequence[tuple[int, Mapping[str, float]]]) -> None:
        self.sent.append([step for step, _ in rows])


def test_many_steps_share_a_request(monkeypatch: object) -> None:
    run = Requests()
    history = History(run)
    for step in range(1, 101):
        history.add(step, {"loss": 1.0})
        history.send_when_due()
    assert run.sent == []
    history.send()
    assert run.sent == [list(range(1, 101))]


def test_only_what_is_new_is_sent(monkeypatch) -> None:
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_REQUESTS", 0)
    run = Requests()
    history = History(run)
    for step in (1, 2):
        history.add(step, {"loss": 1.0})
        history.send_when_due()
    assert run.sent == [[1], [2]]


def test_a_series_skips_the_rows_that_lack_it() -> None:
    history = History(StepRun())
    history.add(1, {"loss": 0.5})
    history.add(2, {"loss": 0.4, "validation_loss": 0.6})
    assert history.series("loss") == ([1, 2], [0.5, 0.4])
    assert history.series("validation_loss") == ([2], [0.6])


def test_the_course_averages_the_loss_and_keeps_every_evaluation() -> None:
    history = History(StepRun())
    for step in range(1, 151):
        history.add(step, {"loss": float(step), "gradient_norm": 1.0})
        if step % 50 == 0:
            history.add(step, {"validation_loss": 0.5, "validation_accuracy": step / 200})
    course = history.course()
    assert set(course) == {"loss", "validation_loss", "validation_accuracy"}
    assert course["loss"][:2] == [(3, 2.0), (6, 5.0)]
    assert len(course["loss"]) == 50
    assert course["validation_accuracy"] == [(50, 0.25), (100, 0.5), (150, 0.75)]


def test_a_training_without_steps_has_no_course() -> None:
    assert History(StepRun()).course() == {"loss": []}
