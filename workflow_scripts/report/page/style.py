"""How the report looks, besides what all pages share."""

STYLE = """
html { scroll-behavior: smooth; scroll-padding-top: 76px }
body { max-width: 1500px }
header { margin-bottom: 14px }
.what { color: var(--dim); max-width: 76ch; margin: 0 0 22px }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; list-style: none;
  margin: 0 0 26px; padding: 0 }
.tiles li { background: #141726; border: 1px solid var(--line); border-radius: 14px; padding: 12px 16px;
  color: var(--dim) }
.tiles b { display: block; font-size: 26px; color: var(--ink); font-variant-numeric: tabular-nums; line-height: 1.2 }
nav { position: sticky; top: 0; z-index: 3; margin: 0 -12px 40px; background: #10131f; border: 1px solid var(--line);
  border-radius: 14px; overflow-x: auto }
nav ol { display: flex; gap: 4px; list-style: none; margin: 0; padding: 8px }
nav a { display: block; white-space: nowrap; padding: 6px 11px; font-size: 15px; border-radius: 9px; color: var(--ink);
  text-decoration: none }
nav a:hover, nav a:focus-visible { background: #262b45 }
section { margin-bottom: 64px }
h2 { font-size: 25px }
h3 { font-size: 17px; font-weight: 600; margin: 30px 0 10px; overflow-wrap: anywhere }
h4 { font-size: 14px; font-weight: 400; color: var(--dim); margin: 18px 0 8px }
a { color: var(--accent) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.note { color: var(--dim); max-width: 82ch; margin: 0 0 14px }
.wide { overflow-x: auto; background: #121524; border: 1px solid var(--line); border-radius: 14px; margin: 0 0 16px }
.wide:has(.narrow) { width: fit-content; max-width: 100% }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: 100% }
th, td { padding: 8px 16px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap;
  vertical-align: top; font-weight: 400 }
thead th { color: var(--dim); font-size: 14px; vertical-align: bottom }
tbody:last-child tr:last-child > * { border-bottom: 0 }
th:first-child { position: sticky; left: 0; z-index: 1; background: #121524; text-align: left; font-weight: 600 }
table.total tbody tr:last-child > * { font-weight: 700; border-top: 1px solid #3a4060 }
.text th, .text td { text-align: left; white-space: normal; overflow-wrap: break-word }
.text tbody th { min-width: 20ch; max-width: 60ch }
.text th:first-child { position: static }
.text td:last-child { min-width: 28ch; color: var(--dim) }
.words td, .words thead th { text-align: left }
.code code { font-size: 12.5px; overflow-wrap: anywhere }
.code td { min-width: 16ch }
.measures th, .measures td { padding: 9px 8px }
.measures th:first-child { padding-left: 16px }
.measures tr > :last-child { padding-right: 16px }
.measures thead th:not(:first-child) { white-space: normal; max-width: 170px; line-height: 1.3;
  color: var(--ink) }
.measures td b { font-weight: 600; font-size: 16px }
small { display: block; font-size: 12px; color: #9399b0; font-weight: 400 }
thead small { color: var(--dim) }
.measures thead span + em + small, .measures thead span + small { min-width: 96px }
thead em { display: block; width: fit-content; margin: 3px 0 3px auto; font-style: normal; font-size: 11.5px;
  padding: 1px 7px; border-radius: 99px; background: #262b45; color: #c9cef0; white-space: nowrap }
thead em.corrected { background: #17384a; color: #9fe0ff }
.control td b, .control th { font-weight: 400; color: #b9bed2 }
.model + .control > * { border-top: 1px solid #3a4060 }
.part th, .part th:first-child { text-align: left; background: #1a1e33; color: var(--accent); font-weight: 600;
  font-size: 14px; position: static }
.like { display: flex; flex-wrap: wrap; gap: 3px; justify-content: flex-end; margin-top: 4px; white-space: nowrap }
.chip { font-style: normal; font-size: 11.5px; font-weight: 700; line-height: 1.5; padding: 0 6px; border-radius: 5px }
.chip.truth { background: #1f4d36; color: #9af0c0 }
.chip.other { background: #573c12; color: #ffcf85 }
.chip.unsure { background: #23273a; color: #a2a7bd }
.chip.plain { background: #262b45; color: #c9cef0 }
.gain { display: block; font-size: 12.5px; margin-top: 5px; color: #a2a7bd }
.gain small { color: inherit }
.gain.truth { color: #9af0c0 } .gain.other { color: #ffcf85 }
.legend { color: var(--dim); margin: 0 0 14px; font-size: 14.5px }
.legend p { margin: 0 0 6px }
.legend ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0; padding: 0 }
.legend b { color: var(--ink); font-weight: 400 }
details { margin: 0 0 10px }
summary { cursor: pointer; padding: 9px 16px; background: #141726; border: 1px solid var(--line); border-radius: 12px;
  overflow-wrap: anywhere }
summary:hover { border-color: #5b7cc6 }
details[open] > summary { margin-bottom: 10px }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 230px), 1fr)); gap: 0 28px;
  margin: 0 0 16px }
dt { color: var(--dim); font-size: 13.5px; overflow-wrap: anywhere }
dd { margin: 0 0 9px; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
dl div { min-width: 0; border-bottom: 1px solid var(--line); padding-top: 7px }
pre { overflow-x: auto; background: #080a12; border: 1px solid var(--line); border-radius: 12px; padding: 14px 18px;
  font-size: 13.5px; max-height: 70vh }
figure { margin: 0 }
.plot { margin: 20px 0 }
.plot figcaption { color: var(--dim); font-size: 14px; margin-top: 6px }
.paper { overflow: auto; background: #fff; border-radius: 14px; padding: 12px }
.paper img { display: block; max-width: none; margin: 0 auto }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 0 40px;
  margin-bottom: 16px }
.bars { max-width: 100%; height: auto; fill: var(--accent) }
.bars text { fill: var(--dim); font-size: 12px; text-anchor: middle }
.films { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 230px), 1fr)) }
.film { background: #141726; border: 1px solid var(--line); border-radius: 14px; overflow: hidden }
.screen { position: relative; background: #000 }
.film video { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: contain }
.film figcaption { display: grid; gap: 2px; padding: 9px 14px 11px; font-size: 15px }
.play { position: absolute; inset: 0; width: 100%; padding: 0; border: 0; background: none; cursor: pointer }
.play i { position: absolute; left: 50%; top: 50%; width: 46px; height: 46px; margin: -23px; border-radius: 50%;
  background: #0c0e17b8; border: 1px solid #ffffff40 }
.play i::after { content: ""; position: absolute; left: 17px; top: 13px; border: solid transparent;
  border-width: 9px 0 9px 15px; border-left-color: #fff }
.on .play i { opacity: 0 }
.film b { font-weight: 600; overflow-wrap: anywhere }
.graph { padding: 16px }
.graph svg { display: block; margin: 0 auto }
.measures tbody th:first-child { white-space: normal; min-width: 104px; max-width: 170px; overflow-wrap: break-word }
.part th:first-child { max-width: none !important }
@media (max-width: 560px) {
  .films { grid-template-columns: 1fr 1fr; gap: 12px }
  .wide th:first-child { white-space: normal; max-width: 124px; padding-right: 6px }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
@media print { nav { display: none } }
"""
