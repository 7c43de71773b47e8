"""Looking for garbage rarely."""

import subprocess
import sys
import textwrap


def test_a_process_looks_rarely_and_not_at_all_when_it_ends() -> None:
    code = """
        import atexit, gc
        from components.contracts.garbage import collect_rarely

        looks = []
        gc.callbacks.append(lambda phase, info: looks.append(phase))
        atexit.register(lambda: print(gc.get_freeze_count() > 1000))  # after what is registered later
        collect_rarely()
        looks.clear()
        kept = [[] for _ in range(50_000)]
        print(looks)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert ended.stdout == "[]\nTrue\n", ended.stderr
