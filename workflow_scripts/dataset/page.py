"""The page of a dataset: what is in it, in which split, how fast, how good, and what was left out and why."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from html import escape

from workflow_scripts.dataset.drawings import stick_figures
from workflow_scripts.motion.dataset_file import SPLITS, Dataset
from workflow_scripts.motion.dataset_summary import Histogram, Share, examples, histogram, shares, whole
from workflow_scripts.motion.feature_sets import width_of
from workflow_scripts.workflow.html_bars import bars
from workflow_scripts.workflow.html_page import counted, html_page

TEMPO_STEP_BPM, QUALITY_STEP = 5.0, 0.05
EXAMPLES_PER_GENRE = 2
_NAMES_PER_REASON = 12
_NO_GENRE = "no genre"


def dataset_page(name: str, dataset: Dataset, left_out: Mapping[str, str]) -> str:
    """Return the page of a dataset; `left_out` is {video or video.clip: reason}."""
    everything = whole(dataset)
    sections = [
        _section("Genres", _table(shares(dataset, lambda clip: clip.genre or _NO_GENRE), everything)),
        _section("Collections", _table(shares(dataset, lambda clip: clip.collection), everything)),
        _section("What models see", _windows(dataset)),
        _section("Tempo (minutes by beats per minute)", _bars(_tempi(dataset), "bpm")),
        _section("Pose quality (minutes by quality, 0 to 1)", _bars(_qualities(dataset), "quality")),
        _section("Some of its dances", _dances(dataset)),
        _section(f"Left out ({len(left_out)})", _left_out(left_out)),
    ]
    summary = (
        f"dataset · {counted(everything.clips, 'clip')} · {counted(everything.videos, 'video')} · "
        f"{counted(everything.songs, 'song')} · {everything.all_minutes:.1f} minutes"
    )
    return html_page(escape(name), summary, "".join(sections), _STYLE)


def _tempi(dataset: Dataset) -> Histogram:
    known = replace(dataset, clips=[clip for clip in dataset.clips if clip.music.tempo])
    return histogram(known, lambda clip: clip.music.tempo, TEMPO_STEP_BPM)


def _qualities(dataset: Dataset) -> Histogram:
    return histogram(dataset, lambda clip: clip.quality, QUALITY_STEP, (0.0, 1.0))


def _bars(histogram: Histogram, unit: str) -> str:
    return bars(histogram.edges, histogram.minutes, unit)


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>\n"


def _table(parts: list[Share], everything: Share) -> str:
    head = ("", "clips", "videos", "songs", "dancers", *(f"{split} min" for split in SPLITS), "minutes")
    rows = [_row(part) for part in ([*parts, everything] if len(parts) > 1 else parts)]
    cells = "".join(f"<th>{escape(title)}</th>" for title in head)
    return f'<div class="wide"><table><tr>{cells}</tr>{"".join(rows)}</table></div>'


def _row(part: Share) -> str:
    numbers = [part.clips, part.videos, part.songs, part.dancers or "–"]
    numbers += [f"{part.minutes[split]:.1f}" for split in SPLITS] + [f"{part.all_minutes:.1f}"]
    return f"<tr><th>{escape(part.name)}</th>{''.join(f'<td>{number}</td>' for number in numbers)}</tr>"


def _windows(dataset: Dataset) -> str:
    plan = dataset.plan
    what = {
        "window": f"windows of {plan.frames / dataset.fps:g} s, one every {plan.stride / dataset.fps:g} s",
        "clip": "whole clips",
        "frame": "single frames",
    }[plan.mode]
    counts = ", ".join(f"{len(dataset.windows[split])} to {verb}" for split, verb in zip(SPLITS, _VERBS, strict=True))
    grouping = {"frame": "of every frame", "beat": "as means over beats"}.get(
        dataset.grouping, f"as means over {dataset.grouping} s"
    )
    return (
        f"<p>Models learn from {what}: {counts}. They hear {escape(dataset.feature_set)} "
        f"({width_of(dataset.feature_set)} numbers) {grouping}, {dataset.fps:g} times a second.</p>"
    )


def _dances(dataset: Dataset) -> str:
    figures = []
    for clip in examples(dataset, lambda clip: clip.genre, EXAMPLES_PER_GENRE):
        said = [clip.genre, clip.dancer, f"{len(clip.motion.root) / dataset.fps:.1f} s", clip.split]
        figures.append(
            f"<figure>{stick_figures(clip.motion)}<figcaption><b>{escape(clip.name)}</b>"
            f"<span>{escape(' · '.join(filter(None, said)))}</span></figcaption></figure>"
        )
    return f'<div class="grid">{"".join(figures)}</div>'


def _left_out(left_out: Mapping[str, str]) -> str:
    if not left_out:
        return "<p>Nothing.</p>"
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, reason in sorted(left_out.items()):
        by_reason[reason].append(name)
    rows = []
    for reason, names in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        shown = ", ".join(names[:_NAMES_PER_REASON])
        more = f" and {len(names) - _NAMES_PER_REASON} more" if len(names) > _NAMES_PER_REASON else ""
        rows.append(f"<tr><td>{len(names)}</td><td>{escape(reason)}</td><td>{escape(shown)}{more}</td></tr>")
    head = "<tr><th></th><th>why</th><th>what</th></tr>"
    return f'<div class="wide"><table class="text">{head}{"".join(rows)}</table></div>'


_VERBS = ("learn", "validate", "test")
_STYLE = """
p { margin: 0; max-width: 70em }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: 6px 18px 6px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
tr:first-child th { color: var(--dim); font-weight: 400 }
th:first-child, .text th, .text td { text-align: left }
.text td { white-space: normal; vertical-align: top; overflow-wrap: anywhere }
tr:last-child td, tr:last-child th { border-bottom: 0 }
.bars { max-width: 100%; height: auto; fill: var(--accent) }
.bars text { fill: var(--dim); font-size: 12px; text-anchor: middle }
.grid { display: grid; gap: 22px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)) }
figure { margin: 0; background: #141726; border: 1px solid var(--line); border-radius: 16px; overflow: hidden }
.poses { display: block; width: 100%; stroke-width: 5; stroke-linecap: round }
.poses .floor { stroke: var(--line); stroke-width: 2 }
figcaption { display: flex; justify-content: space-between; gap: 12px; padding: 10px 16px 12px }
figcaption b { font-weight: 600; overflow-wrap: anywhere }
figcaption span { color: var(--dim) }
"""
