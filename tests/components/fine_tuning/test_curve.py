from components.contracts.tracking import StepRun
from components.fine_tuning.curve import DARK, LIGHT, curve_page, curve_png, draw_curve
from components.fine_tuning.history import History


def some_history() -> History:
    history = History(StepRun())
    for step in range(1, 41):
        history.add(step, {"loss": 1 / step})
        if step % 10 == 0:
            history.add(step, {"validation_loss": 1.1 / step, "validation_accuracy": 0.5 + step / 100})
    return history


def test_the_axes_say_what_they_show() -> None:
    above, below = draw_curve(some_history(), 30, "accuracy", LIGHT).axes
    assert above.get_ylabel() == "loss (cross-entropy, nats)"
    assert below.get_ylabel() == "accuracy (%)"
    assert below.get_xlabel() == "optimizer step"
    assert [text.get_text() for text in below.texts] == ["80.0 % kept"]


def test_the_picture_is_a_png_and_always_the_same() -> None:
    one, same, other = (curve_png(some_history(), 10, "accuracy", ink) for ink in (LIGHT, LIGHT, DARK))
    assert one.startswith(b"\x89PNG")
    assert one == same != other


def test_the_page_escapes_what_it_is_given() -> None:
    page = curve_page(b"light", b"dark", {"base model": "<script>alert(1)</script>"})
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "prefers-color-scheme: dark" in page
