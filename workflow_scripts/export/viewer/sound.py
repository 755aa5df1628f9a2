"""The sound of the page: small enough to be in it, and starting with its first sample."""

import base64
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from workflow_scripts.workflow.media import MediaError, read_audio, run_ffmpeg

# AAC plays in every browser. Its encoder begins with 1024 samples of silence; the edit list that ffmpeg writes into an
# MPEG-4 file makes players leave them out (tests/export/test_viewer_parts.py measures it).
BITRATE = "112k"
PEAKS = 900


@dataclass(frozen=True)
class Sound:
    """A sound for the page: `uri` is a data: URI, `peaks` are PEAKS loudest values 0..255 along its `seconds`."""

    uri: str
    peaks: list[int]
    seconds: float


def page_sound(audio: Path) -> Sound:
    """Encode a WAV file.

    Raises:
        MediaError: it is empty or cannot be read.
    """
    samples, rate = read_audio(audio, mono=True)
    if not len(samples):
        raise MediaError(f"{audio}: the sound is empty")
    with TemporaryDirectory() as folder:
        encoded = Path(folder) / "sound.m4a"
        exact = ["-map_metadata", "-1", "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
        run_ffmpeg(["-i", audio, "-vn", "-ac", "2", "-c:a", "aac", "-b:a", BITRATE, *exact, encoded], audio)
        uri = "data:audio/mp4;base64," + base64.b64encode(encoded.read_bytes()).decode()
    chunks = np.array_split(np.abs(samples), min(PEAKS, len(samples)))
    loudest = np.array([chunk.max() for chunk in chunks])
    return Sound(uri, np.round(255 * loudest / max(loudest.max(), 1e-6)).astype(int).tolist(), len(samples) / rate)
