"""Whether what goes into the model has changed: lengths, tokens, unknown words, languages."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, mannwhitneyu

from components.drift_monitoring.question import PERMUTATIONS, Answer
from components.drift_monitoring.sample import Sample
from components.drift_monitoring.shares import compare_shares

_WORD = re.compile(r"\w+")
_FEWEST_TEXTS = 3
"""Of a token that is counted: one that stands in fewer texts says nothing."""
_RARE = 0.02
"""Languages with a smaller share of all texts count as one: a short text is often taken for some other."""


def length(reference: Sample, batch: Sample) -> Answer:
    """Compare the texts' lengths by the two-sample Kolmogorov-Smirnov test."""
    found = ks_2samp(reference.lengths, batch.lengths, method="asymp")
    before, now = np.median(reference.lengths), np.median(batch.lengths)
    sentence = f"half of the texts have more than {now:,.0f} characters; in the reference more than {before:,.0f}"
    return Answer("length", "input", "Kolmogorov-Smirnov distance", found.statistic, found.pvalue, sentence)


def tokens(reference: Sample, batch: Sample, dice: np.random.Generator) -> Answer:
    """Compare how often each token stands in the texts: Jensen-Shannon distance, its p-value by permuting texts."""
    counts = _counts([*reference.tokens, *batch.tokens])
    is_batch = np.repeat([0.0, 1.0], [len(reference), len(batch)])
    distances = [_distance(counts, is_batch)]
    distances += [_distance(counts, dice.permutation(is_batch)) for _ in range(PERMUTATIONS)]
    p_value = float(np.mean(np.array(distances) >= distances[0]))
    seen = {token for text in reference.tokens for token in text}
    new = sum(token not in seen for text in batch.tokens for token in text)
    share = new / max(sum(map(len, batch.tokens)), 1)
    sentence = f"{share:.1%} of the tokens stand nowhere in the reference; the others' shares are compared"
    return Answer("tokens", "input", "Jensen-Shannon distance", distances[0], p_value, sentence)


def unknown_words(reference: Sample, batch: Sample, dice: np.random.Generator) -> Answer:
    """See whether the batch's texts hold more unknown words, by the Mann-Whitney test of their share in a text.

    One half of the reference says which words are known, the other half is what the batch is compared with: so both are
    strangers to the first, and the test is exact.
    """
    words = [_WORD.findall(text.casefold()) for text in reference.texts]
    order = dice.permutation(len(words))
    known = {word for place in order[: len(words) // 2] for word in words[place]}
    before = _unknown_shares([words[place] for place in order[len(words) // 2 :]], known)
    now = _unknown_shares([_WORD.findall(text.casefold()) for text in batch.texts], known)
    found = mannwhitneyu(now, before, alternative="greater", method="asymptotic")
    larger = found.statistic / (len(now) * len(before))
    sentence = (
        f"{now.mean():.1%} of a text's words are not among those of one half of the reference; "
        f"{before.mean():.1%} in its other half"
    )
    return Answer("unknown_words", "input", "chance to have more", larger, found.pvalue, sentence)


def language(reference: Sample, batch: Sample, dice: np.random.Generator) -> Answer:
    """Compare the languages' shares."""
    total = Counter([*reference.languages, *batch.languages])
    common = {name for name, count in total.items() if count >= _RARE * total.total()}
    before, now = ([name if name in common else "others" for name in sample.languages] for sample in (reference, batch))
    return compare_shares("language", "input", before, now, dice)


def new_tokens(reference: Sample, batch: Sample, most: int) -> list[int]:
    """Return the ids of the tokens that most of the batch's texts hold and none of the reference's does."""
    seen = {token for text in reference.tokens for token in text}
    new = Counter(token for text in batch.tokens for token in set(text) if token not in seen)
    return [token for token, texts in new.most_common(most) if texts >= _FEWEST_TEXTS]


def _counts(texts: Sequence[Sequence[int]]) -> csr_array:
    """Return how often each token stands in each text, as (texts, tokens), of tokens that are not rare."""
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    _, places = np.unique(np.concatenate([np.asarray(text, dtype=np.int64) for text in texts]), return_inverse=True)
    counts = csr_array((np.ones(len(places)), (rows, places)), shape=(len(texts), int(places.max(initial=-1)) + 1))
    counts.sum_duplicates()
    return counts[:, np.flatnonzero((counts > 0).sum(axis=0) >= _FEWEST_TEXTS)]


def _distance(counts: csr_array, is_batch: NDArray[np.float64]) -> float:
    now = is_batch @ counts
    before = counts.sum(axis=0) - now
    if not (now.any() and before.any()):
        return float(now.any() or before.any())
    return float(jensenshannon(before, now))


def _unknown_shares(texts: Sequence[Sequence[str]], known: set[str]) -> NDArray[np.float64]:
    """Return the share of unknown words in each text; none in a text without words."""
    return np.array([sum(word not in known for word in words) / max(len(words), 1) for words in texts])
