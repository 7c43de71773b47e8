"""The template of the run's report."""

from components.contracts.page import LOOK
from components.reporting.style import STYLE

_MACROS = """
{% macro span(interval, digits) %}{{ "%.*f"|format(digits, interval.low) }} to {{
"%.*f"|format(digits, interval.high) }}{% endmacro %}

{% macro axes(across, up, bottom) %}
{% for at, text in up %}<line class="grid" x1="{{ left }}" x2="{{ right }}" y1="{{ at }}" y2="{{ at }}"/>
<text x="{{ left - 5 }}" y="{{ at + 4 }}" text-anchor="end">{{ text }}</text>{% endfor %}
{% for at, text in across %}<text x="{{ at }}" y="{{ bottom + 15 }}" text-anchor="middle">{{ text }}</text>{% endfor %}
{% endmacro %}

{% macro course(panel) %}<figure>
<svg viewBox="0 0 {{ width }} {{ panel_bottom + 20 }}" role="img" aria-label="{{ panel.title }} over optimizer steps">
{{ axes(panel.steps, panel.values, panel_bottom) }}
<line class="kept" x1="{{ panel.kept }}" x2="{{ panel.kept }}" y1="{{ top }}" y2="{{ panel_bottom }}"/>
{% for line in panel.lines %}<polyline class="{{ line.kind }}" points="{% for x, y in line.points %}{{ x }},{{ y }} {%
endfor %}"/>{% if line.kind == "validation" %}{% for x, y in line.points %}<circle class="validation" cx="{{ x }}"
cy="{{ y }}" r="3"/>{% endfor %}{% endif %}{% endfor %}</svg>
<figcaption>{{ panel.title }} over optimizer steps: {% for line in panel.lines %}<span class="key {{ line.kind }}">{{
line.kind }}</span> {% endfor %}</figcaption></figure>{% endmacro %}

{% macro plane(picture) %}<figure>
<svg viewBox="0 0 {{ width }} {{ frontier_bottom + 20 }}" role="img"
aria-label="Accuracy against latency of each candidate, with the budgets">
{{ axes(picture.milliseconds, picture.accuracies, frontier_bottom) }}
<line class="limit" x1="{{ left }}" x2="{{ right }}" y1="{{ picture.least_accuracy }}"
y2="{{ picture.least_accuracy }}"/>
{% if picture.most_milliseconds is not none %}<line class="limit" y1="{{ top }}" y2="{{ frontier_bottom }}"
x1="{{ picture.most_milliseconds }}" x2="{{ picture.most_milliseconds }}"/>{% endif %}
{% for mark in picture.marks %}<g class="mark {{ mark.outcome }}">
<line x1="{{ mark.x }}" x2="{{ mark.p95 }}" y1="{{ mark.y }}" y2="{{ mark.y }}"/>
<line x1="{{ mark.x }}" x2="{{ mark.x }}" y1="{{ mark.low }}" y2="{{ mark.high }}"/>
<circle cx="{{ mark.x }}" cy="{{ mark.y }}" r="9"/>
<text class="number" x="{{ mark.x }}" y="{{ mark.y + 4 }}">{{ mark.number }}</text></g>{% endfor %}</svg>
<figcaption>Accuracy in percent, with its interval, over the latency in milliseconds, from the median to the p95.
Dashed: the budget of lost accuracy{% if picture.most_milliseconds is not none %}, and the p95's{% endif
%}.</figcaption></figure>{% endmacro %}

{% macro matrix(card, rows) %}{% if card.labels|length <= most_labels %}
<div class="scroll"><table class="matrix"><thead><tr><th>true label</th>{% for label in card.labels %}<th>{{ label
}}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr><th>{{ card.labels[loop.index0] }}</th>{% for cell in row %}<td
style="--share: {{ "%.3f"|format(cell.share) }}">{{ "{:,}".format(cell.count) }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></div>
<p class="soft">A row a true label, a column a predicted one.</p>
{% else %}<figure><svg class="matrix" viewBox="0 0 {{ card.labels|length }} {{ card.labels|length }}" role="img"
aria-label="Confusion matrix: true labels in rows, predicted labels in columns">
{% for row in rows %}{% for cell in row if cell.count %}<rect x="{{ cell.column }}" y="{{ cell.row }}" width="1"
height="1" fill-opacity="{{ "%.2f"|format(0.15 + 0.85 * cell.share) }}"><title>{{ card.labels[cell.row] }} taken for {{
card.labels[cell.column] }}: {{ cell.count }}</title></rect>{% endfor %}{% endfor %}</svg>
<figcaption>{{ card.labels|length }} labels: a row a true one, a column a predicted one, darker for a larger share of
the row.</figcaption></figure>{% endif %}{% endmacro %}

{% macro slices_table(slices) %}<table>
<thead><tr><th>slice</th><th>rows</th><th>accuracy</th><th></th><th>F1</th></tr></thead><tbody>
{% for slice in slices %}<tr><td>{{ slice.name }}</td><td>{{ "{:,}".format(slice.rows) }}</td>
<td>{{ "%.3f"|format(slice.accuracy) }}</td><td><meter value="{{ slice.accuracy }}"></meter></td>
<td>{{ "%.3f"|format(slice.macro_f1) }}</td></tr>
{% endfor %}</tbody></table>{% endmacro %}
"""

_BODY = """
{% set choice = story.choice %}{% set card = story.shown.scorecard %}{% set headline = card.latency[0] %}
{% set source = story.dataset.source %}
<h1{% if not choice.chosen %} class="none"{% endif %}>{% if choice.chosen %}Chosen: <b>{{ choice.chosen }}</b>{% else %}
<b>Nothing is within the budgets</b>{% endif %}</h1>
<p>{{ choice.why }}</p>
<p>{% if choice.chosen %}It goes on to the registry, which keeps this page beside its version.{% else %}Nothing is
registered.{% endif %}</p>

<div class="figures">
<div>accuracy<b>{{ "%.3f"|format(card.accuracy.value) }}</b><span class="soft">{{ span(card.accuracy, 3) }}</span></div>
<div>macro F1<b>{{ "%.3f"|format(card.macro_f1.value) }}</b><span class="soft">{{ span(card.macro_f1, 3) }}</span></div>
<div>p50<b>{{ "%.2f"|format(headline.p50_ms) }} ms</b><span class="soft">{{ headline.batch }} × {{ headline.tokens }}
tokens</span></div>
<div>speed-up<b>{{ "%.1f"|format(card.speed_up) }}×</b><span class="soft">against torch fp32</span></div>
<div>on disk<b>{{ "%.1f"|format(card.bytes_on_disk / mib) }} MiB</b><span class="soft">peak memory
{{ "%.0f"|format(card.peak_memory_mib) }} MiB</span></div>
</div>
<p class="soft">{{ card.recipe }} on {{ "{:,}".format(card.rows) }} rows of the {{ card.split }} split.
{{ "{:.0%}".format(card.accuracy.confidence) }} intervals. Measured with {{ card.machine.threads }} threads on
{{ card.machine.processor }}.</p>

<h2>What it was made from</h2>
<dl>
<dt>data</dt><dd>{{ source.uri }}{% if source.repository %} in {{ source.repository }}{% endif %}</dd>
{% if source.git_revision %}<dt>data revision</dt><dd><code>{{ source.git_revision }}</code></dd>{% endif %}
<dt>data MD5</dt><dd><code>{{ source.md5 }}</code></dd>
<dt>rows</dt><dd>{% for split, file in story.dataset.splits.items() %}{{ "{:,}".format(file.rows) }} {{ split }}{{
", " if not loop.last }}{% endfor %}; {{ story.dataset.labels|length }} labels{% for reason, rows in
story.dataset.left_out.items() if rows %}; {{ "{:,}".format(rows) }} left out ({{ reason.replace("_", " ") }}){%
endfor %}</dd>
<dt>base model</dt><dd>{{ story.base.source }}, {{ story.base.architecture }} with {{
"{:,}".format(story.base.parameters) }} parameters</dd>
<dt>base revision</dt><dd><code>{{ story.base.revision }}</code></dd>
<dt>training</dt><dd>{{ "%.0f"|format(story.tuned.training_seconds) }} s, {{
"%.0f"|format(story.tuned.samples_per_second) }} rows/s, {{ story.tuned.precision }}, seed {{ story.tuned.seed }}, texts
cut at {{ story.tuned.max_tokens }} tokens</dd>
<dt>{{ card.recipe }}</dt><dd>{{ card.applied }}</dd>
</dl>

<h2>What validation found</h2>
{% set findings = story.validation.findings %}{% set failed = findings|rejectattr("passed")|list %}
<p>{% if failed %}<b class="warn">{{ failed|length }} of {{ findings|length }} expectations failed</b>; none of them
ends a run.{% else %}<b class="good">Every one of {{ findings|length }} expectations holds.</b>{% endif %}</p>
{% if failed %}<ul>{% for finding in failed %}<li><b>{{ finding.expectation.replace("_", " ") }}</b>: {{
finding.sentence }}</li>
{% endfor %}</ul>{% endif %}
<details><summary>What holds</summary><ul>{% for finding in findings|selectattr("passed") %}<li><b>{{
finding.expectation.replace("_", " ") }}</b>: {{ finding.sentence }}</li>
{% endfor %}</ul></details>

<h2>Training</h2>
<div class="pictures">{% for panel in panels %}{{ course(panel) }}{% endfor %}</div>
<p class="soft">Kept: the weights after step {{ story.tuned.steps }}, on the validation split {% for name, value in
story.tuned.validation.items() %}{{ name.replace("_", " ") }} {{ "%.4f"|format(value) }}{{ ", " if not loop.last }}{%
endfor %}.</p>

<h2>Candidates</h2>
{{ plane(picture) }}
<table class="candidates">
<thead><tr><th>candidate</th><th>accuracy</th><th>macro F1</th><th>p50 ms</th><th>p95 ms</th><th>rows/s</th><th>MiB</th>
<th>speed-up</th><th>points lost</th><th>verdict</th></tr></thead>
<tbody>
{% for verdict in choice.verdicts %}{% set own = verdict.scorecard %}<tr class="{{ choice.outcome(verdict) }}">
<td data-name="candidate"><span><span class="badge">{{ loop.index }}</span> {{ verdict.recipe }}</span></td>
<td data-name="accuracy"><span>{{ "%.3f"|format(own.accuracy.value) }}
<span class="soft">{{ span(own.accuracy, 3) }}</span></span></td>
<td data-name="macro F1"><span>{{ "%.3f"|format(own.macro_f1.value) }}
<span class="soft">{{ span(own.macro_f1, 3) }}</span></span></td>
<td data-name="p50 ms">{{ "%.2f"|format(own.latency[0].p50_ms) }}</td>
<td data-name="p95 ms">{{ "%.2f"|format(own.latency[0].p95_ms) }}</td>
<td data-name="rows/s">{{ "{:,.0f}".format(own.latency|map(attribute="samples_per_second")|max) }}</td>
<td data-name="MiB">{{ "%.1f"|format(own.bytes_on_disk / mib) }}</td>
<td data-name="speed-up">{{ "%.1f"|format(own.speed_up) }}×</td>
<td data-name="points lost"><span>{{ "%.1f"|format(verdict.quality_drop.value) }}
<span class="soft">{{ span(verdict.quality_drop, 1) }}</span></span></td>
<td data-name="verdict" class="outcome">{{ choice.outcome(verdict) }}</td>
</tr>
{% endfor %}</tbody>
</table>
<p class="soft">Latency and speed-up at {{ headline.batch }} × {{ headline.tokens }} tokens, rows/s at the size where it
is best. The speed-up is against the tuned model in torch fp32, measured in turns with the candidate. Points of accuracy
lost: paired bootstrap against the baseline.</p>

<h3>Why</h3>
<dl>
{% for verdict in choice.verdicts %}<dt>{{ verdict.recipe }}</dt><dd>{{ verdict.reasons|join("; ") }}</dd>
{% endfor %}</dl>

<h3>Budgets</h3>
<dl>
{% for name, limit in choice.budgets.items() %}<dt>{{ name }}</dt><dd>{{ "%g"|format(limit) }} {{ units[name] }}</dd>
{% endfor %}<dt>objective</dt><dd>{{ choice.objective }}</dd>
</dl>

<h2>What {{ card.recipe }} takes for what</h2>
{{ matrix(card, cells) }}
{% if card.labels|length > 2 and mistakes %}<h3>The commonest mistakes</h3>
<ul>{% for truth, taken, count, share in mistakes %}<li>{{ truth }} taken for {{ taken }}: {{ "{:,}".format(count)
}} rows, {{ "{:.0%}".format(share) }} of that label's</li>
{% endfor %}</ul>{% endif %}

<h2>Slices of {{ card.recipe }}</h2>
{{ slices_table(slices[:15]) }}
{% if slices|length > 15 %}<details><summary>{{ slices|length - 15 }} more</summary>{{ slices_table(slices[15:])
}}</details>{% endif %}
<p class="soft">The weakest first. Of a label: its recall, and its own F1 over all rows. Of a length: accuracy and macro
F1.</p>
"""

PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{{{ title }}}}</title>
<style>{LOOK}{STYLE}</style>
</head>
<body>{_MACROS}{_BODY}</body>
</html>
"""
"""One self-contained page: no script, and nothing from elsewhere."""
