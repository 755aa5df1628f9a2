"""How the gallery's page looks, besides what all pages share."""

STYLE = """
[hidden] { display: none !important }
.tools { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 10px; align-items: center;
  margin: -14px -12px 30px; padding: 12px; background: #10131fe6; backdrop-filter: blur(10px);
  border: 1px solid var(--line); border-radius: 16px }
.tools input, .tools select, .tools button, .tools summary { font: inherit; color: var(--ink); background: #161a2b;
  border: 1px solid #3a4060; border-radius: 10px; min-height: 42px; padding: 8px 12px; max-width: 100% }
.tools input { flex: 1 1 220px; min-width: 0 }
.tools select { flex: 0 1 auto; min-width: 0; max-width: 300px; text-overflow: ellipsis }
.tools button, .tools summary { cursor: pointer }
.tools input::placeholder { color: #a2a7bd }
.count { margin: 0 0 0 auto; color: var(--dim); font-variant-numeric: tabular-nums }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.time, .empty { color: var(--dim); margin: 0 }
.grid { display: grid; gap: 22px; align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)) }
figure { margin: 0; background: #141726; border: 1px solid var(--line); border-radius: 16px; overflow: hidden;
  transition: transform .18s, border-color .18s, box-shadow .18s; scroll-margin: 110px 0 30px }
figure:hover, figure:focus-within, figure.on { border-color: #5b7cc6; box-shadow: 0 14px 40px #0009 }
figure:hover { transform: translateY(-3px) }
.screen { position: relative; background: #000; overflow: hidden }
video { display: block; width: 100%; height: auto; max-height: 74vh; object-fit: contain }
.play { position: absolute; inset: 0; width: 100%; padding: 0; border: 0; background: none; cursor: pointer }
.play:focus-visible { outline-offset: -3px; border-radius: 14px 14px 0 0 }
i { position: absolute; left: 50%; top: 50%; width: 62px; height: 62px; margin: -31px; border-radius: 50%;
  background: #0c0e17b8; border: 1px solid #ffffff40; transition: opacity .18s, transform .18s }
i::after { content: ""; position: absolute; left: 24px; top: 19px; border: solid transparent;
  border-width: 12px 0 12px 19px; border-left-color: #fff }
.play:hover i { transform: scale(1.1) }
.on i { opacity: 0 }
.on .play:hover i, .on .play:focus-visible i { opacity: .75 }
.on i::after { left: 21px; top: 20px; width: 7px; height: 21px; border: solid #fff; border-width: 0 6px }
.done { position: absolute; left: 0; bottom: 0; width: 100%; height: 4px; background: var(--accent);
  transform: scaleX(0); transform-origin: left; pointer-events: none }
figcaption { padding: 12px 16px 14px; display: grid; gap: 10px }
.head { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center }
.head b { font-weight: 600; overflow-wrap: anywhere; margin-right: auto }
.tag { font-style: normal; font-size: 13px; padding: 2px 10px; border-radius: 99px; background: #262b45;
  color: #c9cef0 }
.head a { color: #0b0d16; background: var(--accent); border-radius: 99px; font-weight: 700; font-size: 13px;
  padding: 4px 12px; text-decoration: none }
.head a:hover { background: #b7e7ff }
dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; margin: 0 }
dl div { min-width: 0 }
dt { color: var(--dim); font-size: 12.5px }
dd { margin: 0; font-variant-numeric: tabular-nums; font-weight: 600 }
dd small { display: block; font-weight: 400; font-size: 12.5px; color: var(--dim) }
.help { color: var(--dim); max-width: 75ch; line-height: 1.7 }
.help summary { cursor: pointer; color: var(--ink); width: fit-content }
.help dl { display: block }
.help dt { color: var(--ink); font-size: inherit; font-weight: 600; margin-top: 6px }
.help dd { font-weight: 400 }
kbd { font: inherit; font-size: 14px; padding: 1px 7px; border: 1px solid #3a4060; border-radius: 6px;
  color: var(--ink) }
@media (max-width: 560px) {
  .tools { position: static; margin-inline: 0 }
  .tools select { flex: 1 1 42%; max-width: 100% }
  .count { width: 100% }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
"""
