"""The corpus of a run: what was listed, what of it is good, and what was left out where and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.motion.pose_file import FORMAT, KEPT, VERSION
from workflow_scripts.report.gather.configuration import without_login
from workflow_scripts.workflow.files import read_json
from workflow_scripts.workflow.tables import Row, read_table

GOOD = "ok"


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes:
        listed: videos (or songs) of the playlist.
        good: those that were admitted.
        minutes: of the good ones as they were downloaded.
        clips: what they were cut into.
        clip_minutes: of these.
        genres: {genre or "": minutes of clips}.
    """

    name: str
    listed: int
    good: int
    minutes: float
    clips: int
    clip_minutes: float
    genres: Mapping[str, float]


@dataclass(frozen=True)
class Reason:
    """Why something was left out: at which stage, how many items, seconds (None: not known), and their names."""

    stage: str
    reason: str
    count: int
    seconds: float | None
    examples: tuple[str, ...]


def read_collection(results: Path, name: str) -> Collection:
    """Return what is known of a collection.

    Args:
        results: the folder of the run's results.
        name: of the collection; its playlist and its admission are there.
    """
    good = _good(results, name, "genre")
    genres: dict[str, float] = defaultdict(float)
    clips = 0
    for row in good:
        parts = _clips(results, name, row["id"])
        clips += len(parts)
        if parts:
            genres[row["genre"]] += sum(float(part["end_s"]) - float(part["start_s"]) for part in parts) / 60
    return Collection(
        name=name,
        listed=len(read_table(results / "playlists" / f"{name}.tsv", ("id",))),
        good=len(good),
        minutes=sum(_seconds(results, name, row["id"]) for row in good) / 60,
        clips=clips,
        clip_minutes=sum(genres.values()),
        genres=dict(sorted(genres.items())),
    )


def titles_of(results: Path, name: str) -> dict[str, tuple[str, str]]:
    """Return {id: (title, genre)} of the good items of a collection, in their order."""
    return {row["id"]: (row["title"] or row["id"], row["genre"]) for row in _good(results, name, "title", "genre")}


def _good(results: Path, name: str, *columns: str) -> list[Row]:
    """Return the rows of what was admitted; what an earlier run left there and is no longer listed is none of it."""
    listed = {row["id"] for row in read_table(results / "playlists" / f"{name}.tsv", ("id",))}
    rows = read_table(results / "admitted" / f"{name}.tsv", ("id", "verdict", *columns))
    return [row for row in rows if row["verdict"] == GOOD and row["id"] in listed]


def _clips(results: Path, collection: str, video: str) -> list[Row]:
    path = results / "clips" / collection / video / "clips.tsv"
    return read_table(path, ("start_s", "end_s")) if path.is_file() else []


def _seconds(results: Path, collection: str, video: str) -> float:
    path = results / "videos" / collection / f"{video}.json"
    return float(read_json(path).get("duration_s") or 0.0) if path.is_file() else 0.0


def left_out_whole(ledger: Path) -> list[Reason]:
    """Return why videos and clips were left out whole, from results/quarantine.tsv; the most frequent reason first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in read_table(ledger, ("stage", "collection", "item", "title", "reason")):
        # Admission puts the video's address before the reason.
        _, _, rest = row["reason"].partition(": ")
        reason = rest if rest and row["stage"] == "collect" else row["reason"]
        found[row["stage"], without_login(reason)].append(f"{row['collection']}/{row['item']}")
    return _sorted(
        Reason(stage, reason, len(names), None, tuple(sorted(names))) for (stage, reason), names in found.items()
    )


def left_out_parts(results: Path, collections: Sequence[str]) -> list[Reason]:
    """Return why parts of videos were left out when they were cut; the reason with the most seconds first."""
    seconds: dict[str, float] = defaultdict(float)
    names: dict[str, list[str]] = defaultdict(list)
    for collection in collections:
        for video in sorted(row["id"] for row in _good(results, collection)):
            path = results / "clips" / collection / video / "left_out.tsv"
            # Songs that are not danced to are not cut.
            for row in read_table(path, ("start_s", "end_s", "reason")) if path.is_file() else []:
                start, end = float(row["start_s"]), float(row["end_s"])
                seconds[row["reason"]] += end - start
                names[row["reason"]].append(f"{collection}/{video} {start:g}–{end:g} s")
    return _sorted(
        Reason("cut", reason, len(names[reason]), seconds[reason], tuple(names[reason])) for reason in seconds
    )


def left_out_of(results: Path, dataset: Dataset) -> list[Reason]:
    """Return why a dataset has not all good clips of its collections; the most frequent reason first.

    Raises:
        BrokenFileError: a pose file is incomplete or unreadable; it has been deleted.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for name, reason in dataset.provenance.get("left_out", {}).items():
        found[reason].append(name)
    config = dataset.provenance["config"]
    # Where nothing is asked of quality, no file has to be opened.
    for collection in config["collections"] if config["min_quality"] > 0 else ():
        for row in _good(results, collection):
            clips = _poor(results / "poses" / collection / f"{row['id']}.h5", config["min_quality"])
            reason = f"pose quality is below the dataset's {config['min_quality']:g}"
            found[reason] += [f"{collection}/{row['id']}.{clip}" for clip in clips]
    return _sorted(
        Reason("dataset", reason, len(names), None, tuple(sorted(names))) for reason, names in found.items() if names
    )


def _poor(path: Path, least: float) -> list[str]:
    """Return the clips of a pose file that are good, but nobody in them has so good a quality."""
    with opened(path, FORMAT, VERSION, "pose file") as file:
        best = {
            name: max((float(person.attrs["quality"]) for person in clip["people"].values()), default=0.0)
            for name, clip in file["clips"].items()
            if clip.attrs["verdict"] == KEPT
        }
    return [name for name, quality in best.items() if quality < least]


def _sorted(reasons: Iterable[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda each: (-(each.seconds or 0.0), -each.count, each.stage, each.reason))
