"""The choice as a page for people: one self-contained HTML file."""

import base64
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from components.contracts.choice import BUDGET_UNITS, Choice
from components.contracts.page import LOOK
from components.contracts.scorecard import Interval
from components.selection.table import rows

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ heading }}</title>
<style>
{{ look|safe }}
:root { --chosen: var(--good); --qualifies: var(--bar); --rejected: var(--bad); --reference: var(--soft); }
body { max-width: 66rem; }
figure { margin: 1.5rem 0; padding: .5rem; overflow-x: auto; background: #fff; border: 1px solid var(--line);
  border-radius: .5rem; }
figure img { display: block; width: 100%; min-width: 38rem; }
table { width: 100%; }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; font-size: .9rem; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:first-child { font-weight: 600; white-space: normal; overflow-wrap: anywhere; }
td .soft { display: block; }
tr.chosen td { background: color-mix(in srgb, var(--chosen) 10%, transparent); }
.outcome { font-weight: 600; }
{% for word in ("chosen", "qualifies", "rejected", "reference") %}.{{ word }} .outcome { color: var(--{{ word }}); }
{% endfor %}
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; }
@media (max-width: 48rem) {
  thead { display: none; }
  table, tbody, tr, td { display: block; }
  tr { border: 1px solid var(--line); border-radius: .5rem; margin-bottom: .75rem; padding: .5rem .75rem; }
  td, td:first-child { border: 0; padding: .1rem 0; display: flex; justify-content: space-between; text-align: right; }
  tr.chosen td { background: none; }
  tr.chosen { border-color: var(--chosen); border-width: 2px; }
  td::before { content: attr(data-name); color: var(--soft); font-weight: 400; }
  td .soft { display: inline; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
}
</style>
</head>
<body>
<h1>{{ heading }}</h1>
<p>{{ choice.why }}</p>
<figure><img alt="Accuracy against latency of each candidate, with the budgets" src="{{ picture }}"></figure>

<h2>Candidates</h2>
<table>
<thead><tr><th>candidate</th><th>accuracy</th><th>macro F1</th><th>p50 ms</th><th>p95 ms</th><th>rows/s</th><th>MiB</th>
<th>speed-up</th><th>points lost</th><th>verdict</th></tr></thead>
<tbody>
{% for row in rows %}<tr class="{{ row.outcome }}">
<td data-name="candidate">{{ row.recipe }}</td>
<td data-name="accuracy"><span>{{ "%.3f"|format(row.accuracy.value) }}
<span class="soft">{{ span(row.accuracy, 3) }}</span></span></td>
<td data-name="macro F1">{{ "%.3f"|format(row.macro_f1) }}</td>
<td data-name="p50 ms">{{ "%.2f"|format(row.p50_ms) }}</td>
<td data-name="p95 ms">{{ "%.2f"|format(row.p95_ms) }}</td>
<td data-name="rows/s">{{ "{:,.0f}".format(row.samples_per_second) }}</td>
<td data-name="MiB">{{ "%.1f"|format(row.mib) }}</td>
<td data-name="speed-up">{{ "%.1f"|format(row.speed_up) }}×</td>
<td data-name="points lost"><span>{{ "%.1f"|format(row.quality_drop.value) }}
<span class="soft">{{ span(row.quality_drop, 1) }}</span></span></td>
<td data-name="verdict" class="outcome">{{ row.outcome }}</td>
</tr>
{% endfor %}</tbody>
</table>
<p class="soft">{{ "{:,}".format(card.rows) }} rows of the {{ card.split }} split. Latency and speed-up at
{{ headline.batch }} × {{ headline.tokens }} tokens, rows/s at the size where it is best. The speed-up is against the
tuned model in torch fp32, measured in turns with the candidate. Points lost: paired bootstrap against the baseline.</p>

<h2>Why</h2>
<dl>
{% for row in rows %}<dt>{{ row.recipe }}</dt><dd>{{ row.reasons|join("; ") }}</dd>
{% endfor %}</dl>

<h2>Budgets</h2>
<dl>
{% for name, limit in choice.budgets.items() %}<dt>{{ name }}</dt><dd>{{ "%g"|format(limit) }} {{ units[name] }}</dd>
{% endfor %}<dt>objective</dt><dd>{{ choice.objective }}</dd>
</dl>
</body>
</html>
"""


def render_report(choice: Choice, frontier: Path) -> str:
    """Return the page.

    Args:
        choice: what was decided.
        frontier: the picture as PNG; it becomes part of the page.

    """
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)
    card = choice.verdicts[0].scorecard
    return page.render(
        look=LOOK,
        card=card,
        choice=choice,
        heading=f"Chosen: {choice.chosen}" if choice.chosen else "Nothing is within the budgets",
        headline=card.latency[0],
        picture="data:image/png;base64," + base64.b64encode(frontier.read_bytes()).decode(),
        rows=rows(choice),
        span=_span,
        units=BUDGET_UNITS,
    )


def _span(interval: Interval, digits: int) -> str:
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"
