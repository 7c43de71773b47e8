"""Peak memory of data ingestion as the data set grows, beside pandas.read_csv of the same file.

`python benchmarks/ingestion_memory.py` writes a CSV of 5,000,000 rows into a temporary folder, and its first 50,000 and
500,000 rows beside it; then it ingests each (checked, split, written as Parquet) and, as the peer, only reads each with
pandas, every time in a process of its own. The peak is the kernel's own count (VmHWM of /proc/self/status).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS = (50_000, 500_000, 5_000_000)
SEED = 20261123
_CHUNK_ROWS = 100_000


def generate(folder: Path, sizes: tuple[int, ...]) -> None:
    """Write `<rows>.csv` for each size: columns id, text of 14 words on average, label of two."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as csv

    dice = np.random.default_rng(SEED)
    letters = np.array(list("etaoinshrdlucmfw"))
    words = ["".join(dice.choice(letters, size)) for size in dice.integers(2, 10, 5000)]
    halves = [pa.array([" ".join(dice.choice(words, dice.integers(2, 13))) for _ in range(20_000)]) for _ in range(2)]
    labels = pa.array(["negative", "positive"])
    schema = pa.schema({"id": pa.int64(), "text": pa.string(), "label": pa.string()})
    writers = {size: csv.CSVWriter(folder / f"{size}.csv", schema) for size in sizes}
    for start in range(0, max(sizes), _CHUNK_ROWS):
        count = min(_CHUNK_ROWS, max(sizes) - start)
        picked = [half.take(pa.array(dice.integers(0, len(half), count))) for half in halves]
        chunk = pa.record_batch(
            {
                "id": pa.array(np.arange(start, start + count)),
                "text": pc.binary_join_element_wise(*picked, " "),
                "label": labels.take(pa.array(dice.integers(0, 2, count))),
            },
            schema=schema,
        )
        for size, writer in writers.items():
            if size > start:
                writer.write_batch(chunk.slice(0, size - start))
    for writer in writers.values():
        writer.close()


def ingest_rows(path: Path) -> None:
    """Run the room on `path`."""
    from components.contracts.settings import read_settings
    from components.contracts.tracking import StepRun
    from components.data_ingestion.config import DataIngestionSettings
    from components.data_ingestion.ingest import ingest
    from components.data_ingestion.resolve import resolve

    settings = read_settings(DataIngestionSettings, {"source": str(path)}, "data_ingestion")
    ingest(resolve(settings), settings, path.with_suffix(".dataset"), StepRun())


def read_with_pandas(path: Path) -> None:
    """Only read `path`."""
    import pandas

    assert len(pandas.read_csv(path)) == int(path.stem)


SUBJECTS: dict[str, Callable[[Path], None]] = {"ingestion": ingest_rows, "pandas.read_csv": read_with_pandas}


def measure(subject: str, path: Path) -> None:
    """Print the peak memory in MiB, the wall time and the processor time in seconds of one subject, as JSON."""
    started = time.monotonic()
    SUBJECTS[subject](path)
    seconds, cpu_seconds = time.monotonic() - started, time.process_time()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(json.dumps({"mib": int(status["VmHWM"].split()[0]) / 1024, "seconds": seconds, "cpu": cpu_seconds}))


def measured(subject: str, path: Path) -> dict[str, float]:
    """Return what `measure` prints in a process of its own."""
    command = [sys.executable, __file__, "--measure", subject, "--file", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", choices=SUBJECTS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS, help="the sizes (default: %(default)s)")
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure, arguments.file)
        return
    sizes = tuple(sorted(arguments.rows))
    with tempfile.TemporaryDirectory() as temporary:
        generate(Path(temporary), sizes)
        print("| rows | CSV, MiB | ingestion: peak MiB | wall s | CPU s | pandas: peak MiB | wall s | CPU s | peaks |")
        print("|---|---|---|---|---|---|---|---|---|")
        peaks = []
        for size in sizes:
            path = Path(temporary) / f"{size}.csv"
            own, peer = (measured(subject, path) for subject in SUBJECTS)
            peaks.append((own["mib"], peer["mib"]))
            print(
                f"| {size:,} | {path.stat().st_size / 2**20:,.0f} | {own['mib']:,.0f} | {own['seconds']:.1f} "
                f"| {own['cpu']:.1f} | {peer['mib']:,.0f} | {peer['seconds']:.1f} | {peer['cpu']:.1f} "
                f"| x {own['mib'] / peer['mib']:.2f} |",
                flush=True,
            )
    growth = [last / first for first, last in zip(peaks[0], peaks[-1], strict=True)]
    times = sizes[-1] / sizes[0]
    print(f"\nFrom {sizes[0]:,} to {sizes[-1]:,} rows (x {times:,.0f}), peak memory grew:")
    print(f"ingestion x {growth[0]:.2f}, pandas.read_csv x {growth[1]:.2f}")


if __name__ == "__main__":
    main()
