"""The templates of the Data Docs."""

SECTIONS = """{% for section in sections %}{% set section_loop = loop %}{% include "section.j2" %}{% endfor %}"""
"""The sections of a document of Great Expectations, without the page around them."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data Docs: {{ dataset.source.uri }}</title>
<style>
{{ look|safe }}
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.verdict { border-left: .3rem solid var(--good); background: var(--tint); padding: .7rem 1rem; margin: 1.25rem 0;
  border-radius: .3rem; }
.verdict.bad { border-color: var(--bad); }
.verdict.warn { border-color: var(--warn); }
.verdict b { display: block; font-size: 1.1rem; }
.finding { display: grid; grid-template-columns: 1.6rem minmax(0, 1fr); padding: .55rem 0;
  border-bottom: 1px solid var(--line); }
.mark { font-weight: 700; color: var(--good); }
.hard .mark { color: var(--bad); }
.soft-fail .mark { color: var(--warn); }
.name { font-weight: 600; }
.tag { color: var(--soft); font-size: .8rem; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem;
  font-weight: 400; }
summary { cursor: pointer; color: var(--bar); font-size: .9rem; margin-top: .25rem; }
.examples { margin: .4rem 0 .3rem; padding: 0; list-style: none; font-size: .9rem; }
.examples li { padding: .35rem .6rem; background: var(--tint); margin-bottom: .3rem; border-radius: .3rem; }
.examples q { display: block; }
.numbers { overflow-wrap: normal; }
.numbers th, .numbers td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
.numbers th { color: var(--soft); font-weight: 500; font-size: .9rem; }
.numbers th:first-child, .numbers td:first-child { text-align: left; }
.labels { display: grid; grid-template-columns: minmax(4rem, max-content) minmax(3rem, 1fr) max-content;
  gap: .25rem .75rem; align-items: center; font-variant-numeric: tabular-nums; }
.labels i { display: block; height: .7rem; background: var(--bar); border-radius: .2rem; min-width: 2px; }
/* what Great Expectations render: one block a column, its expectations as rows */
.ge table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: .9rem; }
.ge thead { display: none; }
.ge td { padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.ge td:first-child { width: 1.6rem; }
.ge td:last-child { width: 28%; color: var(--soft); text-align: right; padding-right: 0; }
.ge br + br { display: none; }
.ge h5 { font-size: .95rem; margin: 1rem 0 0; }
.ge .badge { background: var(--tint); border: 1px solid var(--line); border-radius: .3rem; padding: 0 .3rem; }
.ge .fas { font-style: normal; font-weight: 700; }
.ge .fa-check-circle::before { content: "✓"; color: var(--good); }
.ge .fa-times::before { content: "✗"; color: var(--bad); }
.ge .fa-exclamation-triangle::before { content: "!"; color: var(--warn); }
.ge .text-danger { font-weight: 500; color: var(--bad); }
</style>
</head>
<body>
<h1>Data Docs</h1>
<p class="soft">{{ dataset.source.uri }}{% if dataset.source.git_revision %} at
{{ dataset.source.git_revision[:12] }}{% endif %}, content {{ dataset.content_sha256[:12] }}; tokens as
{{ model.source }} reads them.</p>

{% if failed %}<div class="verdict bad"><b>Stopped before training</b>
{{ failed }} hard expectation{{ "s" if failed > 1 }} failed{% if warnings %}, and {{ warnings }} soft
one{{ "s" if warnings > 1 }}{% endif %}.</div>
{% elif warnings %}<div class="verdict warn"><b>May be trained on, with a warning</b>
{{ warnings }} soft expectation{{ "s" if warnings > 1 }} failed.</div>
{% else %}<div class="verdict"><b>May be trained on</b>Every expectation holds.</div>{% endif %}

<h2>Findings</h2>
{% for finding, examples in findings %}
<div class="finding{% if not finding.passed %} {{ "hard" if finding.severity == "hard" else "soft-fail" }}{% endif %}">
<span class="mark">{{ "✓" if finding.passed else "✗" if finding.severity == "hard" else "!" }}</span>
<div><span class="name">{{ finding.expectation.replace("_", " ") }}</span>
<span class="tag">{{ finding.severity }}</span>
<p>{{ finding.sentence }}</p>
{% if examples %}<details{% if not finding.passed %} open{% endif %}><summary>Examples</summary><ul class="examples">
{% for example in examples %}<li>{% if example.excerpt %}<q>{{ example.excerpt }}</q>{% endif %}
<span class="soft">{{ example.place }}{% if example.note %} · {{ example.note }}{% endif %}</span></li>
{% endfor %}</ul></details>{% endif %}</div></div>
{% endfor %}

{% if splits %}<h2>Splits</h2>
<div class="scroll"><table class="numbers">
<tr><th>split</th><th>rows</th><th>different texts</th><th>characters p50 / p95 / max</th>
<th>tokens p50 / p95 / max</th></tr>
{% for one in splits %}<tr><td>{{ one.split }}</td><td>{{ "{:,}".format(one.rows) }}</td>
<td>{{ "{:,}".format(one["different texts"]) }}</td>
{% for what in ("characters", "tokens") %}<td>{% for number in one[what] %}{{ "{:,.0f}".format(number)
}}{{ " / " if not loop.last }}{% endfor %}</td>{% endfor %}</tr>
{% endfor %}</table></div>{% endif %}

{% if labels %}<h2>Training rows of each label</h2>
<div class="labels">{% for label, rows, share in labels %}
<span>{{ label }}</span><i style="width: {{ "%.1f"|format(100 * share) }}%"></i>
<span>{{ "{:,.0f}".format(rows) }}</span>
{% endfor %}</div>{% endif %}

<h2>Every expectation, by Great Expectations</h2>
<div class="ge">
{% for table, rendered in expectations %}<h3>Table: {{ table }}</h3>
{{ rendered | safe }}{% endfor %}
</div>
</body>
</html>
"""
"""The page; all values are escaped, but for the style, and `rendered`, which Great Expectations escape themselves."""
