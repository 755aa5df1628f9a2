"""Draw a table of measures by genre: `python -m workflow_scripts.evaluate.figures.genres --help`.

A dance counts for the genre it was asked for, or where it was asked for none, for the one that the classifier of real
motion tells it to be.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import read_json
from workflow_scripts.workflow.plots import svg, without_frame

# What is shown of each genre, with its title and format.
SHOWN: dict[str, tuple[str, str]] = {
    "beat_alignment_difference": ("beat alignment: own song − others", "{:+.2f}"),
    "speed_ratio": ("speed / training motion", "{:.2f}"),
    "frozen_share": ("share of time frozen", "{:.0%}"),
    "foot_skate": ("feet slide, m/s", "{:.2f}"),
}


def by_genre(dances: Sequence[dict[str, Any]], measure: str) -> dict[str, tuple[float, int]]:
    """Return {genre: (mean, dances)} of a measure; dances without a genre or a number are left out."""
    values: dict[str, list[float]] = {}
    for dance in dances:
        genre = dance["asked_genre"] or dance["told_genre"]
        if genre and dance[measure] is not None:
            values.setdefault(genre, []).append(dance[measure])
    return {genre: (float(np.mean(found)), len(found)) for genre, found in sorted(values.items())}


def draw_genres(target: Path, comparison: dict[str, Any]) -> None:
    """Draw a table of models and genres per measure; a note where no genre is known."""
    models = [row["name"] for row in comparison["rows"] if row["kind"] == "model"]
    dances: dict[str, list[dict[str, Any]]] = {name: comparison["dances"][name] for name in models}
    genres = sorted({genre for rows in dances.values() for measure in SHOWN for genre in by_genre(rows, measure)})
    width = 1.6 + 0.95 * max(len(genres), 2)
    height = 0.7 + 0.3 * len(dances)
    columns = 2 if genres else 1
    with svg(target, width * columns, height * (len(SHOWN) // columns if genres else 1)) as figure:
        if not genres:
            figure.text(0.5, 0.5, "The data has fewer than two genres.", ha="center", va="center")
            return
        axes = figure.subplots(len(SHOWN) // columns, columns, squeeze=False)
        for axis, (measure, (title, number)) in zip(axes.flat, SHOWN.items(), strict=True):
            table = np.full((len(dances), len(genres)), np.nan)
            for line, rows in enumerate(dances.values()):
                for genre, (mean, count) in by_genre(rows, measure).items():
                    table[line, genres.index(genre)] = mean
                    text = f"{number.format(mean)}\nn = {count}"
                    axis.text(genres.index(genre), line, text, ha="center", va="center", fontsize=6.5, linespacing=0.95)
            # A measure may be known of no dance: beats of songs without a beat.
            reach = float(np.abs(np.nan_to_num(table)).max()) or 1.0
            below = bool((table < 0).any())
            axis.imshow(
                table,
                cmap="RdBu" if below else "Blues",
                vmin=-reach if below else 0,
                vmax=1.6 * reach,
                aspect="auto",
                alpha=0.7,
            )
            axis.set_title(title, fontsize=9, loc="left")
            axis.set_xticks(range(len(genres)), genres, fontsize=7, parse_math=False)
            axis.set_yticks(range(len(dances)), list(dances), fontsize=7)
            without_frame(axis)


def main() -> None:
    """Parse the arguments, read the comparison, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comparison", type=Path, required=True, help="results/evaluation/comparison.json")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    draw_genres(arguments.output, read_json(arguments.comparison))


if __name__ == "__main__":
    entry_point(main)
