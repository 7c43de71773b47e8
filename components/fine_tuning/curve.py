"""The training curve: loss and validation metrics over the steps, as a picture and as a page."""

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from components.contracts.page import LOOK
from components.fine_tuning.history import History

_SMOOTHING = 0.9
"""How much of the smoothed loss carries over from one step to the next (exponential moving average)."""


@dataclass(frozen=True)
class Ink:
    """The colours of one drawing; the ground is that of our pages."""

    ground: str
    text: str
    grid: str
    raw: str
    loss: str
    held_out: str
    kept: str


LIGHT = Ink("#fff", "#24292f", "#d8dee4", "#9ecae1", "#0b63b0", "#c2410c", "#57606a")
DARK = Ink("#14191f", "#e6edf3", "#30363d", "#2f5f86", "#6cb6ff", "#f0883e", "#9198a1")


def draw_curve(history: History, kept_step: int, score: str, ink: Ink) -> Figure:
    """Return a figure of two panels over the optimizer steps: loss above, the validation score below.

    Args:
        history: rows with `loss`, `validation_loss` and `validation_<score>`.
        kept_step: the step whose weights were kept.
        score: the metric that weights are judged by, a share from 0 to 1.
        ink: the colours.

    """
    figure = Figure(figsize=(7, 6.4), layout="constrained", facecolor=ink.ground)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    steps, loss = history.series("loss")
    above.plot(steps, loss, color=ink.raw, linewidth=0.8, label="training, each step")
    above.plot(steps, _smooth(loss), color=ink.loss, linewidth=2, label="training, smoothed")
    above.plot(*history.series("validation_loss"), "o-", color=ink.held_out, linewidth=2, label="validation")
    above.set_ylabel("loss (cross-entropy, nats)")
    above.set_ylim(bottom=0)

    at, values = history.series(f"validation_{score}")
    percent = [100 * value for value in values]
    below.plot(at, percent, "o-", color=ink.held_out, linewidth=2, label="validation")
    kept = percent[at.index(kept_step)]
    side = "right" if kept_step > max(steps) / 2 else "left"
    offset = (-10, -18) if side == "right" else (10, -18)
    below.annotate(f"{kept:.1f} % kept", (kept_step, kept), offset, textcoords="offset points", ha=side)
    below.margins(y=0.35)
    below.set_ylabel(f"{score.replace('_', ' ')} (%)")
    below.set_xlabel("optimizer step")
    for axes in (above, below):
        axes.axvline(kept_step, color=ink.kept, linewidth=1.2, linestyle="--", label="kept weights")
        _dress(axes, ink)
    above.legend(frameon=False, labelcolor=ink.text)
    return figure


def _dress(axes: Axes, ink: Ink) -> None:
    axes.patch.set_alpha(0)
    axes.grid(color=ink.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(ink.grid)
    axes.tick_params(colors=ink.text)
    for text in (axes.xaxis.label, axes.yaxis.label, *axes.texts):
        text.set_color(ink.text)


def _smooth(values: Sequence[float]) -> list[float]:
    smooth: list[float] = []
    for value in values:
        smooth.append(_SMOOTHING * smooth[-1] + (1 - _SMOOTHING) * value if smooth else value)
    return smooth


def curve_png(history: History, kept_step: int, score: str, ink: Ink) -> bytes:
    """Return the drawing as a PNG file."""
    buffer = io.BytesIO()
    draw_curve(history, kept_step, score, ink).savefig(buffer, format="png", dpi=150, metadata={"Software": None})
    return buffer.getvalue()


def curve_page(light: bytes, dark: bytes, facts: dict[str, str]) -> str:
    """Return a page of one file with the curve, light or dark as the reader's screen is, and a table of `facts`.

    Args:
        light: the PNG in `LIGHT`.
        dark: the PNG in `DARK`.
        facts: texts by name.

    """
    rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(facts[name])}</td></tr>" for name in facts)
    return _PAGE.format(look=LOOK, light=_data_uri(light), dark=_data_uri(dark), rows=rows)


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Training curve</title>
<style>
{look}
body {{ max-width: 46rem; }}
img {{ width: 100%; height: auto; }}
th, td {{ text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid var(--line); }}
th {{ font-weight: 500; }}
</style>
</head>
<body>
<h1>Training curve</h1>
<picture>
<source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">
<img src="{light}" alt="Training loss, validation loss and validation score over the optimizer steps">
</picture>
<table>{rows}</table>
</body>
</html>
"""
