"""The scorecard as a page for people: one self-contained HTML file."""

import base64
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from components.contracts.page import LOOK
from components.contracts.scorecard import Interval, Scorecard

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scorecard: {{ card.recipe }}</title>
<style>
{{ look|safe }}
.figures { display: grid; gap: .75rem; margin: 1.25rem 0;
  grid-template-columns: repeat(auto-fit, minmax(8.4rem, 1fr)); }
.figures div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; font-size: .9rem; }
th:first-child, td:first-child { text-align: left; }
meter { width: 6rem; height: .7rem; vertical-align: middle; }
figure { margin: 0; padding: .5rem; background: #fff; border: 1px solid var(--line); border-radius: .5rem; }
figure img { display: block; margin: auto; max-width: 100%; width: 34rem; }
figure.large img { max-width: none; width: 100%; min-width: 75rem; }
</style>
</head>
<body>
<h1>{{ card.recipe }}</h1>
<p class="soft">{{ card.applied }}</p>
<div class="figures">
  {% for name, measured in (("accuracy", card.accuracy), ("macro F1", card.macro_f1)) %}
  <div>{{ name }}<b>{{ "%.3f"|format(measured.value) }}</b><span class="soft">{{ interval(measured) }}</span></div>
  {% endfor %}
  <div>calibration error<b>{{ "%.3f"|format(card.calibration_error) }}</b><span class="soft">15 bins</span></div>
  <div>p50<b>{{ "%.2f"|format(headline.p50_ms) }} ms</b>
    <span class="soft">{{ headline.batch }} × {{ headline.tokens }} tokens</span></div>
  <div>speed-up<b>{{ "%.1f"|format(card.speed_up) }}×</b><span class="soft">against torch fp32</span></div>
  <div>on disk<b>{{ "%.1f"|format(card.bytes_on_disk / mib) }} MiB</b><span class="soft">peak memory
    {{ "%.0f"|format(card.peak_memory_mib) }} MiB</span></div>
</div>
<p class="soft">{{ "{:,}".format(card.rows) }} rows of the {{ card.split }} split{% if left_out %}; {{ left_out }} more
lack a text or a label{% endif %}. Intervals: percentile bootstrap over rows.</p>

<h2>Confusion matrix</h2>
<figure class="scroll{% if card.labels|length > 12 %} large{% endif %}">
<img alt="Confusion matrix: true labels in rows, predicted labels in columns" src="{{ picture }}"></figure>

<h2>Latency and throughput</h2>
<div class="scroll"><table>
<tr><th>batch × tokens</th><th>p50 ms</th><th>p95 ms</th><th>p99 ms</th><th>rows/s</th><th>calls</th>
<th>reference p50 ms</th><th>speed-up</th></tr>
{% for own, other in sizes %}<tr><td>{{ own.batch }} × {{ own.tokens }}</td><td>{{ "%.2f"|format(own.p50_ms) }}</td>
<td>{{ "%.2f"|format(own.p95_ms) }}</td><td>{{ "%.2f"|format(own.p99_ms) }}</td>
<td>{{ "{:,.0f}".format(own.samples_per_second) }}</td><td>{{ "{:,}".format(own.calls) }}</td>
<td>{{ "%.2f"|format(other.p50_ms) }}</td><td>{{ "%.1f"|format(other.p50_ms / own.p50_ms) }}×</td></tr>
{% endfor %}</table></div>
<p class="soft">{{ card.machine.threads }} threads on {{ card.machine.processor }}, {{ card.machine.system }}. The
reference is the tuned model in torch (fp32, eager), measured in turns with the candidate.</p>

<h2>Slices</h2>
<div class="scroll"><table>
<tr><th>slice</th><th>rows</th><th>accuracy</th><th></th><th>F1</th></tr>
{% for slice in card.slices %}<tr><td>{{ slice.name }}</td><td>{{ "{:,}".format(slice.rows) }}</td>
<td>{{ "%.3f"|format(slice.accuracy) }}</td><td><meter value="{{ slice.accuracy }}"></meter></td>
<td>{{ "%.3f"|format(slice.macro_f1) }}</td></tr>
{% endfor %}</table></div>
<p class="soft">Of a label: its recall, and its own F1 over all rows. Of a length: accuracy and macro F1; special tokens
count.</p>
</body>
</html>
"""


def render_report(card: Scorecard, left_out: int, confusion: Path) -> str:
    """Return the page.

    Args:
        card: what was measured.
        left_out: rows of the split that lack a text or a label.
        confusion: the confusion matrix as PNG; it becomes part of the page.

    """
    picture = "data:image/png;base64," + base64.b64encode(confusion.read_bytes()).decode()
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)
    return page.render(
        look=LOOK,
        card=card,
        headline=card.latency[0],
        interval=_interval,
        left_out=left_out,
        mib=1024 * 1024,
        picture=picture,
        sizes=list(zip(card.latency, card.reference_latency, strict=True)),
    )


def _interval(interval: Interval) -> str:
    return f"{interval.low:.3f}–{interval.high:.3f} ({interval.confidence:.0%})"
