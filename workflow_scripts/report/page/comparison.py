"""The section that compares models with controls: the measures to look at first, then all of them, group by group."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from workflow_scripts.report.page.parts import Section, breakable, details, figure, in_box, interval, note, number, row

# What says most in least room: movement, hearing (and its chance level), distribution, body, feet.
FIRST = (
    *("speed_ratio", "late_speed_ratio", "frozen_share"),
    *("beat_alignment", "beat_alignment_difference", "beat_hit_share", "beat_hit_share_shuffled"),
    *("fid_k_corrected", "fid_g_corrected", "div_k_corrected", "foot_skate", "jitter_corrected"),
)
GROUPS = {
    "movement": "Movement",
    "beats": "On the beat",
    "bars": "In the bar",
    "distribution": "Distribution (FID and diversity)",
    "plausibility": "Plausibility",
    "feet": "Feet and floor",
    "body": "Body",
    "genre": "Genre",
}
# Letters of controls on cells.
LETTERS = {
    "truth": "T",
    "truth_shuffled": "S",
    "frozen": "F",
    "noise": "N",
    "smooth_random": "M",
    "replay": "R",
}
_SAYS = {
    "truth": "captured dances to their own songs",
    "truth_shuffled": "captured dances to other songs",
    "frozen": "one pose, held",
    "noise": "white noise",
    "smooth_random": "smooth random motion",
    "replay": "training motion from random places",
}
Comparison = Mapping[str, Any]


def comparison_section(comparison: Comparison, figures: Mapping[str, Path], beats: Mapping[str, Path]) -> Section:
    """Return the section.

    Args:
        comparison: content of results/evaluation/comparison.json.
        figures: {"bars", "phases": SVG file}; those that are there are shown.
        beats: {title of a song: SVG file} of beat curves.
    """
    measures = comparison["measures"]
    first = [name for name in FIRST if name in measures and _is_measured(comparison, name)]
    body = (
        note(
            "Means over dances, with 95 % intervals over songs in brackets. A good number is one near that of captured"
            " dances, and far from those of the other controls."
        )
        + _legend()
        + _table(comparison, first)
        + "<h3>All measures</h3>"
        + "".join(_group(comparison, group) for group in _groups(measures))
        + (figure(figures["bars"], "Models beside controls, with intervals.") if "bars" in figures else "")
        + (
            figure(figures["phases"], "Where between two beats dances come to rest, and captured dances.")
            if "phases" in figures
            else ""
        )
        + _beats(beats)
    )
    return Section("comparison", "Comparison with controls", body)


def _beats(beats: Mapping[str, Path]) -> str:
    shown = [
        details(title, figure(path, f"{title}: how fast every model moves, and the song's beats."))
        for title, path in beats.items()
    ]
    return "<h3>Beat curves</h3>" + "".join(shown) if shown else ""


def _legend() -> str:
    chips = "".join(
        f"<li>{_chip(name)} <b>{name.replace('_', ' ')}</b>: {escape(_SAYS[name])}</li>" for name in LETTERS
    )
    return (
        '<div class="legend"><p>A letter on a model\'s number: it cannot be told from that control. Green is good;'
        ' amber is not; "?" means there are too few dances to say.</p>'
        f"<ul>{chips}</ul></div>"
    )


def _chip(like: str) -> str:
    name = like.removesuffix("?")
    kind = "unsure" if like.endswith("?") else "truth" if name == "truth" else "other"
    said = "cannot be said whether it is like" if kind == "unsure" else "cannot be told from"
    mark = LETTERS.get(name, name) + ("?" if kind == "unsure" else "")
    return f'<i class="chip {kind}" title="{said} {escape(name.replace("_", " "))}">{escape(mark)}</i>'


def _is_measured(comparison: Comparison, name: str) -> bool:
    return any(each["measures"][name]["mean"] is not None for each in comparison["rows"])


def _groups(measures: Mapping[str, Any]) -> Sequence[str]:
    present = {measure["group"] for measure in measures.values()}
    return [*(group for group in GROUPS if group in present), *sorted(present - set(GROUPS))]


def _group(comparison: Comparison, group: str) -> str:
    names = [name for name, measure in comparison["measures"].items() if measure["group"] == group]
    # A corrected form stands beside its published one.
    names.sort(key=lambda name: (name.replace("_corrected", ""), "_corrected" in name))
    known = [name for name in names if _is_measured(comparison, name)]
    missing = ", ".join(name for name in names if name not in known)
    said = note(f"Not measured here: {missing}.") if missing else ""
    title = f"{GROUPS.get(group, group)}: {len(known)} of {len(names)}" if missing else GROUPS.get(group, group)
    return details(title, (_table(comparison, known) if known else "") + said)


def _table(comparison: Comparison, names: Sequence[str]) -> str:
    heads = "".join(_head(name, comparison["measures"][name]) for name in names)
    datasets = list(dict.fromkeys(each["dataset"] for each in comparison["rows"]))
    bodies = []
    for dataset in datasets:
        rows = [each for each in comparison["rows"] if each["dataset"] == dataset]
        said = f'<tr class="part"><th colspan="{len(names) + 2}">dataset {escape(dataset)}</th></tr>'
        lines = "".join(_row(each, names) for each in rows)
        bodies.append(f"<tbody>{said if len(datasets) > 1 else ''}{lines}</tbody>")
    head = f'<thead><tr><th></th><th scope="col">n<small>dances / songs</small></th>{heads}</tr></thead>'
    return in_box(f'<table class="measures">{head}{"".join(bodies)}</table>')


def _head(name: str, measure: Mapping[str, Any]) -> str:
    form = f'<em class="{measure["form"]}">{measure["form"]}</em>' if measure["form"] else ""
    return f'<th scope="col"><span>{breakable(name)}</span>{form}<small>{escape(measure["says"])}</small></th>'


def _row(each: Mapping[str, Any], names: Sequence[str]) -> str:
    letter = f' <i class="chip plain">{LETTERS[each["name"]]}</i>' if each["name"] in LETTERS else ""
    head = escape(each["name"].replace("_", " ")) + (letter if each["kind"] == "control" else "")
    cells = [head, f"{each['dances']} / {each['songs']}"]
    return row([*cells, *(_cell(each["measures"][name]) for name in names)], each["kind"])


def _cell(part: Mapping[str, Any]) -> str:
    chips = "".join(map(_chip, part["like"]))
    return f"<b>{number(part['mean'])}</b>{interval(part['low'], part['high'])}" + (
        f'<span class="like">{chips}</span>' if chips else ""
    )
