import threading

import pytest

from components.contracts.faults import Unavailable
from pipelines import preset
from pipelines.kubeflow.api import Kubeflow
from pipelines.kubeflow.connect import connect
from pipelines.kubeflow.cron import read_cron
from pipelines.kubeflow.schedules import schedule, schedules, unschedule
from pipelines.kubeflow.submit import Version, ensure_experiment, ensure_version, package
from tests.pipelines.kubeflow.conftest import Bessemer
from tests.pipelines.kubeflow.kfp_api import KubeflowApi
from tests.pipelines.kubeflow.test_cron import NOW


def cron(text: str) -> object:
    return read_cron(text, NOW)


@pytest.fixture
def server(host: str) -> Kubeflow:
    return connect(host, "team")


@pytest.fixture
def place(server: Kubeflow) -> tuple[Version, str]:
    """A version of the pipeline and an experiment, both there."""
    with package() as compiled:
        return ensure_version(server, compiled), ensure_experiment(server, "tries")


def crons(api: KubeflowApi) -> list[str]:
    return [run["trigger"]["cron_schedule"]["cron"] for run in api.recurring_runs.values()]


def test_a_preset_is_scheduled_with_its_arguments(api: KubeflowApi, bessemer: Bessemer) -> None:
    done = bessemer("schedule", "smoke", "--cron", "0 3 * * 1", "--set", "fine_tuning.epochs=2")
    assert done.exit_code == 0, done.output
    (run,) = api.recurring_runs.values()
    assert run["trigger"] == {"cron_schedule": {"cron": "0 0 3 * * 1"}}
    assert run["runtime_config"]["parameters"] == preset.load("smoke", ["fine_tuning.epochs=2"]).arguments()
    assert run["pipeline_version_reference"]["pipeline_version_id"] in api.versions
    assert (run["mode"], run["max_concurrency"], run["no_catchup"]) == ("ENABLE", "1", True)
    assert "smoke is scheduled: Kubeflow has it as '0 0 3 * * 1', seconds first" in done.output
    assert "next Monday" in done.output


def test_the_same_again_changes_nothing(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1")
    before = dict(api.recurring_runs)
    done = bessemer("schedule", "smoke", "--cron", "0 3 * * 1")
    assert "smoke is unchanged" in done.output
    assert api.recurring_runs == before


def test_a_change_leaves_one_and_is_never_without_one(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1")
    api.requests.clear()
    done = bessemer("schedule", "smoke", "--cron", "30 4 * * 2")
    assert "smoke is changed" in done.output
    assert crons(api) == ["0 30 4 * * 2"]
    changes = [line.partition(" ")[0] for line in api.requests if "recurringruns" in line and "GET" not in line]
    assert changes == ["POST", "DELETE"]


@pytest.mark.slow
def test_other_settings_and_a_pause_are_changes_too(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1")
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1", "--set", "fine_tuning.epochs=2")
    (run,) = api.recurring_runs.values()
    assert run["runtime_config"]["parameters"]["settings"]["fine_tuning"]["epochs"] == 2
    run["status"] = "DISABLED"
    assert "  paused" in bessemer("schedules").output
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1", "--set", "fine_tuning.epochs=2")
    assert [run["status"] for run in api.recurring_runs.values()] == ["ENABLED"]


@pytest.mark.slow
def test_a_preset_is_either_built_or_retrained_by_its_schedule(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1")
    done = bessemer("schedule", "smoke", "--cron", "0 3 * * 1", "--retrain")
    assert "smoke is changed" in done.output
    (run,) = api.recurring_runs.values()
    assert run["runtime_config"]["parameters"] == preset.load("smoke").arguments()
    (listed,) = bessemer("schedules").output.splitlines()
    assert "retrain-model" in listed
    assert "smoke is unchanged" in bessemer("schedule", "smoke", "--cron", "0 3 * * 1", "--retrain").output
    assert bessemer("unschedule", "smoke").output == "smoke is no longer scheduled\n"
    assert not api.recurring_runs


def test_several_at_once_leave_one(api: KubeflowApi, server: Kubeflow, place: tuple[Version, str]) -> None:
    chosen = preset.load("smoke")
    together = threading.Barrier(4)

    def change(minute: int) -> None:
        together.wait()
        schedule(server, *place, chosen, cron(f"{minute} 3 * * 1"))

    threads = [threading.Thread(target=change, args=(minute,)) for minute in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.recurring_runs) == 1
    assert crons(api)[0] in {f"0 {minute} 3 * * 1" for minute in range(4)}


def test_a_change_that_breaks_off_keeps_a_schedule_and_the_next_one_clears_up(
    api: KubeflowApi, server: Kubeflow, place: tuple[Version, str]
) -> None:
    chosen = preset.load("smoke")
    assert schedule(server, *place, chosen, cron("0 3 * * 1")) == "scheduled"
    (first,) = api.recurring_runs
    api.failures[f"DELETE /apis/v2beta1/recurringruns/{first}"] = (503, "no healthy upstream")
    with pytest.raises(Unavailable):
        schedule(server, *place, chosen, cron("0 4 * * 1"))
    assert crons(api) == ["0 0 3 * * 1", "0 0 4 * * 1"]
    api.failures.clear()
    assert schedule(server, *place, chosen, cron("0 4 * * 1")) == "unchanged"
    assert crons(api) == ["0 0 4 * * 1"]


@pytest.mark.slow
def test_presets_do_not_disturb_each_other_nor_what_others_scheduled(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1")
    (ours,) = api.recurring_runs.values()
    api.keep(api.recurring_runs, "recurring_run_id", {**ours, "pipeline_version_reference": {"pipeline_id": "another"}})
    bessemer("schedule", "intent", "--cron", "0 4 * * 1")
    bessemer("schedule", "smoke", "--cron", "0 5 * * 1")
    assert crons(api) == ["0 0 3 * * 1", "0 0 4 * * 1", "0 0 5 * * 1"]
    listed = [line.split()[:6] for line in bessemer("schedules").output.splitlines()]
    assert listed == [["intent", "0", "4", "*", "*", "1"], ["smoke", "0", "5", "*", "*", "1"]]


def test_unscheduling(api: KubeflowApi, bessemer: Bessemer) -> None:
    bessemer("schedule", "smoke", "--cron", "0 3 * * 1")
    bessemer("schedule", "intent", "--cron", "0 3 * * 1")
    assert bessemer("unschedule", "smoke").output == "smoke is no longer scheduled\n"
    assert [run["display_name"] for run in api.recurring_runs.values()] == ["bessemer-intent"]
    done = bessemer("unschedule", "smoke")
    assert done.exit_code == 65
    assert done.stderr == "the preset smoke: found no schedule; expected a preset that is scheduled, such as intent.\n"


def test_where_nothing_was_ever_submitted_nothing_is_scheduled(server: Kubeflow, bessemer: Bessemer) -> None:
    assert schedules(server) == []
    assert "Nothing is scheduled" in bessemer("schedules").output
    done = bessemer("unschedule", "smoke")
    assert done.exit_code == 65
    assert "none is" in done.stderr


def test_both_of_a_change_that_broke_off_are_unscheduled(
    api: KubeflowApi, server: Kubeflow, place: tuple[Version, str]
) -> None:
    schedule(server, *place, preset.load("smoke"), cron("0 3 * * 1"))
    (ours,) = api.recurring_runs.values()
    api.keep(api.recurring_runs, "recurring_run_id", ours)
    unschedule(server, "smoke")
    assert not api.recurring_runs


def test_an_invalid_cron_is_refused_before_anything_is_sent(api: KubeflowApi, bessemer: Bessemer) -> None:
    done = bessemer("schedule", "smoke", "--cron", "0 25 * * 8")
    assert done.exit_code == 65
    assert len(done.stderr.splitlines()) == 2
    assert api.requests == []
