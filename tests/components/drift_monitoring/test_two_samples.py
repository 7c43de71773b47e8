"""A classifier that tells two samples apart if they differ, and does not if they do not."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from components.drift_monitoring.sample import Sample
from components.drift_monitoring.two_samples import representation
from tests.components.drift_monitoring.conftest import both, part


def test_a_fifth_of_another_domain_is_seen(films: Sample, tickets: Sample) -> None:
    told = representation(
        part(films, 0, 300), both(part(films, 300, 460), part(tickets, 0, 40)), np.random.default_rng(0)
    )
    assert told.answer.p_value == 0.001
    assert told.answer.statistic > 0.05
    assert set(np.argsort(-told.strangeness)[:20]) <= set(range(160, 200)), "the strangest are the strangers"


def test_the_p_values_of_one_kind_are_spread(films: Sample) -> None:
    found = []
    for seed in range(12):
        dealt = np.random.default_rng(seed).normal(size=(150, 10)).astype(np.float32)
        one, other = replace(part(films, 0, 100), representation=dealt[:100]), part(films, 100, 150)
        told = representation(one, replace(other, representation=dealt[100:]), np.random.default_rng(seed))
        found.append(told.answer.p_value)
    assert 0.2 < np.mean(found) < 0.8


def test_the_closed_form_is_what_training_without_a_row_gives(films: Sample) -> None:
    """Against scikit-learn's ridge regression, which is trained anew without the row."""
    features = np.random.default_rng(1).normal(size=(120, 6)).astype(np.float32)
    features[80:] += 0.5
    one, other = replace(part(films, 0, 80), representation=features[:80]), part(films, 80, 120)
    told = representation(one, replace(other, representation=features[80:]), np.random.default_rng(0))
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    truth = np.repeat([0.0, 1.0], [80, 40]) - 1 / 3
    scores = np.array(
        [
            Ridge(alpha=0.1 * 120, fit_intercept=False)
            .fit(np.delete(scaled, row, 0), np.delete(truth, row))
            .predict(scaled[[row]])[0]
            for row in range(120)
        ]
    )
    assert told.strangeness == pytest.approx(scores[80:], abs=1e-5)
    assert told.answer.statistic == pytest.approx(scores[80:].mean() - scores[:80].mean(), abs=1e-6)


def test_features_that_never_change_do_no_harm(films: Sample) -> None:
    flat = [
        replace(sample, representation=np.ones((len(sample), 4), np.float32))
        for sample in (part(films, 0, 60), part(films, 60, 120))
    ]
    assert representation(flat[0], flat[1], np.random.default_rng(0)).answer.p_value > 0.05
