"""The gallery's page: one self-contained HTML file beside its videos. Nothing is fetched from elsewhere."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import quote

from workflow_scripts.workflow.html_page import counted, html_page
from workflow_scripts.workflow.names import ORIGINAL


@dataclass(frozen=True)
class Entry:
    """One video of the gallery: its file name beside the page, what it shows, and its poster as a `data:` URI.

    `model` made the dance, "" where it is one of the clips; `sound` is the model of what is heard, ORIGINAL where it is
    the clip's own, "" where it is the song that was danced to. Entries with the same `item` share a section.
    """

    file: str
    model: str
    item: str
    title: str
    sample: str
    seconds: float
    poster: str
    sound: str = ""

    @property
    def caption(self) -> str:
        """Who dances, and what is heard unless it is the song."""
        heard = "original sound" if self.sound == ORIGINAL else f"sound by {self.sound}" if self.sound else ""
        return " · ".join(filter(None, (self.model, heard))).replace("_", " ")


def gallery_page(entries: Sequence[Entry]) -> str:
    """Return the page: a section per song or clip, in the order of the entries, with its videos side by side."""
    sections = [_section(list(group)) for _, group in groupby(entries, key=lambda entry: entry.item)]
    body = "".join(sections) or '<p class="empty">No dances yet.</p>'
    return html_page("playlist2dance", _summary(entries), body, _STYLE, _SCRIPT)


def _summary(entries: Sequence[Entry]) -> str:
    dances = [entry for entry in entries if not entry.sound]
    sounds = [entry for entry in entries if entry.sound and entry.sound != ORIGINAL]
    songs = {entry.item for entry in entries if entry.model or not entry.sound}
    models = {entry.model for entry in dances} | {entry.sound for entry in sounds}
    counts = {"dance": len(dances), "song": len(songs), "model": len(models)}
    if sounds:  # there may be nothing else
        counts = {noun: number for noun, number in counts.items() if number} | {"soundtrack": len(sounds)}
    return " · ".join(counted(number, noun) for noun, number in counts.items())


def _section(entries: list[Entry]) -> str:
    captions = Counter(entry.caption for entry in entries)
    cards = "".join(_card(entry, several=captions[entry.caption] > 1) for entry in entries)
    title = escape(entries[0].title)
    return f'<section aria-label="{title}"><h2>{title}</h2><div class="grid">{cards}</div></section>\n'


def _card(entry: Entry, several: bool) -> str:
    shown = entry.caption
    name = escape(f"{shown} · {int(entry.sample) + 1}" if several and entry.sample.isdigit() else shown)
    label = escape(f"Play {entry.title}, {'danced by ' if entry.model else ''}{shown}")
    time = f"{int(entry.seconds) // 60}:{int(entry.seconds) % 60:02d}"
    return (
        f'<figure><div class="screen"><video src="{escape(quote(entry.file))}" poster="{escape(entry.poster)}"'
        f' preload="none" playsinline loop></video><button type="button" aria-label="{label}"><i></i></button></div>'
        f"<figcaption><b>{name}</b><span>{time}</span></figcaption></figure>"
    )


_STYLE = """
figcaption span, .empty { color: var(--dim); margin: 0 }
.grid { display: grid; gap: 22px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)) }
figure { margin: 0; background: #141726; border: 1px solid var(--line); border-radius: 16px; overflow: hidden;
  transition: transform .18s, border-color .18s, box-shadow .18s }
figure:hover, figure:focus-within, figure.on { border-color: #4f6db0; box-shadow: 0 14px 40px #0009 }
figure:hover { transform: translateY(-3px) }
.screen { position: relative; aspect-ratio: 16 / 9; background: #000 }
video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain }
button { position: absolute; inset: 0; width: 100%; padding: 0; border: 0; background: none; cursor: pointer }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; border-radius: 14px }
i { position: absolute; left: 50%; top: 50%; width: 62px; height: 62px; margin: -31px; border-radius: 50%;
  background: #0c0e17b8; border: 1px solid #ffffff40; transition: opacity .18s, transform .18s }
i::after { content: ""; position: absolute; left: 24px; top: 19px; border: solid transparent;
  border-width: 12px 0 12px 19px; border-left-color: #fff }
button:hover i { transform: scale(1.1) }
.on i { opacity: 0 }
.on button:hover i { opacity: .75 }
.on i::after { left: 21px; top: 20px; width: 7px; height: 21px; border: solid #fff; border-width: 0 6px }
figcaption { display: flex; justify-content: space-between; gap: 12px; padding: 12px 16px 14px }
figcaption b { font-weight: 600; overflow-wrap: anywhere }
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
"""
_SCRIPT = """
// One dance plays at a time, with its sound; a click, Enter or Space plays and pauses.
for (const figure of document.querySelectorAll("figure")) {
  const video = figure.querySelector("video"), button = figure.querySelector("button");
  button.onclick = () => video.paused ? video.play() : video.pause();
  video.onplay = () => {
    figure.classList.add("on");
    button.setAttribute("aria-pressed", "true");
    for (const other of document.querySelectorAll("video")) if (other !== video) other.pause();
  };
  video.onpause = () => { figure.classList.remove("on"); button.setAttribute("aria-pressed", "false"); };
}
"""
