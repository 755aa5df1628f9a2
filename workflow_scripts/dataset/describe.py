"""Describe a dataset on a page.

`python -m workflow_scripts.dataset.describe --dataset H5 --admitted TSV... --results DIR --output HTML`
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from workflow_scripts.dataset.align import left_out_of
from workflow_scripts.dataset.page import dataset_page
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import write_text
from workflow_scripts.workflow.tables import read_table


def left_out(dataset: Dataset, admitted: Sequence[Path], results: Path) -> dict[str, str]:
    """Return {video or video.clip: reason} of all that was listed and is not in a dataset."""
    reasons: dict[str, str] = dict(dataset.provenance["left_out"])
    min_quality = float(dataset.provenance["config"]["min_quality"])
    for table in admitted:
        for row in read_table(table, ("id", "verdict")):
            name = f"{table.stem}/{row['id']}"
            if row["verdict"] != "ok":
                reasons[name] = row["verdict"]
                continue
            poses = read_poses(results / "poses" / table.stem / f"{row['id']}.h5")
            reasons |= {f"{name}.{clip}": reason for clip, reason in left_out_of(poses, min_quality).items()}
    return reasons


def main() -> None:
    """Parse the arguments and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--admitted", type=Path, nargs="+", required=True, help="results/admitted/<collection>.tsv")
    parser.add_argument("--results", type=Path, required=True, help="the folder with poses/")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    dataset = read_dataset(arguments.dataset)
    reasons = left_out(dataset, arguments.admitted, arguments.results)
    write_text(arguments.output, dataset_page(arguments.dataset.stem, dataset, reasons))


if __name__ == "__main__":
    entry_point(main)
