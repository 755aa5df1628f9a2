"""python -m workflow_scripts.collect.fingerprint: what the clips of a video (or song) sound and look like, in codes.

clips     (K,) names; start_s (K,) float64, second of the video at which each begins
sound.<clip>, pictures.<clip>   (T,) uint64, eight codes per second; 0 for silence and for pictures that stand still
format    "playlist2dance/fingerprint 1"
"""

import argparse
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workflow_scripts.collect.alike.picture_code import picture_codes
from workflow_scripts.collect.alike.sound_code import CODES_PER_S, NOTHING, Codes, sound_codes
from workflow_scripts.workflow.errors import broken_file, entry_point
from workflow_scripts.workflow.files import atomic_path
from workflow_scripts.workflow.media import MediaError
from workflow_scripts.workflow.tables import read_table

FORMAT = "playlist2dance/fingerprint 1"


@dataclass(frozen=True)
class Fingerprint:
    """Codes of the clips of one video, {clip: (T,)}; a song has no pictures. `start_s`: their places in the video."""

    start_s: Mapping[str, float]
    sound: Mapping[str, Codes]
    pictures: Mapping[str, Codes]

    def timelines(self) -> tuple[Codes, Codes]:
        """Return the codes of sound and of pictures by time in the video, `NOTHING` between clips."""
        return self._timeline(self.sound), self._timeline(self.pictures)

    def _timeline(self, codes: Mapping[str, Codes]) -> Codes:
        first = {clip: round(self.start_s[clip] * CODES_PER_S) for clip in codes}
        line = np.full(max((first[clip] + len(part) for clip, part in codes.items()), default=0), NOTHING)
        for clip, part in codes.items():
            line[first[clip] : first[clip] + len(part)] = part
        return line


def fingerprint(clips: Path) -> Fingerprint:
    """Return the fingerprint of the clips that a clips.tsv lists.

    Raises:
        BrokenFileError: a clip cannot be read; clips.tsv has been deleted, so that the next run cuts again.
    """
    rows = read_table(clips, ("clip", "start_s", "audio", "video"))
    try:
        return Fingerprint(
            {row["clip"]: float(row["start_s"]) for row in rows},
            {row["clip"]: sound_codes(clips.parent / row["audio"]) for row in rows if row["audio"]},
            {row["clip"]: picture_codes(clips.parent / row["video"]) for row in rows if row["video"]},
        )
    except MediaError as error:
        raise broken_file(clips, str(error)) from error


def write_fingerprint(target: Path, made: Fingerprint) -> None:
    """Write a fingerprint file atomically; equal fingerprints give equal bytes."""
    names = sorted(made.start_s)
    arrays = {f"sound.{clip}": codes for clip, codes in made.sound.items()}
    arrays |= {f"pictures.{clip}": codes for clip, codes in made.pictures.items()}
    with atomic_path(target) as path, path.open("wb") as file:
        np.savez_compressed(
            file,
            format=np.array(FORMAT),
            clips=np.array(names, dtype=str),
            start_s=np.array([made.start_s[clip] for clip in names], dtype=np.float64),
            **{name: arrays[name] for name in sorted(arrays)},  # type: ignore[arg-type]
        )


def read_fingerprint(path: Path) -> Fingerprint:
    """Read a fingerprint file.

    Raises:
        BrokenFileError: the file is truncated or of another format; it has been deleted.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["format"]) != FORMAT:
                raise broken_file(path, f"not a {FORMAT} file")
            names = [str(name) for name in file["clips"]]
            return Fingerprint(
                dict(zip(names, file["start_s"].tolist(), strict=True)),
                {clip: file[f"sound.{clip}"] for clip in names if f"sound.{clip}" in file},
                {clip: file[f"pictures.{clip}"] for clip in names if f"pictures.{clip}" in file},
            )
    except (OSError, KeyError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        if not path.exists():
            raise
        raise broken_file(path, f"not a readable fingerprint ({error})") from error


def main() -> None:
    """Write results/fingerprints/{collection}/{video}.npz."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--clips", type=Path, required=True, help="clips.tsv of the video or song")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    write_fingerprint(arguments.output, fingerprint(arguments.clips))


if __name__ == "__main__":
    entry_point(main)
