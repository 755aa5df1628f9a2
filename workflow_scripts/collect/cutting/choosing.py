"""Look and listen through a video, and choose the parts that become clips."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workflow_scripts.collect.cutting.hearing import listen
from workflow_scripts.collect.cutting.segments import LeftOut, Limits, Range, Stretch, complement, divide, joined
from workflow_scripts.collect.cutting.shots import FLASH_S, ShotFinder
from workflow_scripts.collect.cutting.stillness import StillnessFinder, first_of
from workflow_scripts.collect.cutting.watching import INDEXED, pictures

_HAIR_S = 1e-4
KINDS = ("shots", "still", "silence", "speech")


def choose(
    media: Path, window: Range, trim: Mapping[str, float], cutting: Mapping[str, Any]
) -> tuple[list[Range], list[LeftOut]]:
    """Return the parts of a video's window that become clips, and the others with the reason.

    The two cover the window without gap or overlap. Every clip holds pictures of one shot only.

    Args:
        media: a video with sound.
        window: (start, end), seconds since the file's start.
        trim: `start`, `end`: seconds that are taken off the window's ends.
        cutting: `shots`, `still`, `silence`, `speech`: what to look for (all, unless False); `min_seconds`,
            `max_seconds`, `max_clips`: see `Limits`.
    """
    looked_for = {kind: bool(cutting.get(kind, True)) for kind in KINDS}
    limits = Limits(**{key: cutting[key] for key in ("min_seconds", "max_seconds", "max_clips") if key in cutting})
    inner = (window[0] + float(trim.get("start") or 0), window[1] - float(trim.get("end") or 0))
    if inner[1] <= inner[0]:
        return [], [(*window, "trim")]
    changes: list[float] = []
    stretches: list[Stretch] = []
    if looked_for["shots"] or looked_for["still"]:
        changes, stretches = watch(media, inner, looked_for["shots"], looked_for["still"])
    if looked_for["silence"] or looked_for["speech"]:
        stretches += listen(media, *inner, looked_for["silence"], looked_for["speech"])
    clips, out = divide(inner, changes, stretches, limits)
    return clips, joined([*complement(window, [inner], "trim"), *out])


def watch(media: Path, window: Range, shots: bool, still: bool) -> tuple[list[float], list[Stretch]]:
    """Return where another shot begins, and the stretches of black and still pictures, of a part of a video.

    In one pass, which may skip pictures; where one of the results lies between two that were seen, those between them
    are looked at afterwards.
    """
    changes, stillness = ShotFinder(), StillnessFinder()
    for picture in pictures(media, *window):
        if shots:
            changes.see(picture)
        if still:
            stillness.see(picture)
    changes.end()
    stillness.end(window[1])
    stretches = sorted(stillness.found, key=lambda stretch: stretch.reason)  # black pictures stand as well
    if media.suffix not in INDEXED:  # nothing was skipped
        return [begin for _, begin in changes.found], stretches
    begins = [begin for change in changes.found for begin in _confirmed(media, *change)]
    return begins, [_begun_early(media, stretch) for stretch in stretches]


def shots_within(clip: Path, frames: int, fps: float) -> list[int]:
    """Return the frames of a clip, as it was cut, at which another shot begins, in order.

    Raises:
        MediaError: its pictures cannot be decoded.
    """
    begins, _ = watch(clip, (0.0, frames / fps), shots=True, still=False)
    return sorted({frame for frame in (round(begin * fps) for begin in begins) if 0 < frame < frames})


def _confirmed(media: Path, last_s: float, first_s: float) -> list[float]:
    """Return where another shot begins after `last_s` up to `first_s`, judged by all pictures around."""
    changes = ShotFinder()
    for picture in pictures(media, max(0.0, last_s - FLASH_S), first_s + FLASH_S, every=True):
        changes.see(picture)
    changes.end()
    return [begin for _, begin in changes.found if last_s < begin <= first_s]


def _begun_early(media: Path, stretch: Stretch) -> Stretch:
    """Let a stretch begin with the first of its pictures that was skipped, if one was."""
    if stretch.before_s is None or stretch.before_s >= stretch.start_s:
        return stretch
    between = list(pictures(media, stretch.before_s, stretch.start_s + _HAIR_S, every=True))
    return replace(stretch, start_s=first_of(stretch.reason, between[1:]))
