"""A drift's numbers by name, as KFP's and MLflow's pages show them."""

from components.contracts.drift import Drift


def metrics_of(drift: Drift) -> dict[str, float]:
    """Return the alarm, the rows, and each test's statistic and p-value."""
    return {
        "alarm": float(drift.alarm),
        "rows": drift.batch.compared,
        "labelled_rows": drift.batch.labelled,
        **{f"{test.name}_statistic": test.statistic for test in drift.tests},
        **{f"{test.name}_p_value": test.p_value for test in drift.tests},
    }
