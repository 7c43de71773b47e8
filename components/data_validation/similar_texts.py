"""Held-out texts that are almost a text of an earlier split: MinHash finds them, exact counting confirms them."""

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from datasketch import MinHash, MinHashLSH

from components.contracts.dataset import SPLITS
from components.data_validation.lengths import SCANNED_CHARACTERS
from components.data_validation.rows import Integers, Rows
from components.data_validation.same_texts import NONE, Relation, SameTexts

_PERMUTATIONS = 64
_WEIGHTS = (0.02, 0.98)
"""Of false and missed candidates: a false one costs a comparison, a missed one is a leak that nobody sees."""
_DOUBT = 0.2
"""How far below the bound an estimate may lie and still be counted exactly: three of its standard deviations."""
_EAST_ASIAN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(f"[{_EAST_ASIAN}]|[^\\W{_EAST_ASIAN}]+")
"""A word; in scripts that put no space between words, a character."""
Shingles = npt.NDArray[np.uint32]
"""The 32-bit hashes of a text's pairs of neighbouring words, sorted, each once."""


def find_similar_texts(
    rows: Rows, normal_forms: Sequence[str | None], same: SameTexts, min_similarity: float
) -> Relation:
    """Return for each held-out row its similarity to the first row of an earlier split that is almost the same.

    Similarity is the Jaccard index of the sets of word pairs; it is 0 where no earlier row reaches `min_similarity`,
    and NaN in train and for blank texts. Equal texts are left to exact comparison. Candidates come from MinHash with
    locality-sensitive hashing (Broder 1997; `datasketch`), which finds 95 % of the pairs at `min_similarity` and more
    of the closer ones. Each text is looked at once a split, and is done once found, however many copies there are.
    """
    first = _first_places(rows.split, same.group)
    places = np.unique(first[first != NONE])
    held_out = places[rows.split[places] > 0]
    index = _Index([shingles_of(normal_forms[place]) for place in held_out], min_similarity)
    value = np.where((rows.split > 0) & (first != NONE), 0.0, np.nan)
    other = np.full(len(rows), NONE, dtype=np.int64)
    for place in places[rows.split[places] < len(SPLITS) - 1]:
        shingles = shingles_of(normal_forms[place])
        sketch = index.sketch(shingles)
        numbers = index.candidates(sketch)
        later = held_out[numbers]
        numbers = numbers[(rows.split[later] > rows.split[place]) & (same.group[later] != same.group[place])]
        for number, similarity in index.similar(numbers, shingles, sketch):
            value[held_out[number]], other[held_out[number]] = similarity, place
    return Relation(np.where(first == NONE, value, value[first]), np.where(first == NONE, other, other[first]))


def _first_places(split: Integers, group: Integers) -> Integers:
    """Return for each row the place of the first row of its split with the same text; `NONE` for blank texts."""
    _, first, inverse = np.unique(np.stack([split, group]), axis=1, return_index=True, return_inverse=True)
    return np.where(group == NONE, NONE, first[inverse.ravel()])


class _Index:
    """Texts by number, and which of them are similar to another; one that was found is not found again."""

    def __init__(self, texts: Sequence[Shingles], min_similarity: float) -> None:
        self._min_similarity = min_similarity
        self._permutations = MinHash(_PERMUTATIONS, scheme="affine32").permutations
        self._texts = texts
        self._buckets = MinHashLSH(min_similarity, _PERMUTATIONS, weights=_WEIGHTS)
        self._hashes = np.zeros((len(texts), _PERMUTATIONS), np.uint32)
        for number, shingles in enumerate(texts):
            sketch = self.sketch(shingles)
            self._hashes[number] = sketch.hashvalues
            if shingles.size:
                self._buckets.insert(number, sketch)

    def sketch(self, shingles: Shingles) -> MinHash:
        sketch = MinHash(_PERMUTATIONS, hashfunc=int, permutations=self._permutations, scheme="affine32")
        if shingles.size:
            sketch.update_batch(shingles)
        return sketch

    def candidates(self, sketch: MinHash) -> Integers:
        """Return the numbers of the texts that share a bucket with `sketch`, sorted."""
        return np.sort(np.array(self._buckets.query(sketch), dtype=np.int64))

    def similar(self, numbers: Integers, shingles: Shingles, sketch: MinHash) -> list[tuple[int, float]]:
        """Return those of `numbers` that reach the bound, with their similarity."""
        estimates = (self._hashes[numbers] == sketch.hashvalues).mean(axis=1)
        found = []
        for number in map(int, numbers[estimates >= self._min_similarity - _DOUBT]):
            similarity = jaccard(shingles, self._texts[number])
            if similarity >= self._min_similarity:
                self._buckets.remove(number)
                found.append((number, similarity))
        return found


def shingles_of(form: str | None) -> Shingles:
    """Return the shingles of a text in its normal form; of a single word, the word itself."""
    found = _WORD.findall((form or "")[:SCANNED_CHARACTERS])
    pairs = [f"{first} {second}" for first, second in pairwise(found)] or found
    return np.unique(np.fromiter((zlib.crc32(pair.encode()) for pair in pairs), np.uint32, len(pairs)))


def jaccard(one: Shingles, other: Shingles) -> float:
    """Return the size of what two sets share over the size of what they hold together; 0 for empty ones."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / max(1, len(one) + len(other) - shared)
