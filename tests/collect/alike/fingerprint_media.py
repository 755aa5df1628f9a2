"""Songs and dances for fingerprints: made songs, and films of a figure of blobs that dances in a room."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from workflow_scripts.collect.alike.sound_code import Codes
from workflow_scripts.collect.duplicates import find_duplicates
from workflow_scripts.collect.fingerprint import Fingerprint
from workflow_scripts.demo.songs import compose
from workflow_scripts.workflow.media import video_writer
from workflow_scripts.workflow.tables import Row, write_table

RATE = 44_100
FPS = 30
NO_CODES = np.zeros(0, np.uint64)


@cache
def _composed(genre: str, seed: int, seconds: float) -> npt.NDArray[np.float32]:
    return np.asarray(compose(genre, seed, seconds).samples, dtype=np.float32)


def song(genre: str, seed: int, seconds: float) -> npt.NDArray[np.float32]:
    """Stereo samples (N, 2) of a song of the demo."""
    return _composed(genre, seed, seconds).copy()


def write_sound(path: Path, samples: npt.NDArray[np.float32], rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def dance_film(path: Path, seed: int, seconds: float, start: float = 0.0, moving: bool = True) -> Path:
    """A film of 160x120: five limbs that swing each in its own way (by `seed`), before one and the same wall."""
    rng = np.random.default_rng(seed)
    speed, phase = rng.uniform(1.5, 6, (5, 2)), rng.uniform(0, 6, (5, 2))
    reach, centre = rng.uniform(8, 28, (5, 2)), np.array([80, 60]) + rng.uniform(-20, 20, (5, 2))
    y, x = np.mgrid[:120, :160]
    wall = 90 + 50 * np.sin(x / 9) * np.cos(y / 14) + 40 * (y > 90)
    with video_writer(path, 160, 120, FPS) as sink:
        for frame in range(round(seconds * FPS)):
            time = (frame / FPS + start) if moving else 0.0
            picture = wall.copy()
            for limb in range(5):
                place = centre[limb] + reach[limb] * np.sin(speed[limb] * time + phase[limb])
                picture[(x - place[0]) ** 2 + (y - place[1]) ** 2 < (6 + 3 * limb) ** 2] = 30 + 50 * limb
            sink.write(np.repeat(picture.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2))
    return path


def write_clips(folder: Path, clips: Sequence[tuple[float, Path, Path | None]]) -> Path:
    """A clips.tsv of (start in seconds, sound, pictures), whose files are linked beside it."""
    folder.mkdir(parents=True)
    rows = []
    for number, (start_s, sound, pictures) in enumerate(clips):
        name = f"{number:04d}"
        (folder / f"{name}.wav").write_bytes(sound.read_bytes())
        if pictures:
            (folder / f"{name}.mp4").write_bytes(pictures.read_bytes())
        video = f"{name}.mp4" if pictures else ""
        rows.append({"clip": name, "start_s": start_s, "audio": f"{name}.wav", "video": video})
    write_table(folder / "clips.tsv", ("clip", "start_s", "audio", "video"), rows)
    return folder / "clips.tsv"


def recording(sound: Codes = NO_CODES, pictures: Codes = NO_CODES) -> Fingerprint:
    return Fingerprint({"0000": 0.0}, {"0000": sound}, {"0000": pictures})


def rows_of(fingerprints: dict[str, Fingerprint], declared: dict[str, str] | None = None) -> dict[str, Row]:
    return {f"{row['collection']}/{row['video']}": row for row in find_duplicates(fingerprints, declared or {})}


# ---- sound ----
