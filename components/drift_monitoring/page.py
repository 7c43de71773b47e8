"""The drift as a page for people: one self-contained HTML file."""

from jinja2 import Environment, StrictUndefined

from components.contracts.drift import Drift
from components.contracts.page import LOOK

_KINDS = {"input": "What goes in", "prediction": "What the model says", "quality": "How often it is right"}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ heading }}</title>
<style>
{{ look|safe }}
.verdict { border-left: .3rem solid var(--good); background: var(--tint); padding: .7rem 1rem; margin: 1.25rem 0;
  border-radius: .3rem; }
.verdict.bad { border-color: var(--bad); }
.verdict b { display: block; font-size: 1.1rem; }
.test { display: grid; grid-template-columns: 1.6rem minmax(0, 1fr); padding: .55rem 0;
  border-bottom: 1px solid var(--line); }
.mark { font-weight: 700; color: var(--good); }
.drifted .mark, .drifted .name { color: var(--bad); }
.name { font-weight: 600; }
.shares { display: grid; grid-template-columns: minmax(4rem, max-content) minmax(3rem, 1fr) max-content;
  gap: .15rem .75rem; align-items: center; font-variant-numeric: tabular-nums; }
.shares b { font-weight: 600; grid-row: span 2; }
.shares i { display: block; height: .6rem; border-radius: .2rem; min-width: 2px; background: var(--bar); }
.shares i.before { background: var(--soft); }
.texts { padding: 0; list-style: none; }
.texts li { padding: .35rem .6rem; background: var(--tint); margin-bottom: .3rem; border-radius: .3rem;
  font-size: .9rem; }
code { background: var(--tint); padding: .1rem .35rem; border-radius: .25rem; font-size: .9rem; }
</style>
</head>
<body>
<h1>{{ heading }}</h1>
<p class="soft">{{ drift.batch.source }}, content {{ drift.batch.sha256[:12] }}: {{ "{:,}".format(drift.batch.rows) }}
rows, {{ "{:,}".format(drift.batch.compared) }} of them compared{% if drift.batch.labelled %}
({{ "{:,}".format(drift.batch.labelled) }} with a label){% endif %}, with
{{ "{:,}".format(drift.reference_rows) }} held-out rows that the version was measured on.</p>
<div class="verdict{{ " bad" if drift.alarm }}"><b>{{ "Drift" if drift.alarm else "No drift" }}</b>{{ why }}.</div>

{% for kind, title in kinds.items() %}{% set asked = drift.tests|selectattr("kind", "equalto", kind)|list %}
{% if asked %}<h2>{{ title }}</h2>
{% for test in asked %}<div class="test{{ " drifted" if test.drifted }}">
<span class="mark">{{ "✗" if test.drifted else "✓" }}</span><div>
<span class="name">{{ test.name|replace("_", " ") }}{{ ": drifted" if test.drifted }}</span>
<p>{{ test.sentence[0]|upper }}{{ test.sentence[1:] }}.</p>
<p class="soft">{{ test.measure }} {{ "%.3g"|format(test.statistic) }}; p {{ "%.2g"|format(test.p_value) }}, held
against {{ "%.2g"|format(test.threshold) }}</p></div></div>
{% endfor %}{% endif %}{% endfor %}

<h2>Labels that the model gives</h2>
<div class="shares">
{% for label, (before, now) in drift.label_shares.items() %}<b>{{ label }}</b>
<i style="width: {{ "%.1f"|format(100 * now) }}%"></i><span>{{ "%.1f"|format(100 * now) }} % now</span>
<i class="before" style="width: {{ "%.1f"|format(100 * before) }}%"></i>
<span class="soft">{{ "%.1f"|format(100 * before) }} % in the reference</span>
{% endfor %}</div>

{% if drift.strangest %}<h2>Texts that are easiest told from the reference's</h2>
<ul class="texts">
{% for text in drift.strangest %}<li>{{ text if text.strip() else "(no text)" }}</li>
{% endfor %}</ul>
{% endif %}
{% if drift.new_tokens %}<h2>Tokens that the reference does not have</h2>
<p>{% for token in drift.new_tokens %}<code>{{ token }}</code> {% endfor %}</p>
<p class="soft">Those that stand in most of the batch's texts, as the model's tokenizer reads them.</p>
{% endif %}
<h2>How sure this is</h2>
<p class="soft">A p-value says how often rows of one and the same kind would differ as much. Each is held against a part
of {{ "%.3g"|format(100 * drift.alpha) }} % (Holm 1979), so that a batch that has not drifted alarms no more often than
that, all tests taken together. That something differs does not say that it matters: look at the numbers.</p>
</body>
</html>
"""


def render(drift: Drift) -> str:
    """Return the page."""
    return (
        Environment(autoescape=True, undefined=StrictUndefined)
        .from_string(_PAGE)
        .render(
            look=LOOK,
            drift=drift,
            heading=f"{drift.name}, version {drift.version}: {'drift' if drift.alarm else 'no drift'}",
            kinds=_KINDS,
            why=drift.why[0].upper() + drift.why[1:],
        )
    )
