"""Tasks that are forks: what they find, how they end, and what becomes of the servers."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from pipelines.forking import CLIENT, LIGHT, LONG_IMPORTS

REAL_PYTHON = sys.executable
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tasks are forked on Linux alone")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The program that kfp.local would start; the servers are forks of a process like the one that runs a pipeline.

    Temporary files lie deeper than a socket's path may be long.
    """
    code = """
        import sys
        from pipelines.forking import forking_tasks
        real = sys.executable
        with forking_tasks("build_model"):
            print(sys.executable, flush=True)
            sys.stdin.read()
        assert sys.executable == real
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = {**os.environ, "TMPDIR": str(tmp_path_factory.mktemp("deep" * 25))}
    process = subprocess.Popen([REAL_PYTHON, "-c", textwrap.dedent(code)], text=True, env=environment, **pipes)  # type: ignore[call-overload]
    yield process.stdout.readline().strip()
    process.communicate("", timeout=60)
    assert process.returncode == 0


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """Where a module named `task` goes: into the folder that the task runs in."""
    return tmp_path / "task.py"


def run(python: str, code: str, module: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return finish(start(python, code, module, *arguments, **more))


def start(python: str, code: str, module: Path, *arguments: str, **more: str) -> "subprocess.Popen[str]":
    module.write_text(textwrap.dedent(code))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    words = [python, "-m", "task", *arguments]
    return subprocess.Popen(words, text=True, cwd=module.parent, env={**os.environ, **more}, **pipes)  # type: ignore[call-overload,no-any-return]


def finish(process: "subprocess.Popen[str]", said: str = "") -> "subprocess.CompletedProcess[str]":
    out, err = process.communicate(said, timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_a_task_finds_what_a_python_of_its_own_would_give_it(python: str, module: Path) -> None:
    code = """
        import json, os, sys
        print("heard", sys.stderr.write("a word"), file=sys.stderr)
        print(json.dumps([sys.argv[1:], os.getcwd(), os.environ["COLOUR"], "OTHER" in os.environ, sys.executable]))
    """
    ended = run(python, code, module, "one", "two words", COLOUR="grün")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == [["one", "two words"], str(module.parent), "grün", False, REAL_PYTHON]
    assert ended.stderr == "a wordheard 6\n"


@pytest.mark.parametrize(
    ("code", "exit_code", "said"),
    [
        ("raise SystemExit(65)", 65, ""),
        ("raise SystemExit('no such thing')", 1, "no such thing"),
        ("raise SystemExit", 0, ""),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("import os; os.kill(os.getpid(), 9)", 137, ""),
        ("import os; os._exit(3)", 3, ""),
    ],
)
def test_the_client_ends_as_the_task_ends(python: str, module: Path, code: str, exit_code: int, said: str) -> None:
    ended = run(python, code, module)
    assert ended.returncode == exit_code
    assert said in ended.stderr


def test_a_task_reads_what_it_is_given(python: str, module: Path) -> None:
    process = start(python, "import sys; print([line.strip() for line in sys.stdin])", module)
    assert finish(process, "one\ntwo\n").stdout == "['one', 'two']\n"


def test_what_one_task_changes_the_next_does_not_see(python: str, module: Path) -> None:
    code = """
        import os, sys, kfp
        print(hasattr(kfp, "spoiled"), "MARK" in os.environ)
        kfp.spoiled = os.environ["MARK"] = "yes"
    """
    assert [run(python, code, module).stdout for _ in range(2)] == ["False False\n"] * 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "word", ["fine_tune", "select_candidate", "components.evaluation.measure", "one fine_tune two"]
)
def test_a_task_is_a_fork_of_the_server_that_imports_for_it(python: str, module: Path, word: str) -> None:
    code = "import os; print(os.getppid())"
    examples = ("evaluate_candidate", "ingest_data", "validate_data")
    torch, light, validation = (run(python, code, module, name).stdout for name in examples)
    assert len({torch, light, validation}) == 3
    expected = torch if word in ("fine_tune", "components.evaluation.measure") else light
    assert run(python, code, module, word).stdout == expected


def test_tasks_run_side_by_side(python: str, module: Path) -> None:
    code = """
        import pathlib, sys, time
        mine, other = map(pathlib.Path, sys.argv[1:])
        mine.touch()
        while not other.exists():
            time.sleep(0.01)
    """
    pair = [start(python, code, module, *names) for names in (("a", "b"), ("b", "a"))]
    assert [finish(process).returncode for process in pair] == [0, 0]


def test_ctrl_c_ends_the_task_and_not_the_server(python: str, module: Path) -> None:
    code = """
        import os, time
        print(os.getpid(), flush=True)
        time.sleep(60)
    """
    process = start(python, code, module)
    assert process.stdout
    os.kill(int(process.stdout.readline()), signal.SIGINT)
    ended = finish(process)
    assert (ended.returncode, ended.stderr) == (130, "")
    assert run(python, "print('still here')", module).stdout == "still here\n"


def test_a_client_that_is_killed_while_it_asks_harms_nobody(python: str, module: Path) -> None:
    for server in (LIGHT, *LONG_IMPORTS):
        with socket.socket(socket.AF_UNIX) as half_way:
            with chdir(Path(python).parent):
                half_way.connect(server)
            socket.send_fds(half_way, [b'{"arguments": ["-m", "th'], [0, 1, 2])
    assert run(python, "print('still here')", module).stdout == "still here\n"


def test_a_task_that_starts_processes_sees_how_they_end(python: str, module: Path) -> None:
    code = "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'raise SystemExit(7)']).returncode)"
    assert run(python, code, module).stdout == "7\n"


def test_without_its_server_a_client_says_so(tmp_path: Path) -> None:
    command = [REAL_PYTHON, str(CLIENT), str(tmp_path / "socket"), "-m", "this"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 137
    assert ended.stderr.startswith("the process that tasks are forked from: found")


@pytest.mark.slow
def test_nobody_waits_for_a_server_that_is_gone(tmp_path: Path) -> None:
    code = """
        import os, subprocess, sys
        from pipelines.forking import forking_tasks
        with forking_tasks("build_model"):
            path = f"{sys.argv[1]}/task.py"
            print("import os; os.kill(os.getppid(), 9)", file=open(path, "w"))
            ask = [sys.executable, "-m", "task", "fine_tune"]
            subprocess.run(ask, cwd=sys.argv[1])
            print(subprocess.run(ask, cwd=sys.argv[1]).returncode)
    """
    command = [REAL_PYTHON, "-c", textwrap.dedent(code), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.stdout == "137\n", ended.stderr
    assert "the process that tasks are forked from: found" in ended.stderr


@pytest.mark.slow
def test_the_servers_end_when_the_run_is_killed(tmp_path: Path) -> None:
    code = """
        import subprocess, sys, time
        from pipelines.forking import forking_tasks
        with forking_tasks("build_model"):
            subprocess.run([sys.executable, "-m", "this"], stdout=subprocess.DEVNULL)
            print(open(f"/proc/self/task/{__import__('os').getpid()}/children").read(), flush=True)
            time.sleep(60)
    """
    process = subprocess.Popen([REAL_PYTHON, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    servers = [Path("/proc", pid) for pid in process.stdout.readline().split()]
    assert len(servers) == 1 + len(LONG_IMPORTS)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while any(server.exists() for server in servers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(server.exists() for server in servers)
