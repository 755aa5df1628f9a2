"""The section that compares models with controls: the measures to look at first, then all of them, group by group."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from workflow_scripts.report.page.parts import (
    Section,
    breakable,
    details,
    facts,
    figure,
    in_box,
    interval,
    note,
    number,
    row,
)
from workflow_scripts.workflow.html_page import counted

# What says most in least room: movement, hearing (and its chance level), distribution, body, feet.
FIRST = {
    "speed_ratio": "speed / training",
    "frozen_share": "time frozen",
    "beat_alignment": "beat alignment",
    "beat_alignment_difference": "own song − others",
    "beat_hit_share": "beats hit, 70 ms",
    "fid_k_corrected": "FID kinetic",
    "fid_g_corrected": "FID geometric",
    "div_k_corrected": "diversity kinetic",
    "foot_skate": "feet slide, m/s",
    "jitter_corrected": "jitter, m/s²",
}
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
MOST_BYTES = 8_000_000  # of all beat curves together, as they stand in the page
Comparison = Mapping[str, Any]


def comparison_section(
    comparison: Comparison, figures: Mapping[str, Path], beats: Sequence[tuple[str, Path]]
) -> Section:
    """Return the section.

    Args:
        comparison: content of results/evaluation/comparison.json.
        figures: {"bars", "phases": SVG file}; those that are there are shown.
        beats: (title of a song, SVG file) of beat curves.
    """
    measures = comparison["measures"]
    first = [name for name in FIRST if name in measures and _is_measured(comparison, name)]
    body = (
        note(
            "Means over n dances / songs, with 95 % intervals over songs in brackets. A good number is one near that of"
            " captured dances, and far from those of the other controls. The floor of an FID is what as many dances"
            " would reach that were drawn from the training motion's own distribution: nothing below it is better."
        )
        + _legend()
        + _nothing_aside(comparison.get("truth", {}))
        + _table(comparison, first, FIRST)
        + details(
            "What these columns are",
            facts({FIRST[name]: f"{name}: {measures[name]['says']}" for name in first}),
        )
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


def _nothing_aside(truth: Mapping[str, str]) -> str:
    """Return a note on the datasets ({dataset: split of its `truth`}) that kept no song aside, "" without any."""
    datasets = [dataset for dataset, split in truth.items() if split == "train"]
    if not datasets:
        return ""
    said = "Nothing was kept aside: `truth` is the training motion itself, so being like it says nothing"
    # Where others have kept something, whose it is has to be told.
    return note(f"{said}." if len(datasets) == len(truth) else f"{said} (dataset {' and '.join(datasets)}).")


def _beats(beats: Sequence[tuple[str, Path]]) -> str:
    shown: list[str] = []
    size = 0
    for title, path in beats:
        drawn = details(title, figure(path, f"{title}: how fast every model moves, and the song's beats."))
        size += len(drawn)
        if size > MOST_BYTES:
            break
        shown.append(drawn)
    more = len(beats) - len(shown)
    said = note(f"Those of {counted(more, 'more song')} are in results/evaluation/figures/beats.") if more else ""
    return "<h3>Beat curves</h3>" + "".join(shown) + said if beats else ""


def _legend() -> str:
    chips = "".join(
        f"<li>{_chip(name)} <b>{name.replace('_', ' ')}</b>: {escape(_SAYS[name])}</li>" for name in LETTERS
    )
    return (
        "<div class=\"legend\"><p>A letter on a model's number: it cannot be told from that control's with 95 %"
        " confidence (their difference may be 0; of FID and diversity, their intervals overlap). Green: captured"
        " dances. Amber: another control reaches it as well, so this number alone shows little."
        ' "?": there are too few dances for an interval.</p>'
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


def _table(comparison: Comparison, names: Sequence[str], labels: Mapping[str, str] | None = None) -> str:
    heads = "".join(_head(name, comparison["measures"][name], (labels or {}).get(name, "")) for name in names)
    parts = _parts(comparison["rows"])
    bodies = []
    for datasets, rows in parts:
        said = f'<tr class="part"><th colspan="{len(names) + 2}">dataset {escape(" and ".join(datasets))}</th></tr>'
        lines = "".join(_row(each, names) for each in rows)
        bodies.append(f"<tbody>{said if len(parts) > 1 else ''}{lines}</tbody>")
    head = f'<thead><tr><th></th><th scope="col">n</th>{heads}</tr></thead>'
    return in_box(f'<table class="measures">{head}{"".join(bodies)}</table>')


def _parts(rows: Sequence[Mapping[str, Any]]) -> list[tuple[list[str], list[Mapping[str, Any]]]]:
    """Return (datasets, rows) of what is shown together: datasets whose controls are the same share these."""
    by_controls: dict[str, tuple[list[str], list[Mapping[str, Any]]]] = {}
    for dataset in dict.fromkeys(each["dataset"] for each in rows):
        own = [each for each in rows if each["dataset"] == dataset]
        controls = [each for each in own if each["kind"] == "control"]
        same = json.dumps([(each["name"], each["measures"]) for each in controls], sort_keys=True)
        datasets, shown = by_controls.setdefault(same, ([], list(controls)))
        shown[:] = [*shown[: len(shown) - len(controls)], *(e for e in own if e["kind"] != "control"), *controls]
        datasets.append(dataset)
    return list(by_controls.values())


def _head(name: str, measure: Mapping[str, Any], label: str) -> str:
    form = f'<em class="{measure["form"]}">{measure["form"]}</em>' if measure["form"] else ""
    says = escape(measure["says"])
    if label:
        return f'<th scope="col" title="{escape(name)}: {says}"><span>{escape(label)}</span>{form}</th>'
    return f'<th scope="col"><span>{breakable(name)}</span>{form}<small>{says}</small></th>'


def _row(each: Mapping[str, Any], names: Sequence[str]) -> str:
    letter = f' <i class="chip plain">{LETTERS[each["name"]]}</i>' if each["name"] in LETTERS else ""
    head = escape(each["name"].replace("_", " ")) + (letter if each["kind"] == "control" else "")
    cells = [head, f"{each['dances']} / {each['songs']}"]
    for name in names:
        # Where floors have no column of their own.
        floor = {} if f"{name}_floor" in names else each["measures"].get(f"{name}_floor", {})
        cells.append(_cell(each["measures"][name], floor.get("mean")))
    return row(cells, each["kind"])


def _cell(part: Mapping[str, Any], floor: float | None) -> str:
    chips = "".join(map(_chip, part["like"]))
    return (
        f"<b>{number(part['mean'])}</b>{interval(part['low'], part['high'])}"
        + ("" if floor is None else f"<small>floor {number(floor)}</small>")
        + (f'<span class="like">{chips}</span>' if chips else "")
    )
