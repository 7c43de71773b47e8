"""One recurring run a preset, of whichever pipeline. The API can neither change one nor keep a second one away.

So a change makes the new one first, and then deletes every other of the preset: whatever breaks it off, the preset is
still scheduled, and the next call clears up. Of several calls at once the newest recurring run stays: each call looks
after its own is there, so that the last one to look sees all of them.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from kfp_server_api import (
    RecurringRunMode,
    V2beta1CronSchedule,
    V2beta1RecurringRun,
    V2beta1RuntimeConfig,
    V2beta1Trigger,
)

from components.contracts.faults import BadInput, Fault
from pipelines.kubeflow.api import Kubeflow, Missing
from pipelines.kubeflow.cron import Cron
from pipelines.kubeflow.submit import Version, find_pipeline, in_namespace
from pipelines.preset import Preset

SCHEDULED = ("build-model", "retrain-model")
"""The pipelines that recurring runs are of, as their graphs name them."""
_PREFIX = "bessemer-"


@dataclass(frozen=True)
class Schedule:
    """A recurring run of ours."""

    id: str
    preset: str
    pipeline: str
    """What it runs, as its graph is named."""
    cron: str
    """As Kubeflow Pipelines has it, seconds first."""
    enabled: bool
    since: datetime


def schedule(
    server: Kubeflow, version: Version, experiment_id: str, preset: Preset, cron: Cron
) -> Literal["scheduled", "changed", "unchanged"]:
    """Let a preset run as often as `cron` says, and return what had to be done for that.

    Raises:
        BadInput: the server refuses.
        Unavailable: the server does not answer; what was scheduled before still is.

    """
    wanted = V2beta1RecurringRun(
        display_name=_PREFIX + preset.name,
        description=f"Preset {preset.name}, scheduled by Bessemer.",
        experiment_id=experiment_id,
        pipeline_version_reference=version.reference,
        runtime_config=V2beta1RuntimeConfig(parameters=preset.arguments()),
        trigger=V2beta1Trigger(cron_schedule=V2beta1CronSchedule(cron=cron.with_seconds)),
        mode=_ENABLE,
        max_concurrency="1",
        no_catchup=True,  # what was missed is not made up for: it would train the same model several times
    )
    before = _of_preset(server, preset.name)
    if before and _same(before[-1], wanted):
        done: Literal["scheduled", "changed", "unchanged"] = "unchanged"
    else:
        done = "changed" if before else "scheduled"
        server.call(server.recurring_runs.recurring_run_service_create_recurring_run, wanted)
    for older in _of_preset(server, preset.name)[:-1]:
        _delete(server, older.recurring_run_id)
    return done


def schedules(server: Kubeflow) -> list[Schedule]:
    """Return what is scheduled in the server's namespace.

    Raises:
        BadInput: the server refuses.
        Unavailable: the server does not answer.

    """
    return [
        Schedule(
            run.recurring_run_id,
            run.display_name.removeprefix(_PREFIX),
            pipeline,
            run.trigger.cron_schedule.cron,
            run.status == "ENABLED",
            run.created_at,
        )
        for run, pipeline in sorted(_ours(server), key=lambda ours: str(ours[0].display_name))
    ]


def unschedule(server: Kubeflow, preset: str) -> None:
    """Delete a preset's recurring run.

    Raises:
        BadInput: the preset is not scheduled, or the server refuses.
        Unavailable: the server does not answer.

    """
    scheduled = schedules(server)
    if preset not in {each.preset for each in scheduled}:
        others = ", ".join(sorted({each.preset for each in scheduled}))
        expected = f"a preset that is scheduled, such as {others}" if others else "a preset that is scheduled: none is"
        raise BadInput(Fault(f"the preset {preset}", "no schedule", expected))
    for each in scheduled:
        if each.preset == preset:
            _delete(server, each.id)


_ENABLE = RecurringRunMode.ENABLE


def _ours(server: Kubeflow) -> Iterator[tuple[Any, str]]:
    """Yield the recurring runs of our pipelines, and which one each is of; others may be called the same."""
    pipelines = {find_pipeline(server, name): name for name in SCHEDULED}
    listing = server.recurring_runs.recurring_run_service_list_recurring_runs
    for run in server.all(listing, "recurring_runs", **in_namespace(server)):
        reference = run.pipeline_version_reference
        if run.display_name.startswith(_PREFIX) and reference and reference.pipeline_id in pipelines:
            yield run, pipelines[reference.pipeline_id]


def _of_preset(server: Kubeflow, preset: str) -> list[Any]:
    """Return a preset's recurring runs, the newest last; the id decides between those of the same second."""
    runs = [run for run, _ in _ours(server) if run.display_name == _PREFIX + preset]
    return sorted(runs, key=lambda run: (run.created_at, run.recurring_run_id))


def _same(there: Any, wanted: V2beta1RecurringRun) -> bool:
    """Whether a recurring run that is there does what is wanted; a paused one does not."""
    return bool(
        there.status == "ENABLED"
        and there.trigger.cron_schedule.cron == wanted.trigger.cron_schedule.cron
        and there.pipeline_version_reference == wanted.pipeline_version_reference
        and there.experiment_id == wanted.experiment_id
        and there.runtime_config.parameters == wanted.runtime_config.parameters
    )


def _delete(server: Kubeflow, recurring_run_id: str) -> None:
    with suppress(Missing):  # another call at the same time was faster
        server.call(server.recurring_runs.recurring_run_service_delete_recurring_run, recurring_run_id)
