"""Gather small pictures of every clip of a dataset, for models that look at the video (`condition: video`).

`python -m workflow_scripts.soundtrack.gather_pictures --dataset H5 --clips results/clips --output H5`
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from workflow_scripts.motion.dataset_file import COPY_MARK, Dataset, read_dataset
from workflow_scripts.motion.pictures_file import FPS, Pictures, PicturesFile, write_pictures
from workflow_scripts.soundtrack.pictures import pictures_of
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import code_version, versions


class GatheredPictures(Mapping[str, Pictures]):
    """{name of a clip of the dataset: its pictures}, decoded when they are asked for.

    Copies of a clip have none, nor has captured motion, which was never filmed.

    Attributes:
        without: names of the clips that have no video.
    """

    def __init__(self, dataset: Dataset, clips: Path) -> None:
        entries = {clip.name: clip for clip in dataset.clips if COPY_MARK not in clip.clip}
        self._videos = {
            name: clips / clip.collection / clip.video / f"{clip.clip}.mp4" for name, clip in entries.items()
        }
        self._entries = {name: clip for name, clip in entries.items() if self._videos[name].is_file()}
        self.without = [name for name in entries if name not in self._entries]
        self._fps = dataset.fps

    def __getitem__(self, name: str) -> Pictures:
        """Return (P, SIDE, SIDE, 3) of one clip, from its first frame of motion to the last.

        Raises:
            MediaError: the video cannot be read.
        """
        clip = self._entries[name]
        return pictures_of(self._videos[name], clip.start_s, len(clip.motion.root) / self._fps)

    def __iter__(self) -> Iterator[str]:
        """Return the names."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self._entries)


def main() -> None:
    """Parse the arguments, gather, write the pictures file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True, help="the folder results/clips")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    pictures = GatheredPictures(read_dataset(arguments.dataset), arguments.clips)
    if not pictures:
        raise UserError(
            f"{arguments.dataset}: no clip of it has a video, which `condition: video` needs; choose "
            "`condition: pose`, or a dataset of collections of videos"
        )
    provenance = {
        "dataset": sha256_of(arguments.dataset),
        "code": code_version("workflow_scripts.soundtrack.gather_pictures"),
        "versions": versions("av", "numpy"),
    }
    write_pictures(arguments.output, PicturesFile(pictures, provenance))
    print(f"{arguments.output}: pictures of {len(pictures)} clips, {FPS} a second")  # noqa: T201
    if left_out := pictures.without:
        print(f"{len(left_out)} clips have no video and are not learned from: {', '.join(left_out[:5])}")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
