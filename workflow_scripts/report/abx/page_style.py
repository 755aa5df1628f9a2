"""How the page of the comparison looks, besides what all pages share."""

STYLE = """
[hidden] { display: none !important }
body { padding-block: clamp(12px, 2.5vw, 32px) }
header { margin-bottom: clamp(10px, 2vw, 24px) }
section { margin: 0 }
#welcome, #done { max-width: 62ch }
#welcome h2, #done h2 { font-size: 26px; border: 0; padding: 0 }
h2 { border: 0; padding: 0; margin: 0 }
form { margin-top: 26px }
label { display: block; margin-bottom: 8px; color: var(--dim) }
.row { display: flex; flex-wrap: wrap; gap: 10px }
input, button { font: inherit; color: var(--ink); background: #161a2b; border: 1px solid #3a4060; border-radius: 10px;
  min-height: 46px; padding: 8px 16px }
input { flex: 1 1 200px; min-width: 0 }
button { cursor: pointer }
button:hover { border-color: #5b7cc6 }
button.main { background: var(--accent); border-color: var(--accent); color: #0b0d16; font-weight: 700 }
button.main:hover { background: #b7e7ff }
.vote { border-color: var(--accent); color: var(--accent); font-weight: 600 }
button:disabled { opacity: .45; cursor: default }
[aria-pressed=false] { color: var(--dim); text-decoration: line-through }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
kbd { font: inherit; font-size: 13px; font-weight: 600; padding: 1px 7px; border: 1px solid #7f86a8; border-radius: 6px;
  margin-right: 6px }
.main kbd { border-color: #0b0d1680 }
.top { display: flex; flex-wrap: wrap; gap: 2px 16px; justify-content: space-between; align-items: baseline }
.top p, .note { color: var(--dim); margin: 0; font-variant-numeric: tabular-nums }
.bar { height: 4px; border-radius: 4px; background: var(--line); margin: 10px 0 16px; overflow: hidden }
.bar i { display: block; height: 100%; width: 0; background: var(--accent); transition: width .2s }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: clamp(10px, 2vw, 24px) }
figure { margin: 0; display: grid; gap: 10px; min-width: 0 }
video { display: block; width: 100%; aspect-ratio: auto 16 / 9; max-height: 62vh; object-fit: contain; background: #000;
  border-radius: 14px }
.tools { margin: 16px 0 10px; justify-content: center }
@media (max-width: 640px) {
  header p { display: none }
  .pair:not(.tall) { grid-template-columns: 1fr; gap: 12px }
  .pair:not(.tall) video { max-height: 27vh }
  figure { gap: 6px }
  .tools { margin-top: 12px; gap: 8px }
  .tools button { flex: 1 1 30%; padding-inline: 8px }
}
@media (hover: none) { kbd { display: none } }
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
"""
