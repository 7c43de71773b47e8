"""The KFP shells of drift monitoring."""

from kfp import dsl

from components.images import image


@dsl.component(base_image=image("drift_monitoring"), install_kfp_package=False)
def resolve_batch(name: str, version: str, texts: str) -> str:
    """Look which version is meant and which bytes the batch holds today.

    Never cached, as a cache sees names and not what lies behind them.

    Args:
        name: The registered model's name.
        version: Its number; empty means the champion, else the challenger.
        texts: A path, or s3://bucket/key.

    Returns:
        What is monitored, as JSON.

    """
    from components.contracts.step import step
    from components.drift_monitoring.resolve import resolve

    with step("drift_monitoring", "source", tracked=False):
        return resolve(name, version, texts).as_json()


@dsl.component(base_image=image("drift_monitoring"), install_kfp_package=False)
def measure_drift(
    subject: str,
    text_column: str,
    label_column: str,
    settings: dict,
    code: str,
    drift: dsl.Output[dsl.Artifact],
    report: dsl.Output[dsl.HTML],
    metrics: dsl.Output[dsl.Metrics],
) -> None:
    """Compare the batch with what the version was measured on.

    Args:
        subject: Which version and which bytes, from resolve_batch.
        text_column: The column with the texts.
        label_column: The column with the labels; empty for none.
        settings: The section drift_monitoring.
        code: A fingerprint of this step's code; it is here for the cache alone.
        drift: A folder with drift.json, drift.html and drift.prom.
        report: The page for people.
        metrics: The alarm, and each test's statistic and p-value.

    """
    import json
    from pathlib import Path

    from components.contracts.metrics import write_metrics
    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.drift_monitoring.config import DriftSettings

    with step("drift_monitoring"):
        config = read_settings(DriftSettings, settings, "drift_monitoring")
        from components.contracts.tracking import named_server
        from components.drift_monitoring.metrics import metrics_of
        from components.drift_monitoring.monitor import monitor
        from components.drift_monitoring.subject import Subject
        from components.drift_monitoring.texts import Columns

        about, columns = Subject(**json.loads(subject)), Columns(text_column, label_column)
        found = monitor(named_server(), about, columns, config, Path(drift.path), Path(report.path))
        drift.metadata.update(alarm=found.alarm, why=found.why)
        write_metrics(metrics, metrics_of(found))


@dsl.component(base_image=image("drift_monitoring"), install_kfp_package=False)
def announce_drift(drift: dsl.Input[dsl.Artifact], settings: dict) -> bool:
    """Tell MLflow, Prometheus and, on an alarm, the webhook; never cached, as telling is its work.

    Args:
        drift: What was found.
        settings: The section drift_monitoring.

    Returns:
        Whether it is an alarm.

    """
    from pathlib import Path

    from components.contracts.settings import read_settings
    from components.contracts.step import step
    from components.drift_monitoring.config import DriftSettings

    with step("drift_monitoring", "announcement") as run:
        config = read_settings(DriftSettings, settings, "drift_monitoring")
        from components.contracts.tracking import named_server
        from components.drift_monitoring.announce import announce

        return announce(named_server(), Path(drift.path), config, run).alarm
