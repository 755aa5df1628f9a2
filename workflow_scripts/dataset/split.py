"""Which songs train, validate and test: by song, never by window, so that nothing is tried on what it has learned."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workflow_scripts.motion.dataset_file import SPLITS
from workflow_scripts.workflow.errors import UserError


@dataclass(frozen=True)
class Video:
    """A video of a dataset. `split` is its playlist's own (one of `SPLITS`) or empty."""

    name: str
    song: str
    genre: str = ""
    split: str = ""
    dancer: str = ""


@dataclass(frozen=True)
class Song:
    """A song with all clips danced to it. `split` is the playlist's own (one of `SPLITS`) or empty."""

    name: str
    genre: str = ""
    split: str = ""


def named_songs(videos: Sequence[Video], known: Iterable[str]) -> list[Video]:
    """Return the videos with songs whose names depend on nothing but the videos.

    A group without a declared song is named after its first video in the table of songs. That may be one of `known`
    that is not used: it may come or go and shall move nothing from one split to another.
    """
    first: dict[str, str] = {}
    for video in sorted(videos, key=lambda video: video.name):
        first.setdefault(video.song, video.name)
    undeclared = set(known)
    return [replace(video, song=first[video.song]) if video.song in undeclared else video for video in videos]


def disputed(videos: Iterable[Video]) -> dict[str, str]:
    """Return {video: reason} of those to leave out, so that no song is in two splits.

    What a playlist holds back stays exactly what it holds back, since results on it are compared with those of others:
    a song that is in the test split is nowhere else, one in the validation split is not in the training.

    Raises:
        UserError: a video's own split is unknown.
    """
    songs: dict[str, list[Video]] = defaultdict(list)
    for video in videos:
        if video.split not in ("", *SPLITS):
            raise UserError(
                f"{video.name}: split {video.split!r} in its playlist; known are {', '.join(SPLITS)} and an empty cell"
            )
        songs[video.song].append(video)
    reasons: dict[str, str] = {}
    for members in songs.values():
        for held_back in ("test", "validation"):
            keepers = sorted(video.name for video in members if video.split == held_back)
            if keepers:
                others = (video.name for video in members if video.split != held_back)
                reasons |= dict.fromkeys(others, f"its song is in the {held_back} split: {keepers[0]}")
                break
    return reasons


def songs_of(videos: Iterable[Video]) -> list[Song]:
    """Return the songs of videos among which none is disputed, each with the first genre and split of its videos."""
    songs: dict[str, Song] = {}
    for video in videos:
        known = songs.get(video.song, Song(video.song))
        songs[video.song] = Song(video.song, known.genre or video.genre, known.split or video.split)
    return list(songs.values())


def split_songs(songs: Sequence[Song], validation: float, seed: int) -> dict[str, str]:
    """Return {song: one of `SPLITS`}.

    Songs with a split of their own keep it. Where none is given for validation, a share `validation` of
    the others (0..1; at least one when there are two and the share is not 0) is drawn by a seeded hash, from each genre
    in proportion; a song's place in that order does not depend on the other songs.

    Raises:
        UserError: no song is left to train on.
    """
    chosen = {song.name: song.split or "train" for song in songs}
    if not any(song.split == "validation" for song in songs):
        for name in _drawn([song for song in songs if not song.split], validation, seed):
            chosen[name] = "validation"
    if "train" not in chosen.values():
        count = Counter(chosen.values())
        held_back = " and ".join(f"{count[split]} for {split}" for split in SPLITS if count[split])
        raise UserError(f"of {len(songs)} songs there are {held_back}: nothing is left to train on")
    return chosen


def _drawn(songs: Sequence[Song], validation: float, seed: int) -> list[str]:
    if len(songs) < 2 or validation <= 0:
        return []
    total = min(max(1, round(validation * len(songs))), len(songs) - 1)
    order = {song.name: hashlib.sha256(f"{seed}:{song.name}".encode()).hexdigest() for song in songs}
    genres: dict[str, list[str]] = defaultdict(list)
    for song in sorted(songs, key=lambda song: order[song.name]):
        genres[song.genre].append(song.name)
    # Each goes to the genre that is furthest from its due share.
    count = Counter[str]()
    for _ in range(total):
        open_genres = [genre for genre, names in genres.items() if count[genre] < len(names)]
        count[max(open_genres, key=lambda genre: validation * len(genres[genre]) - count[genre])] += 1
    return [name for genre, names in genres.items() for name in names[: count[genre]]]


def leaks(places: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    """Return the splits of everything (a song, a video) that is in more than one, given (thing, split) of all clips."""
    found: dict[str, set[str]] = defaultdict(set)
    for thing, split in places:
        found[thing].add(split)
    return {thing: splits for thing, splits in found.items() if len(splits) > 1}
