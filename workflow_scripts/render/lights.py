"""Light that follows the beat: rings under the dancers, and a glow on the wall behind them."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.figure.room import SHADOW_CELL
from workflow_scripts.figure.scene_painter import Spot
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render.looks import Look
from workflow_scripts.render.staging import Staged

PULSE_S, WAVE_S = 0.16, 0.30  # decay of the glow and of the ring that runs outward after a beat, seconds
BEAT, DOWNBEAT = 0.72, 1.0  # how bright
HALO, STEADY = 0.26, 0.45  # light of a full beat on the wall, and the share of it where it is steady
RING_RADIUS, RING_WIDTH, WAVE_SPEED = 0.62, 0.020, 1.1  # metres, metres, metres per second
RING_REACH, FAINTEST = 1.45, 0.002
FOLLOWING_S = 0.7  # the ring follows the dancer this slowly, seconds


class Lights:
    """The light of every frame of a video."""

    def __init__(
        self,
        staged: Sequence[Staged],
        looks: Sequence[Look],
        fps: float,
        beats: Floats,
        downbeats: Floats,
        steady_wall: bool = False,
    ) -> None:
        """Set up for dancers in their places with looks of their own.

        Args:
            fps: of the video.
            beats, downbeats: sorted times, seconds.
            steady_wall: the beat lights the floor alone; what does not change need not be painted and encoded again.
        """
        self._fps, self._beats, self._downbeats = fps, np.asarray(beats, float), np.asarray(downbeats, float)
        self._centres = [
            gaussian_filter1d(one.path(), FOLLOWING_S * fps, axis=0, mode="nearest").astype(np.float32)
            for one in staged
        ]
        self._accents = [np.asarray(look.accent) for look in looks]
        self._steps = np.arange(int(RING_REACH * 2 / SHADOW_CELL)) * SHADOW_CELL / 2
        self._wall = [
            Spot(np.asarray(one.middle, float), np.zeros((0, 3)), STEADY * HALO * accent)
            for one, accent in zip(staged, self._accents, strict=True)
        ]
        self._steady_wall = steady_wall

    def pulse(self, frame: int) -> float:
        """Return how bright (0..1) the last beat still is."""
        time = frame / self._fps
        beat, downbeat = _since_last(time, self._beats), _since_last(time, self._downbeats)
        return float(max(BEAT * np.exp(-beat / PULSE_S), DOWNBEAT * np.exp(-downbeat / PULSE_S)))

    def at(self, frame: int) -> list[Spot]:
        """Return the light of each dancer in a frame, and those of the wall where they are steady."""
        ring, halo = self._ring(frame), 0.0 if self._steady_wall else HALO * self.pulse(frame)
        moving = [
            Spot(centres[frame].astype(float), ring[:, None] * accent, halo * accent)
            for centres, accent in zip(self._centres, self._accents, strict=True)
        ]
        return moving + (self._wall if self._steady_wall else [])

    def _ring(self, frame: int) -> Floats:
        """Return the light (R,) at steps of half a SHADOW_CELL from a dancer, as far as it can be seen."""
        since, pulse = _since_last(frame / self._fps, self._beats), self.pulse(frame)
        radius = self._steps
        steady = (0.30 + 0.55 * pulse) * np.exp(-(((radius - RING_RADIUS) / RING_WIDTH) ** 2))
        front = RING_RADIUS + WAVE_SPEED * min(since, 9.0)
        wave = 0.8 * np.exp(-since / WAVE_S) * np.exp(-(((radius - front) / (1.6 * RING_WIDTH)) ** 2))
        disc = 0.10 * (0.4 + 0.6 * pulse) * np.exp(-((radius / 0.55) ** 2))
        ring = (steady + wave + disc) * np.clip((RING_REACH - radius) / 0.25, 0, 1)
        return np.asarray(ring[: np.flatnonzero(ring > FAINTEST)[-1] + 2])


def _since_last(time: float, beats: Floats) -> float:
    """Return the seconds since the last beat at or before `time` (a hair early counts), large if there was none."""
    index = int(np.searchsorted(beats, time + 1e-6, side="right")) - 1
    return max(time - float(beats[index]), 0.0) if index >= 0 else 99.0
