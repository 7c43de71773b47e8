import errno

import pytest

from components.fine_tuning.disk import as_os_errors


def test_an_os_error_in_a_text_comes_out_as_one() -> None:
    with pytest.raises(OSError, match="No space left") as caught, as_os_errors():
        raise ValueError("I/O error: No space left on device (os error 28)")
    assert caught.value.errno == errno.ENOSPC


def test_an_os_error_in_the_context_comes_out_as_one() -> None:
    error = RuntimeError("unexpected pos 704 vs 598")
    error.__context__ = OSError(errno.ENOSPC, "full")  # as torch leaves it
    with pytest.raises(OSError, match="No space left") as caught, as_os_errors():
        raise error
    assert caught.value.errno == errno.ENOSPC


def test_any_other_error_goes_through() -> None:
    with pytest.raises(ValueError, match="a defect"), as_os_errors():
        raise ValueError("a defect")
