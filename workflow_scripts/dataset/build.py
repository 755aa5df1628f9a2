"""Build a dataset.

`python -m workflow_scripts.dataset.build --admitted TSV... --songs TSV --results DIR --config JSON --output H5`
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError

from workflow_scripts.dataset.align import AlignedClip, read_video
from workflow_scripts.dataset.split import Video, disputed, leaks, named_songs, songs_of, split_songs
from workflow_scripts.dataset.statistics import statistics
from workflow_scripts.motion.dataset_file import SPLITS, Dataset, DatasetClip, write_dataset
from workflow_scripts.motion.music_choice import MusicChoice
from workflow_scripts.motion.representation import to_vectors
from workflow_scripts.motion.windows import Mode, WindowPlan
from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.provenance import code_version, versions
from workflow_scripts.workflow.tables import read_table

SONG_COLUMNS = ("collection", "video", "song")


class DatasetConfig(BaseModel):
    """What a dataset is made of.

    Attributes:
        collections: names of collections.
        weights: how often clips of a collection are drawn in training, against 1.
        feature_set: see `motion.feature_sets`.
        grouping: see `motion.grouping`.
        fps: frames per second of the dataset.
        mode: what one example is: a whole clip, a window of it, or a frame.
        window_s, stride_s: length and distance of windows, seconds.
        validation: share of songs kept for validation.
        seed: which ones.
        min_quality: clips below are left out (0..1).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    collections: tuple[str, ...]
    weights: dict[str, PositiveFloat] = Field(default_factory=dict)
    feature_set: str = "edge35"
    grouping: str = Field(default="frame", pattern=r"^(frame|beat|\d+(\.\d+)?)$")
    fps: float = Field(default=30.0, gt=0)
    mode: Mode = "window"
    window_s: float = Field(gt=0)
    stride_s: float = Field(gt=0)
    validation: float = Field(ge=0, lt=1)
    seed: int = Field(ge=0)
    min_quality: float = Field(default=0.0, ge=0, le=1)


def build(admitted: Sequence[Path], songs: Path, results: Path, config: DatasetConfig) -> Dataset:
    """Return the dataset of all admitted videos of the configured collections.

    Args:
        admitted: tables named `<collection>.tsv` (see the collect stage); one per collection.
        songs: table of the song of each of these videos (columns collection, video, song).
        results: the folder that holds `poses/` and `features/`.
        config: the dataset's settings.

    Raises:
        UserError: no clip is usable, or a file does not fit (named in the message).
    """
    tables = {path.stem: read_table(path, ["id", "verdict", "genre", "dancer", "split"]) for path in admitted}
    song_of = {f"{row['collection']}/{row['video']}": row["song"] for row in read_table(songs, SONG_COLUMNS)}
    videos: list[Video] = []
    clips: dict[str, list[AlignedClip]] = {}
    heard = MusicChoice(config.feature_set, config.grouping)
    rejected_clips = rejected_videos = 0
    for collection in config.collections:
        if collection not in tables:
            raise UserError(f"collection {collection!r}: no table of admitted videos was given")
        for row in tables[collection]:
            if row["verdict"] != "ok":
                rejected_videos += 1
                continue
            name = f"{collection}/{row['id']}"
            kept, reasons = read_video(results, collection, row["id"], heard, config.fps, config.min_quality)
            rejected_clips += len(reasons)
            if kept:
                if name not in song_of:
                    raise broken_file(songs, f"it lacks {name}")
                videos.append(Video(name, song_of[name], row["genre"], row["split"].strip().lower(), row["dancer"]))
                clips[name] = kept
    if not clips:
        raise UserError(
            f"no usable clip in {', '.join(config.collections)}: {rejected_videos} videos and {rejected_clips} clips "
            f"were left out; the reasons are in {results / 'quarantine.tsv'} and {results / 'admitted'}"
        )
    videos = named_songs(videos, song_of)
    left_out = disputed(videos)
    used = [video for video in videos if video.name not in left_out]
    splits = split_songs(songs_of(used), config.validation, config.seed)
    dataset_clips = sorted(
        (
            DatasetClip(
                collection=video.name.split("/")[0],
                video=video.name.split("/")[1],
                clip=clip.clip,
                song=video.song,
                genre=video.genre,
                dancer=video.dancer,
                weight=config.weights.get(video.name.split("/")[0], 1.0),
                split=splits[video.song],
                quality=clip.quality,
                motion=clip.motion,
                music=clip.music,
                person=clip.person,
                stretch=clip.stretch,
                start_s=clip.start_s,
            )
            for video in used
            for clip in clips[video.name]
        ),
        key=lambda clip: clip.name,
    )
    return assembled(dataset_clips, config, left_out)


def assembled(clips: list[DatasetClip], config: DatasetConfig, left_out: Mapping[str, str] | None = None) -> Dataset:
    """Return the dataset of aligned, split clips (sorted by name): windows, and statistics of the training split.

    `left_out` ({video: reason}) is recorded in the provenance.

    Raises:
        AssertionError: a song or a video is in two splits. No defect of the input leads there.
    """
    training = [clip for clip in clips if clip.split == "train"]
    for what, places in (
        ("song", [(clip.song, clip.split) for clip in clips]),
        ("video", [(f"{clip.collection}/{clip.video}", clip.split) for clip in clips]),
    ):
        if leaking := leaks(places):
            raise AssertionError(f"a {what} is in more than one split: {leaking}")
    plan = WindowPlan(config.mode, round(config.window_s * config.fps), max(1, round(config.stride_s * config.fps)))
    windows = {
        split: plan.windows(
            [(number, len(clip.motion.root)) for number, clip in enumerate(clips) if clip.split == split]
        )
        for split in SPLITS
    }
    return Dataset(
        fps=config.fps,
        feature_set=config.feature_set,
        grouping=config.grouping,
        plan=plan,
        clips=clips,
        windows=windows,
        features=statistics(clip.music.features for clip in training),
        motion=statistics(to_vectors(clip.motion, config.fps) for clip in training),
        provenance={
            "config": config.model_dump(mode="json"),
            "left_out": dict(left_out or {}),
            "code": code_version("workflow_scripts.dataset.build"),
            "versions": versions("numpy", "h5py"),
        },
    )


def main() -> None:
    """Parse the arguments, build and write the dataset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--admitted", type=Path, nargs="+", required=True, help="results/admitted/<collection>.tsv")
    parser.add_argument("--songs", type=Path, required=True, help="results/songs/<dataset>.tsv")
    parser.add_argument("--results", type=Path, required=True, help="the folder with poses/ and features/")
    parser.add_argument("--config", required=True, help="settings as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = DatasetConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"dataset settings: {error}") from error
    dataset = build(arguments.admitted, arguments.songs, arguments.results, config)
    write_dataset(arguments.output, dataset)
    counts = ", ".join(
        f"{split} {len(dataset.split(split))} clips ({len(dataset.windows[split])} windows)" for split in SPLITS
    )
    print(f"{arguments.output}: {counts}")  # noqa: T201
    for name, reason in dataset.provenance["left_out"].items():
        print(f"left out: {name}: {reason}")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
