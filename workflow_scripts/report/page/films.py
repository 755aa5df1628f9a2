"""The section of animations: a few seconds of every dance in the page itself, and links to all of them."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from urllib.parse import quote

from workflow_scripts.report.gather.films import SECONDS, Film
from workflow_scripts.report.page.parts import Section
from workflow_scripts.workflow.html_page import counted

# One plays at a time: all have sound.
SCRIPT = """
document.addEventListener("click", (event) => {
  const button = event.target.closest(".play")
  if (!button) return
  const mine = button.previousElementSibling
  for (const video of document.querySelectorAll("video")) {
    const plays = video === mine && video.paused
    if (plays) video.play(); else video.pause()
    video.closest("figure").classList.toggle("on", plays)
    video.nextElementSibling.setAttribute("aria-pressed", plays)
  }
})
"""


def films_section(films: Sequence[Film], there: int, titles: Mapping[str, str], gallery: str) -> Section:
    """Return the section.

    Args:
        films: those that are shown.
        there: how many dances the gallery has.
        titles: {song: title}.
        gallery: the gallery's address, relative to the page.
    """
    index = f'<a href="{escape(quote(gallery))}/index.html">the gallery</a>'
    said = (
        f"{SECONDS:g} s of {len(films)} of {counted(there, 'dance')}, small; whole, with sound and"
        f" measures, in {index}."
    )
    order = {song: number for number, song in enumerate(titles)}
    by_song = sorted(films, key=lambda film: order.get(film.song, len(order)))
    parts = [f'<p class="note">{said}</p>']
    for song, group in groupby(by_song, key=lambda film: film.song):
        cards = "".join(_card(film, titles.get(song, song), gallery) for film in group)
        parts.append(f'<h3>{escape(titles.get(song, song))}</h3><div class="films">{cards}</div>')
    return Section("animations", "Animations", "".join(parts))


def _card(film: Film, title: str, gallery: str) -> str:
    name = film.model.replace("_", " ") + (f" · {film.sample + 1}" if film.sample else "")
    address = f"{escape(quote(gallery))}/{escape(quote(film.file))}"
    label = escape(f"Play {title}, danced by {name}")
    return (
        '<figure class="film"><div class="screen"><video loop playsinline preload="none"'
        f' poster="{escape(film.poster)}" src="{escape(film.preview)}"></video>'
        f'<button class="play" type="button" aria-label="{label}" aria-pressed="false"><i></i></button></div>'
        f'<figcaption><b>{escape(name)}</b><a href="{address}">whole video</a></figcaption></figure>'
    )
