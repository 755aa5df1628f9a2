"""Entry point: the AIST++ protocol of published tables, for models of this project (docs/aistpp.md).

    python -m workflow_scripts.evaluate.aistpp_protocol --source AISTPP [--joints FOLDER] --models NAME...
        --dances results/dances --beats JSON... [--dataset H5] --config JSON --output CSV --details JSON

Rows of the table, by their `kind`:

    quoted         what others printed; nothing is computed
    ground truth   the captured dances of the cases; once on our body, and from the user's SMPL joints if given
    model          dance number k of a song is the k-th case with that music
    control        `evaluate.controls`, 20 s long, one for each case

All are compared with the same pool: the user's SMPL joints of every sequence where they are given, else every sequence
on our body; `reference` says which. Only the row of the user's joints can be the published one.
"""

import argparse
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.evaluate.aistpp.published import QUOTED
from workflow_scripts.evaluate.aistpp.scores import (
    FRAMES,
    Dance,
    Features,
    beat_scores,
    beat_summary,
    distances,
    features_of,
    floors,
)
from workflow_scripts.evaluate.aistpp.sequences import (
    CASES,
    POOL,
    Case,
    Joints,
    Sequences,
    check_joints,
    joint_files,
    on_our_body,
    read_sequences,
    smpl_joints,
)
from workflow_scripts.evaluate.beats_again import read_beats
from workflow_scripts.evaluate.controls import Asked, control_motions
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
from workflow_scripts.evaluate.settings import Settings
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_json, write_text
from workflow_scripts.workflow.provenance import code_version, versions

CLIP = "0000"
FORMAT = "playlist2dance/aistpp"
SMPL_BODY, OUR_BODY = "SMPL joints", "our body"
# The published table's columns, in its order; then what tells how much they say; then the corrected forms.
PUBLISHED = ("FID_k", "FID_g", "Div_k", "Div_g", "BAS")
COLUMNS = (
    *("name", "kind", *PUBLISHED, "n", "shortest", "body", "reference", "reference_n"),
    *("FID_k_low", "FID_k_high", "FID_k_floor", "FID_g_low", "FID_g_high", "FID_g_floor", "BAS_low", "BAS_high"),
    *("BAS_other_songs", "BAS_difference", "BAS_difference_low", "BAS_difference_high"),
    *("FID_k_corrected", "FID_g_corrected", "Div_k_corrected", "Div_g_corrected", "source"),
)
Row = dict[str, Any]


class Table:
    """The rows of the protocol, all against one pool, with the beat scores of every dance behind them."""

    def __init__(self, pool: Features, reference: str, beats: dict[str, Floats], seed: int) -> None:
        self.rows: list[Row] = [{"name": name, "kind": "quoted", **row} for name, row in QUOTED.items()]
        self.dances: list[Row] = []
        self._pool, self._reference, self._beats, self._seed = pool, reference, beats, seed
        self._floors: dict[str, float] = {}

    def add(self, name: str, kind: str, body: str, dances: Sequence[Dance]) -> None:
        """Score a set of dances, one of each case, and add its row."""
        scores = beat_scores(dances, self._beats)
        shown = features_of(dance.world[:FRAMES] for dance in dances)
        count, songs = len(dances), [dance.case.song for dance in dances]
        if not self._floors:  # every set has one dance of each case
            self._floors = floors(count, self._pool, self._seed)
        self.rows.append(
            {
                **{"name": name, "kind": kind, "n": count, "body": body},
                **{"reference": self._reference, "reference_n": self._pool.count},
                "shortest": min(min(len(dance.world), FRAMES) for dance in dances),
                **distances(shown, self._pool, songs),
                **self._floors,
                **beat_summary(scores, dances, self._seed),
            }
        )
        self.dances += [
            {"name": name, "sequence": dance.case.sequence, "song": dance.case.song, "frames": len(dance.world), **row}
            for dance, row in zip(dances, scores, strict=True)
        ]


def protocol(
    sequences: Sequences,
    joints: Path | None,
    models: dict[str, list[Dance]],
    beats: dict[str, Floats],
    dataset: Dataset | None,
    seed: int,
) -> Table:
    """Return the table of ground truth, models and controls.

    Args:
        sequences: of the data set.
        joints: folder of the user's SMPL joints of the sequences, if there is one.
        models: {name: one dance of each case}.
        beats: {song: seconds} of every case's music.
        dataset: its training motion makes the controls; without it there are none.
        seed: of controls and intervals.

    Raises:
        UserError: the joints are not what they have to be.
    """
    cases, ours = sequences.cases, on_our_body(sequences)
    if joints is None:
        pool, reference = features_of(ours(name) for name in sequences.files), OUR_BODY
        table = Table(pool, reference, beats, seed)
    else:
        files = joint_files(joints, sequences)
        theirs = smpl_joints(files)
        captured = _captured(cases, theirs)
        check_joints([(dance.case.sequence, dance.world) for dance in captured], ours, joints)
        table = Table(features_of(theirs(name) for name in files), SMPL_BODY, beats, seed)
        table.add("ground truth", "ground truth", SMPL_BODY, captured)
    table.add("ground truth on our body", "ground truth", OUR_BODY, _captured(cases, ours))
    for name, dances in models.items():
        table.add(name, "model", OUR_BODY, dances)
    if dataset is not None:
        # A frame of the dataset more than needed, which has half as many of them.
        asked = [Asked(case.sequence, case.song, (FRAMES + 2) / RATE) for case in cases]
        for name, motions in control_motions(asked, dataset.split("train"), dataset.fps, seed):
            worlds = [resampled(motion.world, motion.fps)[:FRAMES] for motion in motions]
            table.add(name, "control", OUR_BODY, [Dance(*pair) for pair in zip(cases, worlds, strict=True)])
    return table


def _captured(cases: Sequence[Case], joints: Joints) -> list[Dance]:
    return [Dance(case, joints(case.sequence)) for case in cases]


def dances_of(folder: Path, cases: Sequence[Case]) -> list[Dance]:
    """Return a model's dance of each case, at 60 frames/s, from its pose files `<song>_<number>.h5`.

    Raises:
        UserError: one of them is missing.
    """
    dances = []
    for case in cases:
        path = folder / f"{case.song}_{case.number}.h5"
        if not path.is_file():
            raise UserError(
                f"{path}: no dance for {case.sequence}. The protocol needs the song {case.song}, and as many samples of"
                " it as there are cases with its music: see songs and generate.samples in config/examples/aistpp.yaml"
            )
        poses = read_poses(path)
        dances.append(Dance(case, resampled(poses.clips[CLIP].people[0].world, poses.fps)))
    return dances


def _remarks(sequences: Sequences, table: Table) -> list[str]:
    """Return what keeps this run from being the published protocol."""
    cases, pool = len(sequences.cases), table.rows[-1]["reference_n"]
    remarks = [f"{cases} cases, where the complete data set has {CASES}"] if cases != CASES else []
    remarks += [f"the pool has {pool} sequences, where published tables have {POOL}"] if pool != POOL else []
    if table.rows[-1]["reference"] == OUR_BODY:
        remarks.append("bodies are ours, not SMPL's: no number here can be laid beside a published one")
    else:
        remarks.append("models have our body, the pool has SMPL's: read them beside 'ground truth on our body'")
    short = [row["name"] for row in table.rows if row["kind"] == "model" and row["shortest"] < FRAMES]
    remarks += [f"{name}: some dances are shorter than {FRAMES} frames" for name in short]
    return remarks


def csv_of(rows: Sequence[Row]) -> str:
    """Return rows as CSV with `COLUMNS`; what is not known is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row.get(column)) for column in COLUMNS] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return (f"{value:.4f}" if abs(value) < 1e6 else f"{value:.3e}") if np.isfinite(value) else ""
    return "" if value is None else value


def _plain(row: Row) -> Row:
    return {key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in row.items()}


def main() -> None:
    """Parse the arguments, read, score, write the table and what is behind it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="folder with motions/, splits/, ignore_list.txt")
    parser.add_argument("--joints", type=Path, help="folder of the user's own SMPL joints: <sequence>.npy or .npz")
    parser.add_argument("--models", nargs="*", default=[])
    parser.add_argument("--dances", type=Path, required=True, help="folder with <model>/songs/<song>_<number>.h5")
    parser.add_argument("--beats", type=Path, nargs="+", required=True, help="<song>.json of aistpp.music_beats")
    parser.add_argument("--dataset", type=Path, help="its training motion makes the controls")
    parser.add_argument("--config", default="{}", help="seed as JSON text")
    parser.add_argument("--output", type=Path, required=True, help="the table, .csv")
    parser.add_argument("--details", type=Path, required=True, help="the same with every dance, .json")
    arguments = parser.parse_args()
    config = Settings.parsed(arguments.config)
    sequences = read_sequences(arguments.source)
    beats = {path.stem: read_beats(path) for path in arguments.beats}
    if missing := sorted({case.song for case in sequences.cases} - set(beats)):
        raise UserError(f"songs: the protocol needs {', '.join(missing)} (see config/examples/aistpp.yaml)")
    models = {name: dances_of(arguments.dances / name / "songs", sequences.cases) for name in arguments.models}
    dataset = read_dataset(arguments.dataset) if arguments.dataset else None
    table = protocol(sequences, arguments.joints, models, beats, dataset, config.seed)
    remarks = _remarks(sequences, table)
    write_text(arguments.output, csv_of(table.rows))
    write_json(
        arguments.details,
        {
            "format": FORMAT,
            "remarks": remarks,
            "rows": [_plain(row) for row in table.rows],
            "dances": [_plain(row) for row in table.dances],
            "provenance": {
                "config": json.loads(arguments.config),
                "code": code_version("workflow_scripts.evaluate.aistpp_protocol"),
                "versions": versions("numpy", "scipy"),
            },
        },
    )
    for remark in remarks:
        print(remark)  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
