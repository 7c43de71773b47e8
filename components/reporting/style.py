"""How the run's report looks, beyond what all pages share."""

STYLE = """
h1 b { color: var(--good); }
h1.none b { color: var(--bad); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
.figures { display: grid; gap: .75rem; margin: 1.25rem 0;
  grid-template-columns: repeat(auto-fit, minmax(8.4rem, 1fr)); }
.figures div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.pictures { display: grid; gap: 1rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }
figure { margin: .5rem 0; break-inside: avoid; }
figcaption { color: var(--soft); font-size: .9rem; }
svg { display: block; width: 100%; max-width: 34rem; height: auto; }
svg text { fill: var(--soft); font: 12.5px system-ui, sans-serif; }
.grid { stroke: var(--line); }
.limit { stroke: var(--bad); stroke-dasharray: 5 3; }
.kept { stroke: var(--soft); stroke-dasharray: 3 3; }
.training { fill: none; stroke: var(--bar); stroke-width: 2; }
.validation { fill: none; stroke: var(--warn); stroke-width: 2; }
circle.validation { fill: var(--warn); }
.key { white-space: nowrap; }
.key::before { content: "■ "; }
.key.training { color: var(--bar); }
.key.validation { color: var(--warn); }
svg .number { fill: var(--page); font-weight: 700; text-anchor: middle; }
.chosen { --tone: var(--good); }
.qualifies { --tone: var(--bar); }
.rejected { --tone: var(--bad); }
.reference { --tone: var(--soft); }
.mark line { stroke: var(--tone); stroke-width: 1.5; }
.mark circle { fill: var(--tone); }
.badge { display: inline-block; min-width: 1.4rem; padding: 0 .3rem; border-radius: .7rem; background: var(--tone);
  color: var(--page); font-size: .85rem; font-weight: 700; text-align: center; }
.outcome { color: var(--tone); font-weight: 600; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: right; }
th { color: var(--soft); font-weight: 500; font-size: .9rem; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td { white-space: nowrap; }
td:first-child { white-space: normal; }
.candidates { width: 100%; }
.candidates td:first-child { font-weight: 600; white-space: nowrap; }
.candidates th { overflow-wrap: normal; }
.candidates .soft { display: block; }
.matrix td { border: 1px solid var(--page); text-align: center; min-width: 2.6rem;
  background: color-mix(in srgb, var(--bar) calc(var(--share) * 45%), var(--tint)); }
.matrix th { text-align: right; }
.matrix thead th { writing-mode: vertical-rl; text-align: left; }
.matrix thead th:first-child { writing-mode: horizontal-tb; vertical-align: bottom; }
svg.matrix { max-width: 26rem; background: var(--tint); }
svg.matrix rect { fill: var(--bar); }
td meter { width: 4.5rem; height: .7rem; vertical-align: middle; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.2rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; }
ul { padding-left: 1.1rem; margin: .4rem 0; }
li { margin: .3rem 0; }
summary { cursor: pointer; color: var(--bar); margin-top: .4rem; }
code { font-size: .85rem; }
.good { color: var(--good); }
.warn { color: var(--warn); }
@media screen and (max-width: 60rem) {
  .candidates thead { display: none; }
  .candidates, .candidates tr { display: block; }
  .candidates tbody { display: grid; gap: .75rem;
    grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); }
  .candidates tr { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; }
  .candidates tr.chosen { border: 2px solid var(--good); }
  .candidates td, .candidates td:first-child { border: 0; padding: .1rem 0; display: flex; gap: 1rem;
    justify-content: space-between; text-align: right; white-space: normal; }
  .candidates td::before { content: attr(data-name); color: var(--soft); font-weight: 400; }
  .candidates .soft { display: inline; }
}
@media screen and (max-width: 48rem) {
  th, td { padding: .4rem; overflow-wrap: normal; }
  td:first-child { overflow-wrap: anywhere; }
  td meter { display: none; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .5rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .candidates { font-size: 8.5pt; }
}
"""
