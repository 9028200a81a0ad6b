"""How the page looks, on a screen and on paper; no mark is told by its colour alone."""

STYLE = """
:root { color-scheme: light; --line: #c8ccd2; --soft: #f4f5f7; --dim: #5b6470; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #15181c; font: 15px/1.55 "Noto Sans CJK SC", "Source Han Sans SC",
  "Microsoft YaHei", "PingFang SC", sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; padding-bottom: .2rem; border-bottom: 2px solid #15181c; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
.en { color: var(--dim); font-size: .88em; }
.dim { color: var(--dim); }
p { margin: .3rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: .5rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
thead th, th[colspan] { background: var(--soft); }
table.clauses td:first-child { white-space: nowrap; }
table.clauses td:nth-child(3) { width: 9.5rem; }
table.clauses td:nth-child(4) { width: 32%; }
table.evidence { font-size: .88em; }
code { font-family: "Noto Sans Mono CJK SC", "DejaVu Sans Mono", monospace; font-size: .92em; overflow-wrap: anywhere; }
ul { margin: .2rem 0; padding-left: 1.3rem; }
.figures { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
.figure { border: 1px solid var(--line); padding: .5rem 1rem; min-width: 9rem; }
.figure b { display: block; font-size: 1.7rem; line-height: 1.3; }
.finding { border: 1px solid var(--line); border-left-width: 5px; padding: .5rem .9rem; margin: .8rem 0; }
.finding h3 { margin: 0 0 .2rem; }
.fail { border-left-color: #b3261e; }
.unknown { border-left-color: #9a6700; }
.pass { border-left-color: #1a7f37; }
.bad { color: #b3261e; font-weight: 600; }
.open { color: #9a6700; font-weight: 600; }
.good { color: #1a7f37; }
a { color: inherit; text-decoration-color: var(--line); }
nav { margin: .8rem 0; }
nav a { margin-right: 1.2rem; }
@page { size: A4; margin: 14mm; }
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  thead { display: table-header-group; }
  tr, .figure, .finding h3 { break-inside: avoid; }
  h2, h3, th[colspan] { break-after: avoid; }
  a { text-decoration: none; }
}
"""
