"""The section on genres: measures of dances to songs of each, and whether a classifier tells them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import fmean
from typing import Any

from workflow_scripts.report.page.parts import Section, breakable, figure, in_box, interval, note, number, row, table
from workflow_scripts.workflow.html_page import counted

SHOWN = (
    *("mean_speed", "frozen_share", "beat_alignment", "beat_alignment_difference"),
    *("beat_hit_share", "foot_skate", "jitter_corrected"),
)


def genres_section(
    comparison: Mapping[str, Any], genres: Mapping[str, str], drawing: Path | None = None
) -> Section | None:
    """Return the section; None where no dance has a genre.

    Args:
        comparison: content of results/evaluation/comparison.json.
        genres: {song: its genre, or ""}.
        drawing: the figure of measures by genre.
    """
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for model, dances in comparison["dances"].items():
        for dance in dances:
            # A dance may have been asked for in another genre than its song's.
            if genre := dance.get("asked_genre") or genres.get(dance["song"], ""):
                found[genre][model].append(dance)
    if not found:
        return None
    names = [name for name in SHOWN if name in comparison["measures"]]
    bodies = "".join(_part(genre, found[genre], names) for genre in sorted(found))
    heads = "".join(f'<th scope="col">{breakable(name)}</th>' for name in names)
    head = f'<thead><tr><th></th><th scope="col">n</th>{heads}</tr></thead>'
    body = (
        note("Means over the dances to songs of a genre (n of them), or of those asked for in it.")
        + in_box(f'<table class="measures">{head}{bodies}</table>')
        + _told(comparison.get("genre", {}))
        + (
            figure(drawing, "Measures by the genre that dances were asked for, else that the classifier tells.")
            if drawing
            else ""
        )
    )
    return Section("genres", "Genres", body)


def _part(genre: str, by_model: Mapping[str, Sequence[Mapping[str, Any]]], names: Sequence[str]) -> str:
    lines = [f'<tr class="part"><th colspan="{len(names) + 2}">{escape(genre)}</th></tr>']
    for model, dances in by_model.items():
        known = {name: [dance[name] for dance in dances if dance.get(name) is not None] for name in names}
        means = [f"<b>{number(fmean(known[name]) if known[name] else None)}</b>" for name in names]
        lines.append(row([escape(model.replace("_", " ")), str(len(dances)), *means], "model"))
    return f"<tbody>{''.join(lines)}</tbody>"


def _told(by_model: Mapping[str, Any]) -> str:
    """Return how well a classifier tells genres of captured clips, and of dances that were asked for one."""
    rows = []
    # Where captured dances have fewer than two genres there is nothing to tell.
    known = {model: found for model, found in by_model.items() if found}
    for model, found in known.items():
        real, dances = found["real"], found["dances"]
        rows.append(
            [
                escape(model.replace("_", " ")),
                f"<b>{number(real['share'])}</b><small>of {counted(real['clips'], 'clip')}</small>",
                f"<b>{number(dances['mean'])}</b>{interval(dances['low'], dances['high'])}"
                f"<small>of {counted(dances['asked'], 'dance')} asked for a genre</small>",
                number(found["chance"]),
            ]
        )
    if not any(found["dances"]["asked"] for found in known.values()):
        return ""
    head = ("", "told of captured dances", "told of the model's", "by chance")
    return "<h3>Told by a classifier</h3>" + table(head, rows, "measures")
