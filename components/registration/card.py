"""The model card: what people and hub tools read first, as Markdown below metadata that Hugging Face's hub knows."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from components.contracts.candidate import Candidate
from components.contracts.choice import BUDGET_UNITS
from components.contracts.model import BaseModel
from components.contracts.registration import Registration
from components.contracts.scorecard import Interval, Scorecard
from components.registration.config import RegistrationSettings
from components.registration.evidence import Evidence
from components.registration.lineage import UNKNOWN_TEXTS, headlines, mib
from components.registration.markdown import bullets, code, plain, table


def model_card(
    evidence: Evidence, settings: RegistrationSettings, registration: Registration, spent: Mapping[str, float]
) -> str:
    """Return the card of the chosen candidate.

    Args:
        evidence: what was measured, and on what.
        settings: its description, its licence and its language.
        registration: its name, its version and its lineage.
        spent: the wall time of each step that worked in this run, in seconds.

    """
    sections = [
        f"# {plain(registration.name)}, version {registration.version}",
        *([plain(settings.description)] if settings.description else []),
        plain(evidence.choice.why),
        *_what_it_is(evidence, settings.license),
        *_data(evidence),
        *_training(evidence, registration.tags.get(UNKNOWN_TEXTS, "")),
        *_compression(evidence),
        *_quality(evidence.scorecard),
        *_speed(evidence),
        *_limits(evidence),
        *_spent(evidence, spent),
        *_lineage(registration, evidence),
    ]
    metadata = _metadata(evidence, settings).to_yaml()
    return str(ModelCard(f"---\n{metadata}\n---\n\n" + "\n\n".join(sections) + "\n"))


def _metadata(evidence: Evidence, settings: RegistrationSettings) -> ModelCardData:
    """Return what hub tools read; what is unknown is left out.

    They take `base_model` and `datasets` for names on the hub. The data's source is none, so it stands in the results.
    """
    card, source = evidence.scorecard, evidence.dataset.source
    measured = [("accuracy", "accuracy", card.accuracy), ("f1", "macro F1", card.macro_f1)]
    return ModelCardData(
        base_model=evidence.base.source if _is_on_the_hub(evidence.base) else None,
        language=settings.language or None,
        library_name="onnx",
        license=settings.license.lower() or None,
        metrics=[kind for kind, _, _ in measured],
        model_name=settings.name,
        pipeline_tag=evidence.candidate.task,
        tags=[evidence.candidate.task, "onnx", evidence.candidate.recipe, "bessemer"],
        eval_results=[
            EvalResult(
                task_type=evidence.candidate.task,
                dataset_type=source.uri,
                dataset_name=Path(source.uri).name,
                dataset_split=card.split,
                dataset_revision=source.git_revision or source.md5,
                metric_type=kind,
                metric_name=name,
                metric_value=round(interval.value, 4),
            )
            for kind, name, interval in measured
        ],
    )


def _is_on_the_hub(base: BaseModel) -> bool:
    """Return whether the model came from the hub, whose revisions are commits; other sources have longer hashes."""
    return ":" not in base.source and re.fullmatch(r"[0-9a-f]{40}", base.revision) is not None


def _what_it_is(evidence: Evidence, licence: str) -> Iterator[str]:
    labels, base = evidence.candidate.labels, evidence.base
    yield "## What it is"
    yield (
        f"A {evidence.candidate.task} model in ONNX: one text in, one of {len(labels)} labels out, with a probability "
        f"for each. It is {code(base.source)} ({base.architecture}, {base.parameters:,} parameters), fine-tuned and "
        "compressed."
    )
    yield f"Labels: {', '.join(map(code, labels))}."
    yield f"Licence: {code(licence)}." if licence else "Licence: none is named. `registration.license` says one."


def _data(evidence: Evidence) -> Iterator[str]:
    data = evidence.dataset
    yield "## Data"
    yield table(["split", "rows"], [[split, f"{file.rows:,}"] for split, file in data.splits.items()])
    left_out = [f"{rows:,} ({reason.replace('_', ' ')})" for reason, rows in data.left_out.items() if rows]
    yield f"From {code(data.source.uri)}." + (f" Rows left out: {', '.join(left_out)}." if left_out else "")


def _training(evidence: Evidence, unknown: str) -> Iterator[str]:
    tuned = evidence.tuned
    reached = ", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in tuned.validation.items())
    yield "## Training"
    yield (
        f"{tuned.steps:,} optimizer steps in {tuned.precision}, seed {tuned.seed}, {tuned.training_seconds:.0f} s; "
        f"texts are cut at {tuned.max_tokens} tokens. On the validation split: {reached}."
    )
    if unknown:
        yield (
            f"Before, {code(unknown)} learned from texts of which there is no record: a promotion cannot leave those "
            "out of the rows that it compares on."
        )


def _compression(evidence: Evidence) -> Iterator[str]:
    candidate = evidence.candidate
    yield "## Compression"
    yield f"Recipe {code(candidate.recipe)}: {plain(candidate.applied)}. {_checked(candidate)}".strip()
    if candidate.attempts:
        yield "Tried before:"
        yield bullets(map(plain, candidate.attempts))


def _checked(candidate: Candidate) -> str:
    if not candidate.parity:
        return ""
    return (
        f"Its logits differ from torch's by at most {candidate.parity.max_difference:.2g} over "
        f"{candidate.parity.rows:,} rows."
    )


def _quality(card: Scorecard) -> Iterator[str]:
    yield "## Quality"
    unseen = ", which training never saw" if card.split == "test" else ", by which training was judged as well"
    yield f"On {card.rows:,} rows of the {card.split} split{unseen}:"
    rows = [
        ["accuracy", f"{card.accuracy.value:.4f}", _span(card.accuracy)],
        ["macro F1", f"{card.macro_f1.value:.4f}", _span(card.macro_f1)],
        ["calibration error", f"{card.calibration_error:.4f}", ""],
    ]
    yield table(["metric", "value", f"{card.accuracy.confidence:.0%} interval"], rows)
    yield "### Slices"
    slices = [
        [code(each.name), f"{each.rows:,}", f"{each.accuracy:.3f}", f"{each.macro_f1:.3f}"] for each in card.slices
    ]
    yield table(["slice", "rows", "accuracy", "F1"], slices)


def _speed(evidence: Evidence) -> Iterator[str]:
    card = evidence.scorecard
    yield "## Speed and size"
    rows = [
        [f"{size.batch} × {size.tokens}", f"{size.p50_ms:.2f}", f"{size.p95_ms:.2f}", f"{size.samples_per_second:,.0f}"]
        for size in card.latency
    ]
    yield table(["batch × tokens", "p50 ms", "p95 ms", "rows/s"], rows)
    yield (
        f"{card.speed_up:.1f} times as fast as the tuned model in torch fp32, {mib(card):.1f} MiB on disk, "
        f"{card.peak_memory_mib:.0f} MiB at the peak; {card.machine.threads} threads on "
        f"{plain(card.machine.processor)}."
    )


def _limits(evidence: Evidence) -> Iterator[str]:
    card, drop = evidence.scorecard, evidence.verdict.quality_drop
    weakest = min(card.slices, key=lambda each: each.accuracy, default=None)
    budgets = [f"{name} {limit:g} {BUDGET_UNITS[name]}" for name, limit in evidence.choice.budgets.items()]
    yield "## Limits"
    yield bullets(
        [
            f"Texts beyond {evidence.candidate.max_tokens} tokens are cut.",
            "It knows no label but those above: a text about something else gets one of them, too.",
            f"Compression costs {drop.value:.1f} points of accuracy ({_span(drop, 1)}) against the tuned model.",
            *(
                [f"It is weakest on {code(weakest.name)}: {weakest.accuracy:.3f} of {weakest.rows:,} rows."]
                if weakest
                else []
            ),
            f"It was chosen within these budgets: {'; '.join(budgets)}.",
        ]
    )


def _spent(evidence: Evidence, spent: Mapping[str, float]) -> Iterator[str]:
    tuned = evidence.tuned
    machine = " on {threads} threads of {processor}, {device}".format(**tuned.made_with) if tuned.made_with else ""
    yield "## Time and energy"
    yield (
        plain(f"Training took {tuned.training_seconds:,.0f} s{machine}.")
        + " Energy was not metered, so neither it nor any emission is stated."
    )
    if spent:
        yield table(["step", "wall time"], [[code(step), f"{seconds:,.1f} s"] for step, seconds in spent.items()])
        yield "A step that is not in this table was unchanged: an earlier run did its work."


def _lineage(registration: Registration, evidence: Evidence) -> Iterator[str]:
    told_above = {"applied", *headlines(evidence)}
    tags = {name: value for name, value in registration.tags.items() if name not in told_above}
    images = json.loads(tags.pop("images", "{}"))
    tags |= {f"image of {room}": image for room, image in images.items()}
    rows = [[name.replace("_", " "), code(value)] for name, value in tags.items()]
    yield "## Lineage"
    yield table(["what", "which"], rows)
    overrides = evidence.asked.get("overrides")
    if overrides:
        yield f"What was asked for otherwise than the preset {code(str(evidence.asked['preset']))} says:"
        yield table(["setting", "value"], [[code(name), code(value)] for name, value in _flat(overrides)])


def _flat(overrides: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each setting as `room.key` with its value as JSON."""
    for name, given in overrides.items():
        inside = {f"{name}.{key}": value for key, value in given.items()} if isinstance(given, dict) else {name: given}
        yield from ((key, json.dumps(value, ensure_ascii=False)) for key, value in inside.items())


def _span(interval: Interval, digits: int = 4) -> str:
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"
