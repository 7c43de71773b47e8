"""What goes into the model: each test sees its own kind of drift, and none where there is none."""

from dataclasses import replace

import numpy as np
import pytest

from components.drift_monitoring import inputs
from components.drift_monitoring.sample import Sample
from tests.components.drift_monitoring.conftest import both, part


@pytest.fixture
def dice() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def reference(films: Sample) -> Sample:
    return part(films, 0, 300)


@pytest.fixture
def batch(films: Sample) -> Sample:
    return part(films, 300, 600)


@pytest.fixture
def mixed(films: Sample, tickets: Sample) -> Sample:
    return both(part(films, 300, 400), part(tickets, 0, 25))


def test_texts_of_one_kind_pass(reference: Sample, batch: Sample, dice: np.random.Generator) -> None:
    answers = [
        inputs.length(reference, batch),
        inputs.tokens(reference, batch, dice),
        inputs.unknown_words(reference, batch, dice),
        inputs.language(reference, batch, dice),
    ]
    assert [answer.name for answer in answers if answer.p_value < 0.001] == []


def test_longer_texts_are_seen(reference: Sample, batch: Sample) -> None:
    found = inputs.length(reference, replace(batch, lengths=batch.lengths * 2))
    assert found.p_value < 1e-6
    before, now = (int(np.median(sample.lengths)) for sample in (reference, batch))
    assert f"more than {2 * now:,} characters; in the reference more than {before:,}" in found.sentence


def test_other_words_are_seen(reference: Sample, mixed: Sample, dice: np.random.Generator) -> None:
    assert inputs.tokens(reference, mixed, dice).p_value == 0.001
    assert inputs.unknown_words(reference, mixed, dice).p_value < 1e-6


@pytest.mark.slow
def test_the_p_value_of_the_tokens_is_a_rank(films: Sample) -> None:
    """Under permutation the p-values of batches that are dealt from one heap are spread over 0 to 1."""
    found = []
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(120)
        dealt = [replace(films, tokens=[films.tokens[place] for place in half]) for half in (order[:60], order[60:])]
        one, other = (replace(part(sample, 0, 60), tokens=sample.tokens) for sample in dealt)
        found.append(inputs.tokens(one, other, np.random.default_rng(seed)).p_value)
    assert 0.25 < np.mean(found) < 0.75
    assert min(found) >= 0.001


def test_another_language_is_seen(reference: Sample, batch: Sample, dice: np.random.Generator) -> None:
    english = replace(reference, languages=["en"] * 298 + ["nl", "sv"])
    german = replace(batch, languages=["en"] * 270 + ["de"] * 30)
    found = inputs.language(english, german, dice)
    assert found.p_value == 0.001
    assert "de 10.0%, before 0.0%" in found.sentence
    assert inputs.language(english, replace(batch, languages=["en"] * 297 + ["fr", "it", "da"]), dice).p_value > 0.05


def test_texts_without_words_and_tokens_are_compared(reference: Sample, dice: np.random.Generator) -> None:
    silent = replace(reference, texts=[""] * 300, tokens=[[]] * 300, lengths=np.zeros(300, dtype=np.int64))
    assert inputs.length(reference, silent).p_value < 1e-6
    assert inputs.tokens(reference, silent, dice).p_value <= 1
    assert inputs.unknown_words(reference, silent, dice).p_value > 0.5
    assert inputs.tokens(silent, silent, dice).p_value == 1
    assert inputs.unknown_words(silent, silent, dice).p_value > 0.3


def test_new_tokens_are_those_of_the_other_domain(films: Sample, mixed: Sample) -> None:
    new = inputs.new_tokens(films, mixed, 5)
    assert 0 < len(new) <= 5
    assert not {token for text in films.tokens for token in text} & set(new)
    assert inputs.new_tokens(films, films, 5) == []
