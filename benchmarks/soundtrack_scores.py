"""What the scores of soundtracks say of sounds that hear no dance, and of the true ones.

    python benchmarks/soundtrack_scores.py [results/datasets/main.h5]

Every clip of a dataset gets its true soundtrack, as though a model had made it; the controls beside it are those of
every evaluation of soundtracks (docs/soundtrack_scores.md). Prints a table with a row per measure, and writes
benchmarks/results/soundtrack_scores.json: rows of name, value, low, high (95 % intervals over songs), unit, baseline
(what the true soundtracks reach), ratio (null), target (null). The folder of the dataset's folder holds poses/ and
clips/.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from results.table import keep

from workflow_scripts.evaluate.soundtrack_model import evaluation
from workflow_scripts.evaluate.soundtracks.items import COLUMNS, read_items
from workflow_scripts.evaluate.soundtracks.measures import MEASURES, TOGETHER
from workflow_scripts.motion.dataset_file import COPY_MARK, read_dataset
from workflow_scripts.workflow.tables import write_table

OUTPUT = Path(__file__).parent / "results" / "soundtrack_scores.json"
SEED = 0


def true_items(dataset: Path) -> list[dict[str, str]]:
    """Return a row of the table of items for each clip of a dataset: its own sound in the place of a generated one."""
    rows = []
    for clip in read_dataset(dataset).clips:
        if COPY_MARK in clip.clip:
            continue
        wav = f"results/clips/{clip.collection}/{clip.video}/{clip.clip}.wav"
        poses = f"results/poses/{clip.collection}/{clip.video}.h5"
        row = {"set": clip.collection, "item": f"{clip.video}.{clip.clip}", "sample": "0", "wav": wav, "sound": wav}
        rows.append(row | {"poses": poses, "clip": clip.clip, "split": "", "song": clip.song})
    return rows


def main() -> None:
    """Score, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path, nargs="?", default=Path("results/datasets/main.h5"))
    arguments = parser.parse_args()
    if not arguments.dataset.is_file():
        print(f"{arguments.dataset} is missing: run `snakemake datasets` first")
        return
    results = arguments.dataset.resolve().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "items.tsv"
        write_table(table, COLUMNS, true_items(arguments.dataset))
        (group,) = evaluation(read_items(table, results), SEED)["groups"]
    rows: list[dict[str, Any]] = []
    names = [name for name in group["rows"] if name != "model"]
    print("| | " + " | ".join(names) + " |\n" + "| --- " * (len(names) + 1) + "|")
    for measure, unit in (MEASURES | TOGETHER).items():
        cells, baseline = [], group["rows"]["truth"][measure]["mean"]
        for name in names:
            part = {key: value and round(value, 4) for key, value in group["rows"][name][measure].items()}
            if part["mean"] is None:
                cells.append("")
                continue
            cells.append(f"{part['mean']:.2f}")
            rows.append(
                {
                    "name": f"{name} {measure}".replace(" ", "_"),
                    "value": part["mean"],
                    "low": part["low"],
                    "high": part["high"],
                    "unit": unit,
                    "baseline": baseline and round(baseline, 4),
                    "ratio": None,
                    "target": None,
                }
            )
            if part["low"] is not None:
                cells[-1] += f" [{part['low']:.2f}, {part['high']:.2f}]"
        print(f"| `{measure}` | " + " | ".join(cells) + " |")
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
