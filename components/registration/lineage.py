"""What a registered version says about itself: its lineage as tags, and what was measured as metrics."""

import os
import re
from collections.abc import Mapping

from components.contracts.model import BaseModel
from components.contracts.registration import CANDIDATE, TUNED_SHA256
from components.contracts.scorecard import Interval, Scorecard
from components.contracts.tracking import StepRun
from components.registration.evidence import Evidence

PARENT = "parent_model"
"""The tag that names the version which was trained further, as `models:/sentiment/1`."""
UNKNOWN_TEXTS = "unknown_texts_of"
"""The tag that names a version before this one, of which nobody knows what it has learned from."""
PIPELINE_RUN = "mlflow_parent_run"
"""The tag that names the MLflow run of the pipeline that registered it."""


def lineage(evidence: Evidence, run: StepRun, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return everything that the model came from, as tags; what is unknown is left out."""
    source, base = evidence.dataset.source, evidence.base
    tags = {
        "recipe": evidence.candidate.recipe,
        "applied": evidence.candidate.applied,
        CANDIDATE: evidence.candidate_sha256,
        TUNED_SHA256: evidence.candidate.tuned_sha256,
        "base_model": base.source,
        "base_revision": base.revision,
        "base_sha256": base.sha256,
        "data_source": source.uri,
        "data_repository": source.repository,
        "data_revision": source.git_revision,
        "data_md5": source.md5,
        "dataset_sha256": evidence.dataset.content_sha256,
        PARENT: _parent(base),
        "preset": str(evidence.asked.get("preset", "")),
        "git_revision": environment.get("BESSEMER_GIT_REVISION", ""),
        "images": environment.get("BESSEMER_IMAGES", ""),
        "pipeline_run": environment.get("BESSEMER_RUN_ID") or environment.get("KFP_RUN_ID", ""),
        PIPELINE_RUN: run.parent_id,
    }
    return {name: value for name, value in tags.items() if value}


def _parent(base: BaseModel) -> str:
    """Return the version that was trained further, whatever alias named it; nothing for other base models."""
    name = re.fullmatch(r"models:/([^/@]+).*", base.source)
    return f"models:/{name[1]}/{base.revision}" if name else ""


def headlines(evidence: Evidence) -> dict[str, str]:
    """Return what was measured, as tags of a version, which has no metrics of its own; the speed-up is over torch."""
    scorecard, headline = evidence.scorecard, evidence.scorecard.latency[0]
    return {
        "accuracy": _with_interval(scorecard.accuracy),
        "p50_ms": f"{headline.p50_ms:.2f}",
        "p95_ms": f"{headline.p95_ms:.2f}",
        "mib": f"{mib(scorecard):.1f}",
        "speed_up": f"{scorecard.speed_up:.2f}",
    }


def parameters(evidence: Evidence) -> dict[str, object]:
    """Return what tells this model from others in a table of runs."""
    return {
        "recipe": evidence.candidate.recipe,
        "applied": evidence.candidate.applied,
        "base_model": evidence.base.source,
        "data_source": evidence.dataset.source.uri,
        "labels": len(evidence.candidate.labels),
        "max_tokens": evidence.candidate.max_tokens,
        "objective": evidence.choice.objective,
        **{f"budget_{name}": limit for name, limit in sorted(evidence.choice.budgets.items())},
    }


def measurements(evidence: Evidence) -> dict[str, float]:
    """Return the chosen scorecard's numbers; latency at the headline size, quality as shares, the drop in points."""
    scorecard, headline = evidence.scorecard, evidence.scorecard.latency[0]
    return {
        "accuracy": scorecard.accuracy.value,
        "accuracy_low": scorecard.accuracy.low,
        "accuracy_high": scorecard.accuracy.high,
        "macro_f1": scorecard.macro_f1.value,
        "macro_f1_low": scorecard.macro_f1.low,
        "macro_f1_high": scorecard.macro_f1.high,
        "quality_drop_points": evidence.verdict.quality_drop.value,
        "calibration_error": scorecard.calibration_error,
        "p50_ms": headline.p50_ms,
        "p95_ms": headline.p95_ms,
        "p99_ms": headline.p99_ms,
        "samples_per_second": headline.samples_per_second,
        "speed_up": scorecard.speed_up,
        "mib": mib(scorecard),
        "peak_memory_mib": scorecard.peak_memory_mib,
    }


def describe(evidence: Evidence) -> str:
    """Return what people read first on the version's page, as Markdown."""
    scorecard, headline = evidence.scorecard, evidence.scorecard.latency[0]
    return (
        f"**{evidence.candidate.recipe}** of `{evidence.base.source}`. {evidence.choice.why}\n\n"
        f"- accuracy {_with_interval(scorecard.accuracy)} on {scorecard.rows} {scorecard.split} rows\n"
        f"- p50 {headline.p50_ms:.1f} ms, p95 {headline.p95_ms:.1f} ms at batch {headline.batch}, "
        f"{headline.tokens} tokens, threads: {headline.threads}; {scorecard.speed_up:.1f} times as fast as torch\n"
        f"- {mib(scorecard):.1f} MiB; {evidence.candidate.applied}\n"
    )


def mib(scorecard: Scorecard) -> float:
    """Return the size of the candidate on disk, in MiB."""
    return scorecard.bytes_on_disk / 2**20


def _with_interval(interval: Interval) -> str:
    return f"{interval.value:.4f} [{interval.low:.4f}, {interval.high:.4f}] at {interval.confidence * 100:g} %"
