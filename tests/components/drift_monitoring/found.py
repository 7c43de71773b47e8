"""A drift as monitoring finds it, for tests of what is told of it."""

from components.contracts.drift import Batch, Drift, DriftTest
from components.contracts.scorecard import Interval

DRIFT = Drift(
    name="sentiment",
    version=3,
    candidate_sha256="c" * 64,
    batch=Batch("s3://bucket/texts.csv", "b" * 64, 900, 500, 200),
    reference_rows=1900,
    alpha=0.05,
    alarm=True,
    why="tokens drifted (1 of 3 tests)",
    tests=[
        DriftTest("tokens", "input", "Jensen-Shannon distance", 0.31, 0.001, 0.0167, True, "8% are <new> & strange"),
        DriftTest("labels", "prediction", "population stability index", 0.01, 0.6, 0.05, False, "fresh 70.0%"),
        DriftTest("accuracy", "quality", "points of accuracy", -2.5, 0.2, 0.025, False, "82.0% of 200 rows are right"),
    ],
    label_shares={"fresh": (0.58, 0.7), "rotten": (0.42, 0.3)},
    accuracy_difference=Interval(-2.5, -7.0, 2.0, 0.95),
    new_tokens=["invoice", "<b>"],
    strangest=["please reset <script>alert(1)</script>"],
)
