"""List what a model makes sound for: clips with a dancer, and generated dances.

`python -m workflow_scripts.soundtrack.list_items --dataset H5 --splits validation --poses H5... --output TSV`
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from workflow_scripts.motion.dataset_file import COPY_MARK, SPLITS, Dataset, read_dataset
from workflow_scripts.motion.pose_file import KEPT, PoseFile, read_poses
from workflow_scripts.motion.soundtrack_table import COLUMNS
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.names import SONGS
from workflow_scripts.workflow.tables import write_table

Known = dict[tuple[str, str, str], dict[str, str]]


def known_clips(dataset: Dataset) -> Known:
    """Return {(collection, video, clip): its split and song} of a dataset: also of clips that are named otherwise."""
    return {
        (clip.collection, clip.video, clip.clip): {"split": clip.split, "song": clip.song}
        for clip in dataset.clips
        if COPY_MARK not in clip.clip
    }


def clips_of_split(known: Known, split: str) -> Iterator[dict[str, str]]:
    """Yield the clips of a split of a dataset.

    Raises:
        UserError: it has none.
    """
    clips = [place for place, said in known.items() if said["split"] == split]
    if not clips:
        raise UserError(
            f"soundtrack.of: the dataset has no clip of the split {split!r}; name another split, a collection, or "
            "clips (collection/video.clip)"
        )
    for place in clips:
        yield _item(*place, known)


def clips_of_poses(path: Path, poses: PoseFile, known: Known) -> Iterator[dict[str, str]]:
    """Yield the clips of a pose file that somebody is in."""
    for name in sorted(poses.kept()):
        yield _item(path.parent.name, path.stem, name, known)


def one_clip(path: Path, poses: PoseFile, wanted: str, known: Known) -> dict[str, str]:
    """Return a single clip of a pose file.

    Raises:
        UserError: it is not there, or nobody is in it; with the reason.
    """
    collection, video = path.parent.name, path.stem
    if wanted not in poses.clips:
        have = ", ".join(sorted(poses.clips)) or "no clip"
        raise UserError(f"soundtrack.of: {collection}/{video} has no clip {wanted!r}; it has {have}")
    if wanted not in poses.kept():
        raise UserError(f"soundtrack.of: {collection}/{video}.{wanted} was left out: {_reason(poses, wanted)}")
    return _item(collection, video, wanted, known)


def _reason(poses: PoseFile, clip: str) -> str:
    verdict = poses.clips[clip].verdict
    return verdict if verdict != KEPT else "nobody is in it"


def dances(paths: Sequence[Path]) -> Iterator[tuple[dict[str, str], str]]:
    """Yield generated dances (results/dances/<model>/songs/<song>_<sample>.h5), each with its sample."""
    for path in paths:
        song, _, sample = path.stem.rpartition("_")
        model = path.parts[-3]
        yield {
            "set": SONGS, "item": f"{song}.{model}", "poses": str(path), "clip": "0000",
            "sound": f"results/clips/songs/{song}/0000.wav", "split": "", "song": song,
        }, sample  # fmt: skip


def _item(collection: str, video: str, clip: str, known: Known) -> dict[str, str]:
    said = known.get((collection, video, clip), {"split": "", "song": f"{collection}/{video}"})
    return said | {
        "set": collection, "item": f"{video}.{clip}", "poses": f"results/poses/{collection}/{video}.h5", "clip": clip,
        "sound": f"results/clips/{collection}/{video}/{clip}.wav",
    }  # fmt: skip


def listed(
    dataset: Dataset, splits: Sequence[str], poses: Sequence[Path], clips: Sequence[tuple[Path, str]]
) -> list[dict[str, str]]:
    """Return the clips that get a sound, each once, in the order of their names.

    Args:
        dataset: the model's.
        splits: all clips of these of its splits.
        poses: all clips of these pose files in which somebody is.
        clips: single clips of pose files.

    Raises:
        UserError: a split has no clip, nobody is in any clip of the pose files, or in a single one.
    """
    known = known_clips(dataset)
    found = [item for split in splits for item in clips_of_split(known, split)]
    of_poses: list[dict[str, str]] = []
    reasons: list[str] = []
    for path in poses:
        file = read_poses(path)
        of_poses += clips_of_poses(path, file, known)
        reasons += [f"{path.parent.name}/{path.stem}.{name}: {_reason(file, name)}" for name in file.clips]
    if poses and not of_poses:
        raise UserError(f"soundtrack.of: nobody is in any clip of its collections ({'; '.join(reasons[:5])})")
    found += of_poses + [one_clip(path, read_poses(path), name, known) for path, name in clips]
    return [item for _, item in sorted({(item["set"], item["item"]): item for item in found}.items())]


def main() -> None:
    """Parse the arguments, list, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True, help="the model's dataset")
    parser.add_argument("--splits", nargs="*", choices=SPLITS, default=[], help="clips of these splits of the dataset")
    parser.add_argument("--poses", type=Path, nargs="*", default=[], help="pose files, of which all clips are taken")
    parser.add_argument("--clips", nargs="*", default=[], help="single clips: results/poses/C/V.h5:NNNN")
    parser.add_argument("--dances", type=Path, nargs="*", default=[], help="generated dances, which need not be there")
    parser.add_argument("--samples", type=int, default=1, help="how many sounds for each clip")
    parser.add_argument("--output", type=Path, required=True, help="results/soundtracks/<model>/items.tsv")
    arguments = parser.parse_args()
    singles = [(Path(place), clip) for place, _, clip in (text.rpartition(":") for text in arguments.clips)]
    clips = listed(read_dataset(arguments.dataset), arguments.splits, arguments.poses, singles)
    rows = [(item, str(sample)) for item in clips for sample in range(arguments.samples)]
    rows += dances(arguments.dances)
    folder = arguments.output.parent
    table = [
        item | {"sample": sample, "wav": f"{folder}/{item['set']}/{item['item']}_{sample}.wav"} for item, sample in rows
    ]
    write_table(arguments.output, COLUMNS, table)
    print(f"{arguments.output}: {len(table)} sounds to make")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
