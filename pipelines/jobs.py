"""What a run on this machine is asked for: a graph, its arguments, and the steps that it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipelines.preset import Preset

if TYPE_CHECKING:
    from kfp.dsl.graph_component import GraphComponent

GRAPHS = ("build_model", "promote_model", "retrain_model", "monitor_model")
"""The pipelines, each a module of its name."""

Place = tuple[str, str]
"""A step: its room, and what tells it from others of the same room."""


@dataclass(frozen=True)
class Job:
    """One run of one graph."""

    pipeline: str
    """The graph `pipelines.<pipeline>.<pipeline>`."""
    title: str
    """What it is about; the MLflow experiment has this name."""
    arguments: Mapping[str, Any]
    steps: Sequence[Place]
    """What is shown, in the order of the way of the data."""
    sources: Sequence[str] = field(default_factory=tuple)
    """What may be paths of this machine, which a container has to see."""


def build_job(preset: Preset) -> Job:
    """Return the run that takes a preset to the registry."""
    return Job("build_model", preset.name, preset.arguments(), build_steps(preset.measured), preset.sources())


def promote_job(name: str, version: str, settings: Mapping[str, Any], dry_run: bool = False) -> Job:
    """Return the run that decides whether a version becomes the champion, or only says what it would decide."""
    arguments = {"name": name, "version": version, "settings": dict(settings), "dry_run": dry_run}
    return Job("promote_model", f"{name} promotions", arguments, PROMOTE_STEPS)


def retrain_job(preset: Preset, forced: str = "") -> Job:
    """Return the run that builds and promotes a preset again if there is a reason, or for that of somebody's own."""
    promoting = [place for place in PROMOTE_STEPS if place != ("data_ingestion", "")]  # which building has done
    steps = [("retraining", "reason"), *build_steps(preset.measured), *promoting]
    return Job("retrain_model", preset.name, {**preset.arguments(), "forced": forced}, steps, preset.sources())


def monitor_job(name: str, texts: str, version: str, columns: tuple[str, str], settings: Mapping[str, Any]) -> Job:
    """Return the run that compares a batch of fresh texts with what a version was measured on.

    Args:
        name: the registered model's.
        texts: the file, here or at `s3://bucket/key`.
        version: its number; empty for the champion, else the challenger.
        columns: those with the texts and with the labels; the second may be empty.
        settings: the section drift_monitoring.

    """
    text_column, label_column = columns
    arguments = {"name": name, "texts": texts, "version": version, "settings": dict(settings)}
    arguments |= {"text_column": text_column, "label_column": label_column}
    steps = [("drift_monitoring", ""), ("drift_monitoring", "announcement")]
    return Job("monitor_model", f"{name} monitoring", arguments, steps, [texts])


PROMOTE_STEPS = [
    ("data_ingestion", ""),
    ("promotion", "contenders"),
    ("evaluation", "contenders"),
    ("gating", ""),
    ("promotion", ""),
]
"""The steps of `pipelines.promote_model.promote_model`."""


def build_steps(recipes: Sequence[str]) -> list[Place]:
    """Return the steps of `pipelines.build_model.build`."""
    first = ("data_ingestion", "model_ingestion", "data_validation", "fine_tuning")
    each = [(room, recipe) for recipe in recipes for room in ("compression", "evaluation")]
    return [*((room, "") for room in first), *each, ("selection", ""), ("reporting", ""), ("registration", "")]


def graph_of(pipeline: str) -> "GraphComponent":
    """Return a graph by its name."""
    graph: GraphComponent = getattr(import_module(f"pipelines.{pipeline}"), pipeline)
    return graph
