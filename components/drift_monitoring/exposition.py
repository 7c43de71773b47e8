"""What Prometheus reads: the text format, as a file for node_exporter's textfile collector or a push gateway."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from components.contracts.drift import Drift


def exposition(drift: Drift) -> str:
    """Return the drift as gauges, each with the model's name and version as labels.

    It holds no time, so that the same drift gives the same text; who reads it knows when.
    """
    registry = CollectorRegistry()
    about = {"model": drift.name, "version": str(drift.version)}

    def gauge(name: str, meaning: str, *more: str) -> Gauge:
        return Gauge(f"bessemer_drift_{name}", meaning, [*about, *more], registry=registry)

    gauge("alarm", "1 when any test found drift.").labels(**about).set(drift.alarm)
    gauge("rows", "Rows of the batch.").labels(**about).set(drift.batch.rows)
    gauge("compared_rows", "Rows of the batch that were compared.").labels(**about).set(drift.batch.compared)
    gauge("labelled_rows", "Compared rows with a label.").labels(**about).set(drift.batch.labelled)
    statistic = gauge("statistic", "What a test measures.", "test", "kind")
    p_value = gauge("p_value", "How often the reference alone would give as much.", "test", "kind")
    drifted = gauge("drifted", "1 when the test found drift.", "test", "kind")
    for test in drift.tests:
        of_test = {**about, "test": test.name, "kind": test.kind}
        statistic.labels(**of_test).set(test.statistic)
        p_value.labels(**of_test).set(test.p_value)
        drifted.labels(**of_test).set(test.drifted)
    share = gauge("label_share", "Share of a label among the model's answers.", "label")
    for label, (_, now) in drift.label_shares.items():
        share.labels(**about, label=label).set(now)
    if drift.accuracy_difference:
        difference = gauge("accuracy_difference_points", "Points of accuracy that the batch has more.")
        difference.labels(**about).set(drift.accuracy_difference.value)
    return generate_latest(registry).decode()
