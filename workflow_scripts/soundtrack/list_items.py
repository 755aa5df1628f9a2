"""List what a model makes sound for: clips with a dancer, and generated dances.

`python -m workflow_scripts.soundtrack.list_items --dataset H5 --of NAME... --dances H5... --samples N --output TSV`
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from workflow_scripts.motion.dataset_file import COPY_MARK, SPLITS, Dataset, read_dataset
from workflow_scripts.motion.pose_file import KEPT, PoseFile, read_poses
from workflow_scripts.motion.soundtrack_table import COLUMNS
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.tables import write_table

SONGS = "songs"


def clips_of_splits(dataset: Dataset, splits: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the clips of some splits of a dataset.

    Raises:
        UserError: a split has none.
    """
    for split in splits:
        clips = {
            (clip.collection, clip.video, clip.clip): clip
            for clip in dataset.split(split)
            if COPY_MARK not in clip.clip
        }
        if not clips:
            raise UserError(
                f"soundtrack.of: the dataset has no clip of the split {split!r}; name another split, a collection, or "
                "clips (collection/video.clip)"
            )
        for (collection, video, name), clip in clips.items():
            yield _item(collection, video, name) | {"split": split, "song": clip.song}


def clips_of_poses(path: Path, poses: PoseFile, wanted: str | None) -> Iterator[dict[str, str]]:
    """Yield the clips of a pose file that somebody is in: all of them, or one.

    Raises:
        UserError: the wanted one is not there, or nobody is in it; with the reason.
    """
    collection, video = path.parent.name, path.stem
    if wanted is not None and wanted not in poses.clips:
        have = ", ".join(sorted(poses.clips)) or "no clip"
        raise UserError(f"soundtrack.of: {collection}/{video} has no clip {wanted!r}; it has {have}")
    kept = poses.kept()
    if wanted is not None and wanted not in kept:
        verdict = poses.clips[wanted].verdict
        reason = verdict if verdict != KEPT else "nobody is in it"
        raise UserError(f"soundtrack.of: {collection}/{video}.{wanted} was left out: {reason}")
    for name in sorted(kept) if wanted is None else [wanted]:
        yield _item(collection, video, name)


def dances(paths: Sequence[Path]) -> Iterator[tuple[dict[str, str], str]]:
    """Yield generated dances (results/dances/<model>/songs/<song>_<sample>.h5), each with its sample."""
    for path in paths:
        song, _, sample = path.stem.rpartition("_")
        model = path.parts[-3]
        yield {
            "set": SONGS, "item": f"{song}.{model}", "poses": str(path), "clip": "0000",
            "sound": f"results/clips/songs/{song}/0000.wav", "split": "", "song": song,
        }, sample  # fmt: skip


def _item(collection: str, video: str, clip: str) -> dict[str, str]:
    return {
        "set": collection, "item": f"{video}.{clip}", "poses": f"results/poses/{collection}/{video}.h5", "clip": clip,
        "sound": f"results/clips/{collection}/{video}/{clip}.wav", "split": "", "song": f"{collection}/{video}",
    }  # fmt: skip


def main() -> None:
    """Parse the arguments, list, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True, help="the model's dataset")
    parser.add_argument("--splits", nargs="*", choices=SPLITS, default=[], help="clips of these splits of the dataset")
    parser.add_argument("--poses", type=Path, nargs="*", default=[], help="pose files, of which all clips are taken")
    parser.add_argument("--clips", nargs="*", default=[], help="single clips: results/poses/C/V.h5:NNNN")
    parser.add_argument("--dances", type=Path, nargs="*", default=[])
    parser.add_argument("--samples", type=int, default=1, help="how many sounds for each clip")
    parser.add_argument("--output", type=Path, required=True, help="results/soundtracks/<model>/items.tsv")
    arguments = parser.parse_args()
    found: dict[tuple[str, str], dict[str, str]] = {}
    for item in clips_of_splits(read_dataset(arguments.dataset), arguments.splits):
        found[item["set"], item["item"]] = item
    places = [(path, None) for path in arguments.poses]
    places += [(Path(clip.rpartition(":")[0]), clip.rpartition(":")[2]) for clip in arguments.clips]
    for path, wanted in places:
        for item in clips_of_poses(path, read_poses(path), wanted):
            found.setdefault((item["set"], item["item"]), item)
    rows = [(item, str(sample)) for _, item in sorted(found.items()) for sample in range(arguments.samples)]
    rows += dances(arguments.dances)
    folder = arguments.output.parent
    table = [
        item | {"sample": sample, "wav": f"{folder}/{item['set']}/{item['item']}_{sample}.wav"} for item, sample in rows
    ]
    write_table(arguments.output, COLUMNS, table)
    print(f"{arguments.output}: {len(table)} sounds to make")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
