import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.evaluation.latency import inputs_of_size, sizes_within, summary


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=12), min_size=1, max_size=6),
    st.integers(1, 9),
    st.integers(1, 40),
)
def test_inputs_have_the_exact_size_and_real_tokens_only(rows: list[list[int]], batch: int, tokens: int) -> None:
    ids = inputs_of_size(rows, batch, tokens)
    assert ids.shape == (batch, tokens)
    assert set(ids.ravel().tolist()) <= {token for row in rows for token in row}
    start = min(tokens, len(rows[0]))
    assert ids[0, :start].tolist() == rows[0][:start]


def test_sizes_are_cut_to_what_the_model_reads_and_each_is_measured_once() -> None:
    assert sizes_within(((1, 32), (1, 128), (1, 64), (32, 32)), 64) == [(1, 32), (1, 64), (32, 32)]


def test_percentiles_are_in_milliseconds_and_throughput_counts_the_batch() -> None:
    latency = summary(4, 16, 2, [0.001 * call for call in range(1, 102)])
    assert latency.calls == 101
    assert latency.p50_ms == pytest.approx(51)
    assert latency.p95_ms == pytest.approx(96)
    assert latency.p99_ms == pytest.approx(100)
    assert latency.samples_per_second == pytest.approx(4 / np.mean([0.001 * call for call in range(1, 102)]))
