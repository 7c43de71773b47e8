"""How much faster and smaller each recipe makes a tuned model than torch fp32 eager: all in one run, in turns.

    python benchmarks/compression_speed.py TUNED DATASET [--rounds 12] [--threads 2]

TUNED and DATASET are the folders of a tuned model and of its data set, such as a run of the pipeline leaves. Every
round gives each runner a turn, so that whatever else the machine does falls on all of them; a ratio is taken within a
round, and the spread is that of the rounds.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from itertools import chain, cycle, islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from components.compression.compress import compress
from components.compression.config import RECIPES, CompressionSettings
from components.compression.job import Job
from components.compression.rows import validation_rows
from components.compression.torch_model import load_classifier, torch_logits
from components.compression.tuned import read_tuned
from components.contracts.candidate import BASELINE
from components.contracts.onnx_text_classifier import OnnxTextClassifier
from components.contracts.tracking import StepRun

Ids = NDArray[np.int64]
Runner = Callable[[Ids, Ids], NDArray[np.float32]]
SIZES = ((1, 32), (1, 128), (32, 32))
"""(batch, seq); the first is the headline's."""
SECONDS_A_TURN = 0.5


def main() -> None:
    """Build the candidates, measure them, and print a table for Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tuned", type=Path)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    with tempfile.TemporaryDirectory() as place:
        folders = build(given.tuned, given.dataset, Path(place))
        classifier = load_classifier(given.tuned)
        runners: dict[str, Runner] = {"torch fp32 eager": lambda ids, mask: torch_logits(classifier, ids, mask)}
        for recipe, folder in folders.items():
            runners[recipe] = OnnxTextClassifier(folder, given.threads).logits_of_ids
        settings = CompressionSettings()
        rows = validation_rows(Job(given.tuned, read_tuned(given.tuned), given.dataset, settings, Path(place)))
        print(f"threads {given.threads}, rounds {given.rounds}, {SECONDS_A_TURN:g} s a turn\n")
        sizes = {recipe: (folder / "model.onnx").stat().st_size for recipe, folder in folders.items()}
        sizes["torch fp32 eager"] = (given.tuned / "model.safetensors").stat().st_size
        for batch, seq in SIZES:
            ids = np.array(list(islice(cycle(chain.from_iterable(rows.ids)), batch * seq))).reshape(batch, seq)
            report(batch, seq, measure(runners, ids, given.rounds), sizes)


def build(tuned: Path, dataset: Path, place: Path) -> dict[str, Path]:
    """Return the folder of each recipe's candidate, and print what was done."""
    folders = {}
    for recipe in RECIPES:
        if recipe != BASELINE:
            folders[recipe] = place / recipe
            candidate = compress(tuned, dataset, recipe, CompressionSettings(), folders[recipe], StepRun())
            print(f"{recipe}: {candidate.applied}; calibration drop {candidate.calibration_drop:.2f} points")
            print(*(f"  tried: {attempt}" for attempt in candidate.attempts), sep="\n", end="")
    return folders


def measure(runners: dict[str, Runner], ids: Ids, rounds: int) -> dict[str, list[NDArray[np.float64]]]:
    """Return, for each runner, the milliseconds of each call in each round."""
    mask = np.ones_like(ids)
    times: dict[str, list[NDArray[np.float64]]] = {name: [] for name in runners}
    for _ in range(rounds):
        for name, run in runners.items():
            run(ids, mask)
            run(ids, mask)
            calls = []
            end = time.perf_counter() + SECONDS_A_TURN
            while time.perf_counter() < end or len(calls) < 3:
                begun = time.perf_counter()
                run(ids, mask)
                calls.append(1e3 * (time.perf_counter() - begun))
            times[name].append(np.array(calls))
    return times


def report(batch: int, seq: int, times: dict[str, list[NDArray[np.float64]]], sizes: dict[str, int]) -> None:
    """Print p50, p95 and the least over all calls, and the speed-up: the median of the rounds', and that of the leasts.

    On a machine that others use too the least is what the work itself takes; the medians hold the others' share.
    """
    print(f"| batch {batch} x {seq} tokens | p50 ms | p95 ms | least ms | times faster (rounds) | by the least | MB |")
    print("|---|---|---|---|---|---|---|")
    fastest = min(calls.min() for calls in times["torch fp32 eager"])
    reference = np.array([np.median(calls) for calls in times["torch fp32 eager"]])
    for name, rounds in times.items():
        ratios = reference / np.array([np.median(calls) for calls in rounds])
        p50, p95 = np.percentile(np.concatenate(rounds), [50, 95])
        least = np.concatenate(rounds).min()
        spread = f"{np.median(ratios):.2f} ({ratios.min():.2f} to {ratios.max():.2f})"
        size = sizes[name] / 1e6
        print(f"| {name} | {p50:.2f} | {p95:.2f} | {least:.2f} | {spread} | {fastest / least:.2f} | {size:.1f} |")
    print()


if __name__ == "__main__":
    main()
