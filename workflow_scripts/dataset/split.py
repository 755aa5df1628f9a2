"""Which songs train and which validate: by song, never by window, so that nothing validates what it was trained on."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow_scripts.workflow.errors import UserError


@dataclass(frozen=True)
class Song:
    """A song with all clips danced to it. `split` is the playlist's own ("train", "validation") or empty."""

    name: str
    genre: str = ""
    split: str = ""


def songs_of(videos: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return {video: song} for {video: digests of its clips' music}: videos that share any clip's music share a song.

    A song is named after the first of its videos. Titles do not count (they lie), only the sound: a video that is in
    two collections, or was uploaded twice, is one song.
    """
    song: dict[str, str] = {}
    first: dict[str, str] = {}
    for video in sorted(videos):
        known = sorted({song[first[item]] for item in videos[video] if item in first})
        song[video] = known[0] if known else video
        for other in known[1:]:  # this video joins songs that seemed to be different
            song.update({name: known[0] for name, value in song.items() if value == other})
        for item in videos[video]:
            first.setdefault(item, video)
    return song


def split_songs(songs: Sequence[Song], validation: float, seed: int) -> dict[str, str]:
    """Return {song: "train" | "validation"}.

    Songs with a split of their own keep it. When none has one, a share `validation` of them (0..1; at least one when
    there are two songs and the share is not 0) is drawn by a seeded hash, from each genre in proportion; a song's
    place in that order does not depend on the other songs.

    Raises:
        UserError: a song's own split is unknown, or no song is left to train on.
    """
    for song in songs:
        if song.split not in ("", "train", "validation"):
            raise UserError(
                f"{song.name}: split {song.split!r} in its playlist; known are train, validation and an empty cell"
            )
    chosen = {song.name: song.split or "train" for song in songs}
    if not any(song.split for song in songs):
        for name in _drawn(songs, validation, seed):
            chosen[name] = "validation"
    if "train" not in chosen.values():
        raise UserError(f"all {len(songs)} songs are for validation: nothing is left to train on")
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
