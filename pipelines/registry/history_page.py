"""A model's ledger as a page for people: one self-contained HTML file."""

import time
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from components.contracts.folders import write_text_whole
from components.contracts.journal import Entry
from components.contracts.page import LOOK
from components.promotion.entries import named
from components.promotion.ledger import State
from pipelines.registry.history import move, remarks, step, when, why

_PAGE = """{% macro stands_on(entry) %}<dl>
{% for name in ("run", "tracked", "candidate", "evidence", "comparison") if entry.values.get(name) %}<dt>{{ name }}</dt>
<dd><code>{{ entry.values[name] }}</code></dd>
{% endfor %}<dt>hash</dt><dd><code>{{ entry.sha256 }}</code></dd>
</dl>{% endmacro %}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>History of {{ state.name }}</title>
<style>
{{ look|safe }}
.remark { border-left: 3px solid var(--warn); padding: .4rem .8rem; background: var(--tint); }
ol { list-style: none; margin: 1.5rem 0; padding: 0; }
li { border-left: 2px solid var(--line); margin-left: .45rem; padding: 0 0 1.4rem 1.4rem; position: relative; }
li:last-child { border-color: transparent; padding-bottom: 0; }
li::before { content: ""; position: absolute; left: -.5rem; top: .4rem; width: .85rem; height: .85rem;
  border-radius: 50%; border: 2px solid var(--page); background: var(--soft); }
li.promotion::before, li.approval::before { background: var(--good); }
li.rollback::before { background: var(--warn); }
li.by-hand::before, li.rejection::before { background: var(--bad); }
.what { font-weight: 600; }
.moved { font-variant-numeric: tabular-nums; white-space: nowrap; }
.why { margin: .1rem 0; }
code { font-size: .85em; }
details { margin-top: .2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 .9rem; margin: .3rem 0 0; font-size: .85rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>{{ state.name }}: {{ reigning }} reigns</h1>
<p class="soft">Entries: {{ state.entries|length }}; {{ now }} UTC.
{% if state.entries %}The chain is whole: each entry names the hash of the one before it, and the last one has
<code>{{ state.entries[-1].sha256 }}</code>.{% endif %}</p>
{% for remark in remarks %}<p class="remark">{{ remark }}</p>
{% endfor %}
{% for entry in waiting %}<p class="remark">Version {{ entry.values.to }} waits for a person until
{{ when(entry.values.expires) }} UTC:
<code>bessemer approve {{ state.name }} {{ entry.values.to }} --reason …</code></p>
{% endfor %}
<ol>
{% for entry in state.entries|reverse %}<li class="{{ entry.values.kind|replace(' ', '-') }}">
<div><span class="what">{{ entry.values.kind }}</span> <span class="moved">{{ step(entry) }}</span>
<span class="soft">entry {{ entry.number }}, {{ when(entry.time) }} UTC, {{ entry.values.who }}</span></div>
<p class="why">{{ why(entry) }}</p>
<details><summary class="soft">{{ entry.values.get("gate") or "what it stands on" }}</summary>
{{ stands_on(entry) }}</details>
</li>
{% endfor %}</ol>
{% if moves %}<h2>Challengers</h2>
<p class="soft">Entries: {{ moves|length }}; the last one has <code>{{ moves[-1].sha256 }}</code>.</p>
<ol>
{% for entry in moves|reverse %}<li>
<div><span class="what">{{ entry.values.alias }}</span> <span class="moved">{{ move(entry) }}</span>
<span class="soft">entry {{ entry.number }}, {{ when(entry.time) }} UTC, {{ entry.values.who }}</span></div>
<p class="why">{{ entry.values.why }}</p>
<details><summary class="soft">what it stands on</summary>
{{ stands_on(entry) }}</details>
</li>
{% endfor %}</ol>
{% endif %}
</body>
</html>
"""


def write_page(state: State, moves: Sequence[Entry], path: Path) -> None:
    """Write the page: who reigns, who waits, and every entry with what it stands on, the newest first.

    Args:
        state: the ledger's.
        moves: of the alias of the challengers.
        path: where it goes.

    Raises:
        Unwritable: the place has no space, or may not be written.

    """
    now = time.time()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    page = environment.from_string(_PAGE)
    names = {"step": step, "move": move, "when": when, "why": why, "look": LOOK, "now": when(now)}
    told = {"remarks": remarks(state, moves), "waiting": state.waiting(now), "reigning": named(state.reigning)}
    text = page.render(state=state, moves=moves, **told, **names)
    write_text_whole(path, text)
