import os
import signal
import threading

import pytest

from components.fine_tuning.interrupts import held_back


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_noted_and_the_second_ends(number: int) -> None:
    before = signal.getsignal(number)
    with held_back() as asked:
        assert not asked.to_end
        os.kill(os.getpid(), number)
        assert asked.to_end
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_outside_the_main_thread_nothing_is_held_back() -> None:
    seen: list[bool] = []

    def work() -> None:
        with held_back() as asked:
            seen.append(asked.to_end)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
