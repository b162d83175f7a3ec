// The report's style sheet: light and dark screens, and paper.
#pragma once

namespace galen::report {

inline constexpr const char* kReportStyle = R"css(
:root { --ink: #1c2126; --soft: #5b6570; --paper: #ffffff; --card: #f5f7f9; --line: #d8dee4; --accent: #0b6fb8;
  --good: #1a7f4b; --bad: #b3261e; --doubt: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7ebef; --soft: #a3adb8; --paper: #14171a; --card: #1d2125; --line: #363c43; --accent: #6cb8f2;
    --good: #5fd19a; --bad: #ff8a80; --doubt: #e8b84a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.6rem 1.2rem 3rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .3rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); font-size: .9rem; }
blockquote { margin: .6rem 0; padding: .5rem .9rem; border-left: 4px solid var(--accent); background: var(--card);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.answer { font-size: 1.08rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
.state { display: inline-block; font-size: .8rem; font-weight: 600; padding: .05rem .55rem; border-radius: 1rem;
  border: 1px solid currentColor; margin-left: .4rem; vertical-align: .1em; }
.positive, .failed { color: var(--bad); } .negative { color: var(--good); } .uncertain, .skipped { color: var(--doubt); }
figure { margin: .7rem 0 0; }
figure img { display: block; width: 100%; max-width: 46rem; height: auto; border-radius: 4px; }
figcaption { color: var(--soft); font-size: .9rem; margin-top: .3rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums; font-weight: 600; }
code { font: .85em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.bar { display: grid; grid-template-columns: 11rem 1fr 5rem; gap: .6rem; align-items: center; margin: .25rem 0; }
.bar .track { position: relative; height: .9rem; background: var(--line); border-radius: 3px; }
.bar .fill { height: 100%; background: var(--accent); border-radius: 3px; }
.bar .value { text-align: right; font-variant-numeric: tabular-nums; }
.bar.reported .name, .bar.reported .value { font-weight: 700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .9rem; margin: .4rem 0; font-size: .93rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 34rem) { .bar { grid-template-columns: 7rem 1fr 4.4rem; } dl { grid-template-columns: 1fr; } }
@media print {
  :root { --ink: #000; --soft: #444; --paper: #fff; --card: #fff; --line: #bbb; --accent: #0b6fb8;
    --good: #14633a; --bad: #9a1f18; --doubt: #7a5200; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .card, figure, tr, .bar { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  figure img { max-width: 13cm; max-height: 16cm; width: auto; }
  .bar .track, .bar .fill { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  @page { margin: 16mm; }
}
)css";

}  // namespace galen::report
