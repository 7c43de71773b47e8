"""The graph: a batch of fresh texts in, what has drifted out, and everybody told who asked."""

from typing import NamedTuple

from kfp import dsl

from components.drift_monitoring.component import announce_drift, measure_drift, resolve_batch
from pipelines.fingerprint import fingerprint


class Monitored(NamedTuple):
    """What the pipeline leaves: what has drifted, and whether that is an alarm."""

    drift: dsl.Artifact
    alarm: bool


@dsl.pipeline(
    name="monitor-model",
    description="Compares a batch of fresh texts with those that a registered version was measured on: what goes in, "
    "what the model says and, where there are labels, how often it is right.",
)
def monitor_model(
    name: str,
    texts: str,
    version: str = "",
    text_column: str = "text",
    label_column: str = "",
    settings: dict = {},  # noqa: B006 - the form shows an empty object
) -> Monitored:
    """Monitor a registered model. An alarm is a result, not a failure.

    Args:
        name: The registered model's name.
        texts: A CSV, TSV, JSON Lines or Parquet file with fresh texts: a path, or s3://bucket/key.
        version: Its number; empty means the champion, else the challenger.
        text_column: The column with the texts.
        label_column: The column with the labels; empty for none.
        settings: How sure an alarm has to be, and where Prometheus's file goes as well: {"alpha": 0.01}.

    """
    # looked up each time: the cache sees parameters, never what lies behind a name
    subject = resolve_batch(name=name, version=version, texts=texts).set_caching_options(False)
    measured = measure_drift(
        subject=subject.output,
        text_column=text_column,
        label_column=label_column,
        settings=settings,
        code=fingerprint("drift_monitoring"),
    )
    # telling is its work: a second run on the same batch tells again
    announced = announce_drift(drift=measured.outputs["drift"], settings=settings).set_caching_options(False)
    return Monitored(drift=measured.outputs["drift"], alarm=announced.output)
