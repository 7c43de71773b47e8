"""The decision as a page for people: one self-contained HTML file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined

from components.contracts.comparison import Comparison, Measured
from components.contracts.decision import Check, Decision
from components.contracts.page import LOOK
from components.gating import picture
from components.gating.explain import about_rows
from components.gating.limits import MIB
from components.gating.points import above

_SLICE = "slice."
_HEADINGS = {
    "passed": "passes the gate",
    "failed": "does not pass the gate",
    "undecided": "does not pass: too few rows to decide",
}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
{{ look|safe }}
.passed { --tone: var(--good); }
.failed { --tone: var(--bad); }
.undecided { --tone: var(--warn); }
.noted { --tone: var(--soft); }
h1 b, .verdict { color: var(--tone); }
.verdict { font-weight: 600; white-space: nowrap; }
.name { min-width: 9.5rem; }
figure { margin: 1.25rem 0; }
figcaption { color: var(--soft); font-size: .9rem; }
svg { display: block; width: 100%; max-width: 30rem; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.worse { fill: color-mix(in srgb, var(--bad) 12%, transparent); }
.margin { stroke: var(--bad); stroke-dasharray: 5 3; }
svg .margin-name { fill: var(--bad); }
.grid { stroke: var(--line); }
.zero { stroke: var(--soft); }
.interval { stroke: var(--tone); stroke-width: 2.5; }
circle { fill: var(--tone); }
table { width: 100%; }
th, td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 500; font-size: .9rem; }
.numbers th + th, .numbers td + td { text-align: right; white-space: nowrap; }
.numbers td:first-child { overflow-wrap: normal; }
.numbers td:last-child, .numbers th:last-child { padding-right: 0; }
.numbers .soft { display: block; }
@media (max-width: 30rem) {
  .checks thead { display: none; }
  .checks, .checks tbody, .checks tr, .checks td { display: block; }
  .checks tr { border-bottom: 1px solid var(--line); padding: .45rem 0; }
  .checks td { border: 0; padding: 0; }
  .checks td.verdict { float: right; padding-left: .8rem; }
  .checks td.name { font-size: .9rem; color: var(--soft); }
  .numbers .wide { display: none; }
}
@media print { body { max-width: none; padding: 0; } tr { break-inside: avoid; } }
</style>
</head>
<body class="{{ decision.verdict }}">
<h1>{{ decision.name }}, version {{ decision.challenger }}: <b>{{ heading }}</b></h1>
{% for sentence in told %}<p>{{ sentence }}</p>
{% endfor %}
{% if drawn %}<figure>
<svg viewBox="0 0 {{ at.WIDTH }} {{ at.HEIGHT }}" role="img" aria-label="{{ caption }}">
<rect class="worse" x="{{ at.LEFT }}" y="{{ at.TOP }}" width="{{ drawn.margin - at.LEFT }}"
 height="{{ at.BOTTOM - at.TOP }}"/>
{% for place, text in drawn.ticks %}<line class="grid" x1="{{ place }}" x2="{{ place }}" y1="{{ at.TOP }}"
 y2="{{ at.BOTTOM }}"/><text x="{{ place }}" y="{{ at.BOTTOM + 15 }}" text-anchor="middle">{{ text }}</text>
{% endfor %}<line class="zero" x1="{{ drawn.zero }}" x2="{{ drawn.zero }}" y1="{{ at.TOP }}" y2="{{ at.BOTTOM }}"/>
<line class="margin" x1="{{ drawn.margin }}" x2="{{ drawn.margin }}" y1="{{ at.TOP }}" y2="{{ at.BOTTOM }}"/>
<text class="margin-name" x="{{ drawn.margin }}" y="{{ at.TOP - 8 }}" text-anchor="end">margin</text>
<text x="{{ drawn.zero }}" y="{{ at.TOP - 8 }}">equal</text>
<line class="interval" x1="{{ drawn.low }}" x2="{{ drawn.high }}" y1="{{ at.MIDDLE }}" y2="{{ at.MIDDLE }}"/>
<line class="interval" x1="{{ drawn.low }}" x2="{{ drawn.low }}" y1="{{ at.MIDDLE - 6 }}" y2="{{ at.MIDDLE + 6 }}"/>
<line class="interval" x1="{{ drawn.high }}" x2="{{ drawn.high }}" y1="{{ at.MIDDLE - 6 }}" y2="{{ at.MIDDLE + 6 }}"/>
<circle cx="{{ drawn.value }}" cy="{{ at.MIDDLE }}" r="5"/>
<text x="{{ at.RIGHT }}" y="{{ at.BOTTOM + 28 }}" text-anchor="end">points of accuracy, challenger above champion</text>
</svg>
<figcaption>{{ caption }}</figcaption>
</figure>{% endif %}

<h2>Checks</h2>
<table class="checks">
<thead><tr><th>verdict</th><th>check</th><th>found</th></tr></thead>
<tbody>
{% for check in checks %}<tr class="{{ check.verdict }}"><td class="verdict">{{ check.verdict }}</td>
<td class="name">{{ check.name.replace(".", ".\u200b") }}</td><td>{{ check.sentence }}</td></tr>
{% endfor %}</tbody>
</table>

{% if slices %}<h2>Slices</h2>
<p class="soft">Accuracy on parts of the rows. One that is significantly worse stands against the challenger: McNemar's
exact test, one-sided, at an alpha of {{ "%g"|format(decision.alpha) }} over all tested slices together (Holm).</p>
<div class="scroll"><table class="numbers">
<thead><tr><th>slice</th><th>rows</th><th class="wide">champion</th><th class="wide">challenger</th>
<th>points</th><th>p</th><th>verdict</th></tr></thead>
<tbody>
{% for slice in slices %}<tr class="{{ slice.check.verdict }}"><td>{{ slice.name }}</td>
<td>{{ "{:,}".format(slice.rows) }}</td>
<td class="wide">{{ "%.3f"|format(slice.champion) }}</td><td class="wide">{{ "%.3f"|format(slice.challenger) }}</td>
<td>{{ above(100 * (slice.challenger - slice.champion)) }}</td>
<td>{{ "%.2g"|format(slice.check.p_value) if slice.check.p_value is not none else "" }}</td>
<td class="verdict">{{ slice.check.verdict }}</td></tr>
{% endfor %}</tbody>
</table></div>{% endif %}

<h2>What was measured</h2>
<div class="scroll"><table class="numbers">
<thead><tr><th></th>
{% for role, model in models %}<th>{{ role }}<br>version {{ model.version }}</th>{% endfor %}</tr></thead>
<tbody>
{% for name, values in measured %}<tr><td>{{ name }}</td>
{%- for value, span in values %}<td>{{ value }}{% if span %}<span class="soft">{{ span }}</span>{% endif %}</td>
{% endfor %}</tr>
{% endfor %}</tbody>
</table></div>
<p class="soft">{{ "{:,}".format(comparison.rows) }} rows of the {{ comparison.split }} split
{{- ", the same for both" if comparison.champion }}
{%- if comparison.seen_rows %}; {{ "{:,}".format(comparison.seen_rows) }} were left out, because one of the two has
learned from them{% endif %}. Latency at {{ headline.batch }} × {{ headline.tokens }} tokens with
{{ headline.threads }} threads, on {{ comparison.machine.processor }}, {{ comparison.machine.cores }} cores. The
decision stands on the comparison with SHA-256 <code>{{ decision.comparison_sha256[:12] }}</code>.</p>
</body>
</html>
"""


@dataclass(frozen=True)
class _SliceRow:
    name: str
    rows: int
    champion: float
    challenger: float
    check: Check


def render_page(decision: Decision, comparison: Comparison) -> str:
    """Return the page.

    Args:
        decision: what was decided.
        comparison: what it stands on.

    """
    models = [("challenger", comparison.challenger)]
    models += [("champion", comparison.champion)] if comparison.champion else []
    difference = decision.difference
    heading = _HEADINGS[decision.verdict]
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)
    return page.render(
        above=above,
        at=picture,
        caption=_caption(decision),
        checks=[check for check in decision.checks if not check.name.startswith(_SLICE)],
        comparison=comparison,
        decision=decision,
        drawn=picture.draw_difference(difference, decision.margin_points) if difference else None,
        heading=heading,
        headline=comparison.challenger.latency[0],
        look=LOOK,
        measured=list(_measured([model for _, model in models])),
        models=models,
        slices=list(_slices(decision, comparison)),
        title=f"{decision.name}, version {decision.challenger}: {heading}",
        told=[decision.why, *about_rows(decision)],
    )


def _caption(decision: Decision) -> str:
    if decision.difference is None:
        return ""
    interval = decision.difference
    return (
        f"{above(interval.value)} points of accuracy, {interval.confidence:.0%} interval {above(interval.low)} to "
        f"{above(interval.high)} (paired bootstrap), against a margin of -{decision.margin_points:g}. The exact test "
        "among the checks decides; where few rows differ, it asks for more than the interval does."
    )


def _slices(decision: Decision, comparison: Comparison) -> Iterator[_SliceRow]:
    if comparison.champion is None:
        return
    champion = {part.name: part.accuracy for part in comparison.champion.slices}
    challenger = {part.name: part for part in comparison.challenger.slices}
    for check in decision.checks:
        name = check.name.removeprefix(_SLICE)
        if name != check.name:
            yield _SliceRow(name, challenger[name].rows, champion[name], challenger[name].accuracy, check)


def _measured(models: Sequence[Measured]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield a name, and for each model a value and its interval."""
    for name, intervals in (("accuracy", [m.accuracy for m in models]), ("macro F1", [m.macro_f1 for m in models])):
        yield name, [(f"{each.value:.3f}", f"{each.low:.3f} to {each.high:.3f}") for each in intervals]
    values = {
        "recipe": [model.recipe for model in models],
        "calibration error": [f"{model.calibration_error:.3f}" for model in models],
        "p50, ms": [f"{model.latency[0].p50_ms:.2f}" for model in models],
        "p95, ms": [f"{model.latency[0].p95_ms:.2f}" for model in models],
        "size on disk, MiB": [f"{model.bytes_on_disk / MIB:.1f}" for model in models],
        "peak memory, MiB": [f"{model.peak_memory_mib:.0f}" for model in models],
    }
    lost = [{each.disturbance: f"{each.drop_points:.1f}" for each in model.robustness} for model in models]
    values |= {f"points lost to {each}": [model.get(each, "") for model in lost] for each in lost[0]}
    for name, row in values.items():
        yield name, [(value, "") for value in row]
