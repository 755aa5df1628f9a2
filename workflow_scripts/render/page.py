"""The gallery's page: one self-contained HTML file beside its videos. Nothing is fetched from elsewhere."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from types import MappingProxyType
from urllib.parse import quote

from workflow_scripts.render.page_script import SCRIPT
from workflow_scripts.render.page_style import STYLE
from workflow_scripts.workflow.html_page import counted, html_page
from workflow_scripts.workflow.names import ORIGINAL, TOGETHER

ALL_MODELS = "all models side by side"


@dataclass(frozen=True)
class Entry:
    """One video of the gallery: its file name beside the page, what it shows, and its poster as a `data:` URI.

    Attributes:
        model: made the dance, TOGETHER where all models dance, "" where it is one of the clips.
        sound: the model of what is heard, ORIGINAL where it is the clip's own, "" where it is the song danced to.
        item: entries with the same one share a section.
        size: of the picture, width and height.
        genre: that the dance was asked for, else the song's or the clip's; "" where it is not known.
        measures: of the dance, see `evaluate.one_dance`.
        viewer: file name of the page that shows it in three dimensions, with a fragment; "" where there is none.
    """

    file: str
    model: str
    item: str
    title: str
    sample: str
    seconds: float
    poster: str
    sound: str = ""
    size: tuple[int, int] = (1280, 720)
    genre: str = ""
    measures: Mapping[str, float | None] = field(default_factory=dict)
    viewer: str = ""

    @property
    def caption(self) -> str:
        """Who dances, and what is heard unless it is the song."""
        heard = "original sound" if self.sound == ORIGINAL else f"sound by {self.sound}" if self.sound else ""
        dancer = ALL_MODELS if self.model == TOGETHER else self.model
        return " · ".join(filter(None, (dancer, heard))).replace("_", " ")


def gallery_page(entries: Sequence[Entry]) -> str:
    """Return the page: a section per song or clip, in the order of the entries, with its videos side by side."""
    sections = [_section(list(group)) for _, group in groupby(entries, key=lambda entry: entry.item)]
    if not sections:
        return html_page("playlist2dance", _summary(entries), '<p class="empty">No dances yet.</p>', STYLE)
    none = '<p class="empty" id="none" hidden>There is no such video here. "Show all" shows all again.</p>'
    body = _tools(entries) + "".join(sections) + none + _help(entries)
    return html_page("playlist2dance", _summary(entries), body, STYLE, SCRIPT)


def _summary(entries: Sequence[Entry]) -> str:
    dances = [entry for entry in entries if not entry.sound and entry.model != TOGETHER]
    sounds = [entry for entry in entries if entry.sound and entry.sound != ORIGINAL]
    songs = {entry.item for entry in entries if entry.model or not entry.sound}
    models = {entry.model for entry in dances} | {entry.sound for entry in sounds}
    counts = {"dance": len(dances), "song": len(songs), "model": len(models)}
    if sounds:  # there may be nothing else
        counts = {noun: number for noun, number in counts.items() if number} | {"soundtrack": len(sounds)}
    return " · ".join(counted(number, noun) for noun, number in counts.items())


# ---- search and filters ----


def _tools(entries: Sequence[Entry]) -> str:
    titles = {entry.item: entry.title for entry in entries}
    of_what = "Song or clip" if any("/" in item for item in titles) else "Song"
    choices = {
        "song": ("song", of_what, titles),
        "model": ("model", "Model", {entry.model: _model_name(entry.model) for entry in entries if entry.model}),
        "genre": ("genre", "Genre", {entry.genre: entry.genre for entry in entries if entry.genre}),
        "sound": ("sound", "Sound", {entry.sound: _sound_name(entry.sound) for entry in entries if entry.sound}),
    }
    selects = "".join(_select(*choice) for name, choice in choices.items() if len(choice[2]) > (name != "sound"))
    return (
        '<div class="tools" role="search" aria-label="Videos">'
        + '<label class="unseen" for="search">Search</label>'
        + '<input id="search" name="search" type="search" placeholder="Search ( / )" autocomplete="off">'
        + f'{selects}<button type="button" id="clear" hidden>Show all</button>'
        + '<p class="count" id="count" role="status"></p></div>\n'
    )


def _select(name: str, label: str, options: Mapping[str, str]) -> str:
    ordered = sorted(options.items(), key=lambda option: option[1]) if name != "song" else options.items()
    inner = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in ordered)
    everything = "Every " + label[0].lower() + label[1:]
    return f'<select name="{name}" aria-label="{label}"><option value="">{everything}</option>{inner}</select>'


def _model_name(model: str) -> str:
    return ALL_MODELS if model == TOGETHER else model.replace("_", " ")


def _sound_name(sound: str) -> str:
    return "original" if sound == ORIGINAL else sound.replace("_", " ")


# ---- videos ----


def _section(entries: list[Entry]) -> str:
    captions = Counter(entry.caption for entry in entries)
    cards = "".join(_card(entry, several=captions[entry.caption] > 1) for entry in entries)
    title = escape(entries[0].title)
    return f'<section aria-label="{title}"><h2>{title}</h2><div class="grid">{cards}</div></section>\n'


def _card(entry: Entry, several: bool) -> str:
    shown = entry.caption
    named = f"{shown} · {int(entry.sample) + 1}" if several and entry.sample.isdigit() else shown
    label = escape(f"Play {entry.title}, {'danced by ' if entry.model else ''}{named}")
    time = f"{int(entry.seconds) // 60}:{int(entry.seconds) % 60:02d}"
    facts = {
        "song": entry.item,
        "model": entry.model,
        "genre": entry.genre,
        "sound": entry.sound,
        "words": " ".join([entry.title, named, entry.genre, entry.item, entry.model, entry.sound]),
    }
    data = "".join(f' data-{name}="{escape(value)}"' for name, value in facts.items())
    tag = f'<em class="tag">{escape(entry.genre)}</em>' if entry.genre else ""
    viewer = _viewer_link(entry, named) if entry.viewer else ""
    width, height = entry.size
    return (
        f'<figure{data}><div class="screen"><video src="{escape(quote(entry.file))}" poster="{escape(entry.poster)}"'
        f' width="{width}" height="{height}" preload="none" playsinline loop></video>'
        f'<button class="play" type="button" aria-label="{label}" aria-pressed="false"><i></i></button>'
        f'<div class="done"></div></div>'
        f'<figcaption><div class="head"><b>{escape(named)}</b>{tag}<span class="time">{time}</span>{viewer}</div>'
        f"{_measures(entry.measures)}</figcaption></figure>"
    )


def _viewer_link(entry: Entry, named: str) -> str:
    file, _, fragment = entry.viewer.partition("#")
    address = quote(file) + (f"#{quote(fragment)}" if fragment else "")
    label = escape(f"{entry.title}, {named}, in 3D")
    return f'<a href="{escape(address)}" aria-label="{label}">3D</a>'


# ---- numbers ----


@dataclass(frozen=True)
class _Shown:
    """A measure as a card shows it: its name, what its number is multiplied with, the unit, and what it says."""

    name: str
    factor: float
    digits: int
    unit: str
    meaning: str


SHOWN: Mapping[str, _Shown] = MappingProxyType(
    {
        "beat_hit_share": _Shown(
            "on the beat", 100, 0, "%", "Share of the song's beats at which the dance has an accent (within 70 ms)."
            " More than by chance, with the same dance and shifted beats, is good.",
        ),
        "frozen_share": _Shown(
            "stands still", 100, 0, "%", "Share of the time without movement. Little is good, unless the music rests.",
        ),
        "foot_skate": _Shown(
            "feet slide", 100, 1, "cm/s", "How fast feet move sideways while they stand. Next to nothing is good.",
        ),
    }
)  # fmt: skip
_CHANCE = {"beat_hit_share": "beat_hit_share_shuffled"}


def _measures(measures: Mapping[str, float | None]) -> str:
    rows = [_measure(key, measures) for key in SHOWN if measures.get(key) is not None]
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _measure(key: str, measures: Mapping[str, float | None]) -> str:
    shown = SHOWN[key]
    chance = measures.get(_CHANCE.get(key, ""))
    small = f"<small>by chance {_number(shown, chance)}</small>" if chance is not None else ""
    return (
        f'<div title="{escape(shown.meaning)}"><dt>{shown.name}</dt>'
        f"<dd>{_number(shown, measures[key])}{small}</dd></div>"
    )


def _number(shown: _Shown, value: float | None) -> str:
    return f"{shown.factor * (value or 0.0):.{shown.digits}f} {shown.unit}"


def _help(entries: Iterable[Entry]) -> str:
    measured = any(entry.measures for entry in entries)
    numbers = "".join(f"<dt>{shown.name}</dt><dd>{escape(shown.meaning)}</dd>" for shown in SHOWN.values())
    return (
        '<details class="help"><summary>Keys'
        + (" and numbers" if measured else "")
        + "</summary><p><kbd>/</kbd> search · <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd> from video to video ·"
        " <kbd>Enter</kbd> or <kbd>Space</kbd> plays and pauses · <kbd>Esc</kbd> clears the search, or stops</p>"
        + (f"<dl>{numbers}</dl>" if measured else "")
        + "</details>\n"
    )
