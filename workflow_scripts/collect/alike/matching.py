"""Which recordings have the same song, and which show the same film, from their fingerprints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow_scripts.collect.alike.code_index import common_codes
from workflow_scripts.collect.alike.likeness import Line, Overlap, lines_through, overlap
from workflow_scripts.collect.alike.picture_code import mirrored
from workflow_scripts.collect.alike.sound_code import CODES_PER_S, NOTHING, Codes
from workflow_scripts.collect.fingerprint import Fingerprint

Pair = tuple[int, int]

# Share of differing bits up to which an overlap is the same song. Of 2239 pairs of different pieces of music, with 22
# waltzes of one tempo, no four seconds came nearer than 0.32, whatever the offset. Copies through encoders, a room, or
# noise at 10 dB stayed below 0.19, those 3 % faster below 0.22.
MAX_SOUND_ERROR = 0.22
MIN_OVERLAP_S = 4.0
# Songs may also have a part in common and differ in the rest: it must be longer then, and nearer.
MAX_PART_ERROR, MIN_PART_S = 0.15, 10.0
# The same for films, of which a share must be alike (of the shorter one's moving pictures). Copies that are mirrored,
# with borders, half as large or cut off by 5 % had 0.05 to 0.09 in the median; another dancer with the same steps in
# the same room came to 0.30. A second take before the same animated background came to 0.16 to 0.21: it may count.
MAX_PICTURE_ERROR, MIN_FILM = 0.16, 0.5
_LAG = CODES_PER_S // 2  # codes by which sound and pictures of a copy may be apart


@dataclass(frozen=True)
class Match:
    """What two recordings have in common; `first` comes before `second` in the order of names.

    Attributes:
        sound: the parts of one song, or None.
        pictures: the parts of one film, or None.
        mirrored: one film is the other's mirror image.
    """

    first: str
    second: str
    sound: Overlap | None
    pictures: Overlap | None
    mirrored: bool = False

    @property
    def is_copy(self) -> bool:
        """Whether one is a copy of the other: the song and the film lie alike."""
        if self.sound is None or self.pictures is None:
            return False
        return abs(self.sound.line.shift - self.pictures.line.shift) <= _LAG


def find_matches(fingerprints: Mapping[str, Fingerprint]) -> list[Match]:
    """Return all pairs, in order, of the recordings (given by name) that have a song or a film in common."""
    names = sorted(fingerprints)
    timelines = [fingerprints[name].timelines() for name in names]
    sound, pictures = [heard for heard, _ in timelines], [seen for _, seen in timelines]
    songs = _song_candidates(sound)
    films = _film_candidates(pictures)
    found = []
    for pair in sorted({*songs, *films}):
        first, second = pair
        lines, flipped = films.get(pair, ([], False))
        film = _same_film(pictures[first], pictures[second], lines, flipped) if lines else None
        # Where the pictures agree the sound should, too; a refrain may lie elsewhere just as well.
        places = [[film.line]] if film else []
        song = _same_song(sound[first], sound[second], places + ([songs[pair]] if pair in songs else []))
        if song or film:
            found.append(Match(names[first], names[second], song, film, film is not None and flipped))
    return found


def _song_candidates(sound: Sequence[Codes]) -> dict[Pair, list[Line]]:
    """Return how the timelines may lie that have codes in common."""
    return {(first, second): lines_through(here, there) for first, second, here, there in common_codes(sound).pairs()}


def _film_candidates(pictures: Sequence[Codes]) -> dict[Pair, tuple[list[Line], bool]]:
    """The same for pictures, of which the second may be mirrored."""
    count = len(pictures)
    best: dict[Pair, tuple[int, list[Line], bool]] = {}
    for first, image, here, there in common_codes([*pictures, *map(mirrored, pictures)]).pairs():
        second, flipped = image % count, image >= count
        # Of the two ways to mirror one of a pair one is enough, and a film and its own mirror image are no pair.
        if first < second and len(here) > best.get((first, second), (0,))[0]:
            best[first, second] = (len(here), lines_through(here, there), flipped)
    return {pair: (lines, flipped) for pair, (_, lines, flipped) in best.items()}


def _same_song(first: Codes, second: Codes, places: Sequence[Sequence[Line]]) -> Overlap | None:
    for lines in places:
        common = overlap(first, second, lines)
        if common.seconds >= MIN_OVERLAP_S and common.error <= MAX_SOUND_ERROR:
            return common
        part = common.alike(MAX_PART_ERROR)
        if part.seconds >= MIN_PART_S:
            return part
    return None


def _same_film(first: Codes, second: Codes, lines: Sequence[Line], flipped: bool) -> Overlap | None:
    moving = min(int((codes != NOTHING).sum()) for codes in (first, second)) / CODES_PER_S
    part = overlap(first, mirrored(second) if flipped else second, lines).alike(MAX_PICTURE_ERROR)
    return part if part.seconds >= max(MIN_OVERLAP_S, MIN_FILM * moving) else None
