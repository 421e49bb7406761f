"""How the page looks: on paper, on a phone from 360 pixels on, by day and by night."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1d2127; --soft: #59626e; --rule: #d9dde3; --panel: #f4f6f8;
  --line-0: #1f5fbf; --line-1: #b2460b; --line-2: #1b7a4b; --warn: #8a4b00;
  --good: #16683f; --bad: #9c2424;
}
@media (prefers-color-scheme: dark) { :root {
  --paper: #15181c; --ink: #e7eaee; --soft: #a0a9b5; --rule: #383f48; --panel: #1e2329;
  --line-0: #7db0ff; --line-1: #ffa066; --line-2: #6fd6a3; --warn: #ffc266;
  --good: #7fdcae; --bad: #ff9c94;
} }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 68rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .6rem; font-size: 1.2rem; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
p, ul { margin: .5rem 0; max-width: 46rem; }
header p { margin: .25rem 0 0; color: var(--soft); }
header .note { margin: .8rem 0; padding: .4rem .8rem; background: var(--panel);
  border-left: 4px solid var(--warn); color: var(--ink); }
.figures { display: grid; gap: .6rem; margin: 1.2rem 0;
  grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
.figures div { padding: .6rem .8rem; border-radius: .4rem; background: var(--panel); }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
.facts { display: grid; gap: .2rem 1rem; margin: 0;
  grid-template-columns: max-content 1fr; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
code { font: .9em/1.5 ui-monospace, monospace; }
code span { display: inline-block; }
.scroll { overflow-x: auto; overflow-wrap: normal; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--rule); text-align: right;
  vertical-align: baseline; }
thead th { color: var(--soft); font-size: .85rem; font-weight: 600;
  vertical-align: bottom; }
tbody th { font-weight: 500; }
th:first-child, .text { text-align: left; }
th:first-child { padding-left: 0; }
td { white-space: nowrap; }
td.why { min-width: 14rem; white-space: normal; color: var(--soft); font-size: .9rem; }
td.bars { width: 45%; min-width: 5rem; }
.bar { display: block; width: 100%; }
.track { fill: var(--rule); }
.filled { fill: var(--line-0); }
.verdict.compatible { color: var(--good); }
.verdict.incompatible { color: var(--bad); }
.unseen { position: absolute; clip-path: inset(50%); }
.charts { display: grid; gap: 0 2.5rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.chart { display: block; width: 100%; max-width: 30rem; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.grid { stroke: var(--rule); }
.mark { stroke: var(--soft); stroke-dasharray: 2 3; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line-0 { stroke: var(--line-0); fill: var(--line-0); }
.line-1 { stroke: var(--line-1); fill: var(--line-1); }
.line-2 { stroke: var(--line-2); fill: var(--line-2); }
.line-1 polyline { stroke-dasharray: 7 4; }
.line-2 polyline { stroke-dasharray: 2 3; }
svg circle, svg rect { stroke: none; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0;
  font-size: .9rem; list-style: none; }
.swatch { vertical-align: middle; margin-right: .4rem; }
summary { cursor: pointer; color: var(--soft); }
.examples { display: grid; gap: 1.2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
figure { margin: 0; break-inside: avoid; }
.pair { display: grid; grid-template-columns: 2fr 1fr; gap: .4rem; align-items: start; }
.partners { display: grid; gap: .4rem; }
figcaption { font-size: .85rem; color: var(--soft); }
figcaption b { color: var(--ink); }
img { display: block; width: 100%; height: auto; aspect-ratio: 4 / 3;
  object-fit: contain; background: var(--panel); border-radius: .2rem; }
.tint, .outline { display: inline-block; width: 1.6em; height: .8em; margin-right: .3em;
  border-radius: .15em; }
.tint { background: #ff4020; }
.outline { border: 2px solid #50f0ff; outline: 1px solid #000; }
footer { margin-top: 3rem; color: var(--soft); font-size: .9rem; }
@media (max-width: 36rem) {
  .wide, .stacked thead { display: none; }
  .stacked tr { display: flex; flex-wrap: wrap; gap: 0 .8rem; padding: .3rem 0;
    border-bottom: 1px solid var(--rule); }
  .stacked :is(th, td) { padding: 0; border: 0; }
  .stacked td[data-label]::before { content: attr(data-label) " "; color: var(--soft); }
  .stacked .why { flex-basis: 100%; }
  th, td { padding: .3rem .35rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .4rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --rule: #bbb;
    --panel: #fff; --line-0: #1f5fbf; --line-1: #b2460b; --line-2: #1b7a4b; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: .85rem; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; height: auto; }
}
"""
