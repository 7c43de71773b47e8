"""The scorecard contract, and the choice that carries scorecards on."""

from dataclasses import replace
from pathlib import Path

from components.contracts.choice import Choice, Verdict
from components.contracts.folders import read_manifest, write_manifest
from components.contracts.scorecard import Interval, Latency, Machine, Scorecard, Slice


def latency(p50: float, batch: int = 1) -> Latency:
    return Latency(batch, 32, 1, 100, p50, p50 * 1.5, p50 * 2, 1000 / p50)


SCORECARD = Scorecard(
    recipe="int8-dynamic",
    candidate_sha256="0" * 64,
    applied="quantized",
    dataset_sha256="1" * 64,
    split="test",
    rows=80,
    labels=["fresh", "rotten"],
    accuracy=Interval(0.9, 0.85, 0.95, 0.95),
    macro_f1=Interval(0.9, 0.85, 0.95, 0.95),
    calibration_error=0.04,
    confusion=[[40, 4], [4, 32]],
    slices=[Slice("label=fresh", 44, 0.9, 0.9)],
    latency=[latency(2), latency(100, batch=32)],
    reference_latency=[latency(8), latency(100, batch=32)],
    bytes_on_disk=2**20,
    peak_memory_mib=100.0,
    machine=Machine("a processor", 2, 1, "Linux"),
    predictions_sha256="2" * 64,
)


def test_the_speed_up_is_that_of_the_headline_size() -> None:
    assert SCORECARD.speed_up == 4
    assert replace(SCORECARD, latency=[latency(8)]).speed_up == 1


def test_a_choice_reads_back_with_its_scorecards(tmp_path: Path) -> None:
    verdict = Verdict("int8-dynamic", True, ["the fastest"], Interval(0.5, -0.5, 1.5, 0.95), SCORECARD)
    choice = Choice("int8-dynamic", "It is the fastest.", "fastest", {"max_p95_ms": 5}, [verdict])
    write_manifest(tmp_path, choice)
    assert read_manifest(tmp_path, Choice) == choice
