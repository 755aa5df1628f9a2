"""The song as a waveform along the foot of the picture, with its beats and a playhead."""

from pathlib import Path

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render.layers import Frame, Layer
from workflow_scripts.render.layout import Layout
from workflow_scripts.workflow.media import MediaError

UNPLAYED, TICK, PLAYHEAD = (112, 112, 132), (255, 214, 110), 245
BLOCK = 1 << 15  # samples read at once


def loudness(audio: Path, columns: int, seconds: float) -> Floats:
    """Return the largest amplitude (columns,) of each part of the first `seconds` of a WAV file, 0 behind its end.

    The file is read once, in blocks: an hour of sound is never held.

    Raises:
        MediaError: the file is unreadable.
    """
    import soundfile

    out = np.zeros(columns)
    try:
        with soundfile.SoundFile(audio) as file:
            count = max(seconds * file.samplerate, 1e-9)
            at = 0
            for block in file.blocks(BLOCK, dtype="float32", always_2d=True):
                column = (np.arange(at, at + len(block)) * (columns / count)).astype(np.intp)
                loud = np.abs(block.mean(axis=1))
                inside = column < columns
                np.maximum.at(out, column[inside], loud[inside])
                at += len(block)
                if at >= count:
                    break
    except (soundfile.LibsndfileError, OSError) as error:
        raise MediaError(f"{audio}: not a readable WAV file ({error})") from error
    return out


class Strip:
    """Draws the strip over frames."""

    def __init__(
        self,
        loud: Floats,
        duration: float,
        beats: Floats,
        downbeats: Floats,
        layout: Layout,
        accent: tuple[int, int, int],
    ) -> None:
        """Draw the strip, once played and once not.

        Args:
            loud: one number for each column of pixels, see `loudness`.
            duration: seconds they last. beats, downbeats: seconds.
            layout: of the picture. accent: display colour of what has been played.
        """
        left, top, right, bottom = layout.strip
        columns, depth = right - left, bottom - top
        self._duration = max(duration, 1e-9)
        self._columns, self._thick = columns, max(2, 2 * round(layout.unit / 720))
        loud = loud / max(float(loud.max(initial=0.0)), 1e-9)
        middle, half = 0.42 * depth, 0.40 * depth
        rows = np.arange(depth)[:, None] + 0.5
        wave = np.clip(1.0 + half * loud - np.abs(rows - middle), 0, 1)
        unplayed = np.zeros((depth, columns, 4), np.uint8)
        unplayed[..., :3], unplayed[..., 3] = UNPLAYED, 150 * wave
        played = np.zeros_like(unplayed)
        played[..., :3], played[..., 3] = accent, 235 * wave
        dot = max(2, round(layout.unit / 240))
        foot = depth - 2 * dot
        strong = np.asarray(downbeats, float)
        for time in np.asarray(beats, float):
            if not 0 <= time <= duration:
                continue
            x = self._column(float(time))
            tall = dot * (2 if np.any(np.abs(strong - time) < 1e-3) else 1)
            part = (slice(foot - tall, foot + dot), slice(max(x - dot // 2, 0), x + dot - dot // 2))
            unplayed[part] = (*TICK, 90)
            played[part] = (*TICK, 235)
        self._unplayed, self._played = Layer(unplayed, top, left), Layer(played, top, left)

    def _column(self, time: float) -> int:
        share = min(max(time / self._duration, 0.0), 1.0)
        return min(int(share * self._columns), self._columns - self._thick)

    def paint(self, frame: Frame, time: float) -> None:
        """Lay the strip over the frame (H, W, 3) u8 with the playhead at `time` seconds."""
        head = self._column(time)
        self._played.paint(frame, 0, head)
        self._unplayed.paint(frame, head, self._columns)
        top, left = self._played.top, self._played.left + head
        frame[top : top + self._played.pixels.shape[0], left : left + self._thick] = PLAYHEAD
