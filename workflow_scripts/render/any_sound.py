"""Sound of any kind as the renderer needs it: WAV, from the motion's first moment to its last."""

import logging
from pathlib import Path

from workflow_scripts.workflow.media import CONTAINERS, MediaError, probe, run_ffmpeg

RATE = 44100

log = logging.getLogger(__name__)


def decode(sound: Path, target: Path, start: float, seconds: float) -> None:
    """Write a part of a sound as WAV, 16 bit, RATE Hz, stereo, exactly as long as asked; silence follows its end.

    Args:
        sound: any file with sound that ffmpeg reads, a video too.
        target: the WAV file (not written atomically: it is a passing one).
        start: where in the sound to begin, seconds.
        seconds: how long the part is.

    Raises:
        MediaError: no readable sound, or it ends before `start`.
    """
    if not sound.is_file():
        raise MediaError(f"{sound}: there is no such sound file")
    info = probe(sound)
    if not info.audio_rate:
        raise MediaError(f"{sound}: holds no sound")
    if 0 < info.duration_s <= start:
        raise MediaError(f"{sound}: ends at {info.duration_s:.1f} s, before the {start:g} s where the motion begins")
    if 0 < info.duration_s < start + seconds - 0.1:
        log.info("%s: ends %.1f s before the motion; silence follows", sound, start + seconds - info.duration_s)
    # The first sample is at the file's time zero, whenever the sound itself begins.
    filters = f"aresample={RATE}:async=1:first_pts=0,atrim=start={start:.6f},asetpts=PTS-STARTPTS,apad"
    arguments = ["-map", "0:a:0", "-af", filters, "-t", f"{seconds:.6f}", "-ac", "2", "-c:a", "pcm_s16le"]
    # Absolute: a name with a colon would be taken for a protocol.
    run_ffmpeg(["-format_whitelist", CONTAINERS, "-i", sound.resolve(), *arguments, target], sound)
