"""The stage a dance is shown on: a still camera that holds the whole dance, a dim room, light that follows the beat."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import extent
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import Frame, Glow, Lamp, tonemapped
from workflow_scripts.figure.room import SHADOW_CELL, STYLES, Room, make_room
from workflow_scripts.motion.skeleton import Floats

Colour = tuple[float, float, float]

# The part of the picture the dance is framed in: below the title, above the waveform.
FRAME = (0.05, 0.135, 0.95, 0.865)
WALL_DISTANCE = 1.6
# Glow of the picture is worked out for this many steps between no beat and full beat, once.
GLOW_STEPS = 16
PULSE_S, WAVE_S = 0.16, 0.30  # decay of the glow and of the ring that runs outward after a beat, seconds
RING_RADIUS, RING_WIDTH, WAVE_SPEED = 0.62, 0.020, 1.1  # metres, metres, metres per second
RING_REACH, FAINTEST = 1.45, 0.002
FOLLOWING_S = 0.7  # the ring follows the dancer this slowly, seconds
ACCENTS: tuple[Colour, ...] = (
    (0.12, 0.72, 1.0),
    (1.0, 0.25, 0.62),
    (0.55, 0.35, 1.0),
    (0.15, 0.85, 0.55),
    (1.0, 0.55, 0.15),
    (0.95, 0.85, 0.25),
)


@dataclass(frozen=True)
class Style:
    """Colours of a show. `accent` (linear RGB) is the beat's colour; `appearance` is who dances."""

    room: str
    accent: Colour
    appearance: Appearance


def choose_style(performer: str, room: str) -> Style:
    """Give every performer (a model's name, say) its own dancer and colour: equal names, equal looks."""
    digest = hashlib.sha256(performer.encode("utf-8", "surrogatepass")).digest()
    rng = np.random.default_rng(list(digest[:16]))
    return Style(room=room, accent=ACCENTS[digest[16] % len(ACCENTS)], appearance=Appearance.random(rng))


class Stage:
    """Camera, room and lights for one dance."""

    def __init__(self, world: Floats, fps: float, size: tuple[int, int], style: Style) -> None:
        """Set up for a dance of world joints (T, 24, 3) at `fps`, in pictures of `size` (width, height)."""
        reach = extent(world)
        self.camera = Camera.framing(reach, size, elevation=6.0, field_of_view=32.0, frame=FRAME, nearest=3.2)
        self.lamp = Lamp(direction=(0.45, 0.75, 0.6), key=(1.00, 0.94, 0.87), ambient=(0.36, 0.38, 0.46))
        middle = (reach[..., ::2].reshape(-1, 2).min(axis=0) + reach[..., ::2].reshape(-1, 2).max(axis=0)) / 2
        self._wall_z = float(reach[..., 2].min()) - WALL_DISTANCE
        self._accent = np.asarray(style.accent)
        self.room: Room = make_room(self.camera, STYLES[style.room], self._wall_z, (float(middle[0]), float(middle[1])))
        self._glow = self._wall_glow(float(middle[0]))
        self.pictures: list[Frame] = [
            tonemapped(self.room.light, self._glow, step / (GLOW_STEPS - 1)) for step in range(GLOW_STEPS)
        ]
        self._centres = gaussian_filter1d(world[:, 0, ::2], FOLLOWING_S * fps, axis=0, mode="nearest")
        self._steps = np.arange(int(RING_REACH * 2 / SHADOW_CELL)) * SHADOW_CELL / 2

    def light_up(self, frame: int, time: float, beats: Floats, downbeats: Floats) -> tuple[Frame, Glow]:
        """Return the background (shared: copy it) and the glow of a frame at `time` seconds.

        Args:
            beats, downbeats: sorted times in seconds.
        """
        since, strong = _since_last(time, beats), _since_last(time, downbeats)
        pulse = max(0.72 * np.exp(-since / PULSE_S), np.exp(-strong / PULSE_S))
        step = round(pulse * (GLOW_STEPS - 1))
        radius = self._steps
        steady = (0.30 + 0.55 * pulse) * np.exp(-(((radius - RING_RADIUS) / RING_WIDTH) ** 2))
        front = RING_RADIUS + WAVE_SPEED * min(since, 9.0)
        wave = 0.8 * np.exp(-since / WAVE_S) * np.exp(-(((radius - front) / (1.6 * RING_WIDTH)) ** 2))
        disc = 0.10 * (0.4 + 0.6 * pulse) * np.exp(-((radius / 0.55) ** 2))
        fade = np.clip((RING_REACH - radius) / 0.25, 0, 1)
        ring = ((steady + wave + disc) * fade)[:, None] * self._accent
        # Only as far as it can be seen: the floor is repainted within the ring's reach.
        visible = np.flatnonzero(ring.max(axis=1) > FAINTEST)
        ring = ring[: visible[-1] + 2]
        return self.pictures[step], Glow(self._glow, step / (GLOW_STEPS - 1), ring, self._centres[frame])

    def _wall_glow(self, middle_x: float) -> Floats:
        """Return the light (H, W, 3) a full beat adds: a halo on the wall and a line of light along its foot."""
        camera = self.camera
        height, width = self.room.floor.shape
        wall = camera.project(np.array([[middle_x, 1.1, self._wall_z], [middle_x, 0.0, self._wall_z]]))
        halo_width = camera.focal * 1.5 / float(camera.to_camera(np.array([middle_x, 1.1, self._wall_z]))[2])
        columns, rows = np.arange(width)[None, :], np.arange(height)[:, None]
        halo = np.exp(
            -(((columns - wall[0, 0]) / halo_width) ** 2 + ((rows - wall[0, 1]) / (0.8 * halo_width)) ** 2) / 2
        )
        foot = np.exp(-(((rows - wall[1, 1]) / (height / 60)) ** 2)) * np.ones_like(halo)
        on_wall = np.where(self.room.floor, 0.0, 1.0)
        return ((0.26 * halo * on_wall + 0.20 * foot)[..., None] * self._accent).astype(np.float32)


def _since_last(time: float, beats: Sequence[float] | Floats) -> float:
    """Return the seconds since the last beat at or before `time` (a hair early counts), large if there was none."""
    index = int(np.searchsorted(beats, time + 1e-6, side="right")) - 1
    return max(time - float(beats[index]), 0.0) if index >= 0 else 99.0
