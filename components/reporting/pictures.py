"""The pictures' geometry: places in units of an SVG that is `WIDTH` wide, whose colours are the page's."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.contracts.choice import Choice, Outcome
from components.contracts.model import TunedModel
from components.reporting.axis import Axis

WIDTH = 380
LEFT, RIGHT, TOP = 40, 370, 10
"""The plot's ends: numbers stand to the left of it and below it."""
PANEL_BOTTOM = 130
FRONTIER_BOTTOM = 250
Ticks = Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Line:
    """A curve."""

    kind: str
    """`training` or `validation`."""
    points: list[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """The course of one number over the optimizer steps."""

    title: str
    steps: Ticks
    values: Ticks
    lines: list[Line]
    kept: float
    """Where the step lies whose weights were kept."""


def course_panels(tuned: TunedModel) -> list[Panel]:
    """Return a panel a number: the loss first, then what was measured on the validation split."""
    scores = [name for name in tuned.course if name.startswith("validation_") and name != "validation_loss"]
    wanted = [("loss", {"training": "loss", "validation": "validation_loss"})]
    wanted += [(name.removeprefix("validation_").replace("_", " "), {"validation": name}) for name in scores]
    return [_panel(title, names, tuned) for title, names in wanted if all(map(tuned.course.get, names.values()))]


def _panel(title: str, names: dict[str, str], tuned: TunedModel) -> Panel:
    series = {kind: tuned.course[name] for kind, name in names.items()}
    every = [point for points in series.values() for point in points]
    values = [value for _, value in every]
    margin = (max(values) - min(values)) * 0.1 or 0.05
    across = Axis(0, max(step for step, _ in every), LEFT, RIGHT)
    up = Axis(min(values) - margin, max(values) + margin, PANEL_BOTTOM, TOP)
    lines = [
        Line(kind, [(across.place(step), up.place(value)) for step, value in points]) for kind, points in series.items()
    ]
    return Panel(title, across.ticks(), up.ticks(), lines, across.place(tuned.steps))


@dataclass(frozen=True)
class Mark:
    """A candidate: a dot at its median latency and accuracy, with whiskers to the p95 and over the interval."""

    number: int
    outcome: Outcome
    x: float
    y: float
    p95: float
    low: float
    high: float


@dataclass(frozen=True)
class Frontier:
    """Quality against latency."""

    milliseconds: Ticks
    accuracies: Ticks
    marks: list[Mark]
    """The chosen one last, so that nothing covers it."""
    least_accuracy: float
    """Where the budget of lost accuracy lies."""
    most_milliseconds: float | None
    """Where the budget of the p95 lies, when there is one."""


def frontier(choice: Choice) -> Frontier:
    """Return the candidates and the budgets that have a place in the plane; latency is logarithmic."""
    cards = [verdict.scorecard for verdict in choice.verdicts]
    limit = cards[0].accuracy.value - choice.budgets["max_quality_drop"] / 100
    lowest = min(limit, *(card.accuracy.low for card in cards))
    highest = max(card.accuracy.high for card in cards)
    margin = (highest - lowest) * 0.08 or 0.01
    up = Axis(100 * (lowest - margin), 100 * (highest + margin), FRONTIER_BOTTOM, TOP)
    latencies = [card.latency[0] for card in cards]
    fastest, slowest = min(each.p50_ms for each in latencies), max(each.p95_ms for each in latencies)
    across = Axis(fastest / 1.3, slowest * 1.15, LEFT, RIGHT, logarithmic=True)
    marks = [
        Mark(
            number=number,
            outcome=choice.outcome(verdict),
            x=across.place(latency.p50_ms),
            y=up.place(100 * verdict.scorecard.accuracy.value),
            p95=across.place(latency.p95_ms),
            low=up.place(100 * verdict.scorecard.accuracy.low),
            high=up.place(100 * verdict.scorecard.accuracy.high),
        )
        for number, (verdict, latency) in enumerate(zip(choice.verdicts, latencies, strict=True), start=1)
    ]
    p95 = choice.budgets.get("max_p95_ms")
    return Frontier(
        milliseconds=across.ticks(),
        accuracies=up.ticks(),
        marks=sorted(marks, key=lambda mark: mark.outcome == "chosen"),
        least_accuracy=up.place(100 * limit),
        most_milliseconds=across.place(p95) if p95 else None,
    )
