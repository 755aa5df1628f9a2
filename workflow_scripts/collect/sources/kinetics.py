"""Conventions of the Kinetics data sets, which their lists, folders and many lists made from them follow.

Sources: Kay et al., "The Kinetics Human Action Video Dataset" (2017), and the published annotation tables; names of
clips and folders as the common downloaders write them.
"""

import re

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validate": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
    "holdout": "test",  # Kinetics-600's second test set
    "holdout_test": "test",
}
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CLIP_NAME = re.compile(r"(?P<id>[A-Za-z0-9_-]{11})_(?P<start>\d{6})_(?P<end>\d{6})")


def split_of(name: str) -> str | None:
    """Return "train", "validation" or "test" for the many ways to write them, "" for "", None for any other word."""
    word = name.strip().casefold()
    return _SPLITS.get(word) if word else ""


def youtube_url(video: str) -> str:
    """Return the address of a YouTube video.

    Raises:
        ValueError: `video` holds other characters than an id has (spreadsheets make `#NAME?` of `-abc`, for one).
    """
    if not _VIDEO_ID.fullmatch(video):
        raise ValueError(f"{video!r} is no YouTube id (letters, digits, - and _)")
    return f"https://www.youtube.com/watch?v={video}"


def moment_of(name: str) -> tuple[str, str, str]:
    """Return (id, start, end) in seconds of a clip's name `<id>_<6 digits>_<6 digits>`, else (name, "", "")."""
    clip = _CLIP_NAME.fullmatch(name)
    return (clip["id"], str(int(clip["start"])), str(int(clip["end"]))) if clip else (name, "", "")


def moment_name(name: str, start: str) -> str:
    """Return the name of the part of a video that begins at `start` seconds ("" is 0): `<name>_<6 digits>`.

    A fraction of a second adds its milliseconds: 12.5 s is `<name>_000012-500`.
    """
    seconds, milliseconds = divmod(round(float(start or 0) * 1000), 1000)
    return f"{name}_{seconds:06d}" + (f"-{milliseconds:03d}" if milliseconds else "")


def category_name(folder: str) -> str:
    """Return a category as the annotation tables write it: folders have underscores in the place of spaces."""
    return " ".join(folder.replace("_", " ").split())
