"""What Prometheus reads, read by Prometheus's own parser."""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from components.contracts.drift import Drift
from components.drift_monitoring.exposition import exposition
from tests.components.drift_monitoring.found import DRIFT


def samples(drift: Drift) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(exposition(drift))
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_number_is_a_gauge_of_the_model_and_the_version() -> None:
    found = samples(DRIFT)
    about = ("model=sentiment", "version=3")
    assert found["bessemer_drift_alarm", *about] == 1
    assert found["bessemer_drift_rows", *about] == 900
    assert found["bessemer_drift_drifted", "kind=input", "model=sentiment", "test=tokens", "version=3"] == 1
    assert found["bessemer_drift_p_value", "kind=quality", "model=sentiment", "test=accuracy", "version=3"] == 0.2
    assert found["bessemer_drift_label_share", "label=fresh", *about] == 0.7
    assert found["bessemer_drift_accuracy_difference_points", *about] == -2.5
    assert all({"model", "version"} <= {word.partition("=")[0] for word in key[1:]} for key in found)


def test_names_with_quotes_and_line_breaks_are_escaped() -> None:
    strange = 'a "quoted\\ name"\nwith two lines'
    found = samples(replace(DRIFT, name=strange, label_shares={strange: (0.0, 1.0)}))
    assert found["bessemer_drift_label_share", f"label={strange}", f"model={strange}", "version=3"] == 1


def test_without_labels_there_is_no_difference_and_the_same_drift_gives_the_same_text() -> None:
    quiet = replace(DRIFT, accuracy_difference=None)
    assert "accuracy_difference" not in exposition(quiet)
    assert exposition(quiet) == exposition(quiet)
