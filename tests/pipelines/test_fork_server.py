"""What a server imports, and when."""

import subprocess
import sys
import textwrap

import pytest

from pipelines.fork_server import IMPORTS, Task, _component, _later
from pipelines.jobs import graph_of


def task(component: str) -> Task:
    return Task(["-m", "kfp.dsl.executor_main", "--function_to_execute", component], "", {}, ())


LOOKUPS = {"resolve_settings", "resolve_data", "resolve_model", "resolve_registry", "resolve_contest", "resolve_batch"}
BUILD = IMPORTS["build_model"]


@pytest.mark.parametrize("pipeline", IMPORTS)
def test_every_component_that_works_is_prepared_for(pipeline: str) -> None:
    executors = graph_of(pipeline).pipeline_spec.deployment_spec["executors"]
    names = {executor["container"]["args"][-1] for executor in executors.values()}
    assert set(IMPORTS[pipeline]) == names - LOOKUPS


def test_only_what_comes_later_is_imported_ahead() -> None:
    assert _component(task("select_candidate"), BUILD) == "select_candidate"
    assert "components.registration.register" in _later("select_candidate", BUILD, set(BUILD))
    early = {"components.fine_tuning.tune", "components.evaluation.evaluate"}
    assert not early & set(_later("select_candidate", BUILD, set(BUILD)))
    assert early <= set(_later("ingest_data", BUILD, set(BUILD)))


def test_a_server_imports_ahead_for_its_own_components_alone() -> None:
    assert _later("ingest_data", BUILD, {"fine_tune"}) == BUILD["fine_tune"]


def test_a_look_up_needs_nothing() -> None:
    assert _component(task("resolve_data"), BUILD) is None


@pytest.mark.slow
def test_what_is_imported_ahead_starts_no_thread_that_a_fork_would_miss() -> None:
    modules = sorted({module for modules in BUILD.values() for module in modules})
    code = """
        import importlib, sys, threading
        from components.contracts.step import quiet_libraries
        quiet_libraries()
        for module in sys.argv[1:]:
            importlib.import_module(module)
        print([thread.name for thread in threading.enumerate()])
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code), *modules], capture_output=True, text=True)
    assert ended.stdout == "['MainThread']\n", ended.stderr
