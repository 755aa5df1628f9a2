"""Where the scene is seen from: a camera that stands still, one that stays with the dancers, one that goes around them.

None ever cuts a dancer off: all of them keep everything that moves inside the layout's frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from workflow_scripts.figure.camera import Camera
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render.layout import Layout
from workflow_scripts.render.staging import Staged, chunks, outline

ELEVATION, FIELD_OF_VIEW, NEAREST = 6.0, 32.0, 3.2  # degrees, degrees across the picture's height, metres
# The following camera knows what comes so many seconds ahead: less to the sides than up, down, near and far, where a
# picture that breathes with every raised arm would be restless.
AHEAD_S, AHEAD_CALM_S = 1.2, 3.0
# Where the picture is higher than the dance needs, how much of the rest is above it.
SINK = 0.7
ORBIT_S = 24.0  # once around, seconds
ORBIT_STEPS = 360


@dataclass(frozen=True)
class Cameras:
    """The camera of every frame of a video.

    Attributes:
        first: the camera that stands still, or is moved along.
        positions: (T, 3) where it is in each frame, metres; None: it does not go along.
        centre: (3,) what it goes around, once in `around` frames; None: it does not.
    """

    first: Camera
    positions: Floats | None = None
    centre: Floats | None = None
    around: float = 1.0

    def at(self, index: int) -> Camera:
        """Return the camera of a frame: the same object again and again while it stands still."""
        if self.centre is not None:
            turn = _turn(2 * np.pi * index / self.around)
            position = self.centre + turn @ (self.first.position - self.centre)
            return _moved(self.first, position, self.first.axes @ turn.T)
        if self.positions is not None:
            return _moved(self.first, self.positions[index], self.first.axes)
        return self.first


def choose_cameras(kind: str, staged: Sequence[Staged], frames: int, fps: float, layout: Layout) -> Cameras:
    """Return the cameras for dancers in their places.

    Args:
        kind: fixed, following or orbit, see `RenderSettings`.
        frames, fps: of the video.
    """
    if kind == "following":
        return _following(staged, frames, fps, layout)
    points = outline(staged, frames)
    if kind == "orbit":
        return _orbit(points, fps, layout)
    camera, slopes = _view(layout)
    bounds = _bounds(points[None], camera.axes, slopes)
    return Cameras(_moved(camera, (_place(bounds, _depth(bounds, slopes), slopes) @ camera.axes)[0], camera.axes))


def _view(layout: Layout) -> tuple[Camera, Floats]:
    """Return a camera at the origin that looks where all of them look, and the slopes (4,) of the frame's sides:
    coordinates over depth on its left, right, lower and upper side."""
    dip = np.deg2rad(ELEVATION)
    back = np.array([0.0, np.sin(dip), np.cos(dip)])
    size = (layout.width, layout.height)
    camera = Camera.look_at(back, np.zeros(3), size, FIELD_OF_VIEW)
    left, top, right, bottom = layout.frame
    sides = np.array([(left - 0.5) * size[0], (right - 0.5) * size[0], (0.5 - bottom) * size[1], (0.5 - top) * size[1]])
    return camera, sides / camera.focal


def _bounds(points: Floats, axes: Floats, slopes: Floats) -> Floats:
    """Return, for points (T, N, 3), what limits the place of the camera (T, 5).

    A camera at (cx, cy, cz), in its own axes, has a point inside the frame if x - low z >= cx - low cz and
    x - high z <= cx - high cz, and so for y. So columns are the least x - low z, the least high z - x, the same for y,
    and the middle of the depths; a larger number never limits more than a smaller one.
    """
    x, y, z = np.moveaxis(points @ axes.T, -1, 0)
    left, right, low, high = slopes
    limits = [x - left * z, right * z - x, y - low * z, high * z - y]
    middle = (np.nanmin(z, axis=1) + np.nanmax(z, axis=1)) / 2
    return np.stack([*(np.nanmin(limit, axis=1) for limit in limits), middle], axis=1)


def _depth(bounds: Floats, slopes: Floats) -> Floats:
    """Return how far forward (T,) a camera within `bounds` may stand."""
    left, right, low, high = slopes
    across = (bounds[:, 0] + bounds[:, 1]) / (right - left)
    upright = (bounds[:, 2] + bounds[:, 3]) / (high - low)
    return np.minimum(np.minimum(across, upright), bounds[:, 4] - NEAREST)


def _place(bounds: Floats, depth: Floats, slopes: Floats) -> Floats:
    """Return where (T, 3), in its own axes, a camera within `bounds` stands that is so far forward."""
    left, right, low, high = slopes
    x = (bounds[:, 0] + left * depth - bounds[:, 1] + right * depth) / 2
    # A higher camera has the dancers lower in the picture.
    highest, lowest = bounds[:, 2] + low * depth, -bounds[:, 3] + high * depth
    return np.stack([x, lowest + SINK * (highest - lowest), depth], axis=1)


def _following(staged: Sequence[Staged], frames: int, fps: float, layout: Layout) -> Cameras:
    """Go along sideways, up and down, and keep the distance, each as calmly as nothing gets out of the frame.

    The least of a limit over the seconds around a frame, and any mean of such leasts over the same seconds, is at most
    the frame's own limit: so the smooth camera holds what every single frame asks for.
    """
    camera, slopes = _view(layout)
    bounds = np.full((frames, 5), np.inf)
    for one in staged:
        for start, stop in chunks(frames):
            part = one.reach(start, stop)
            known = np.isfinite(part).any(axis=(1, 2))
            bounds[start:stop][known] = np.minimum(bounds[start:stop][known], _bounds(part[known], camera.axes, slopes))
    bounds = _carried(bounds)
    for column in range(5):
        bounds[:, column] = _calm(bounds[:, column], fps * (AHEAD_S if column < 2 else AHEAD_CALM_S))
    depth = _calm(_depth(bounds, slopes), fps * AHEAD_CALM_S)
    return Cameras(camera, positions=_place(bounds, depth, slopes) @ camera.axes)


def _carried(bounds: Floats) -> Floats:
    """Fill frames in which nobody is seen with what is around them."""
    known = np.isfinite(bounds).all(axis=1)
    times = np.arange(len(bounds))
    return np.stack([np.interp(times, times[known], column[known]) for column in bounds.T], axis=1)


def _calm(limit: Floats, ahead: float) -> Floats:
    """Return the smoothest curve below `limit` (T,) that knows `ahead` frames before and after each."""
    # Two means in a row, of half the width each: speed does not jump either.
    half = max(int(ahead) // 2, 1)
    least = minimum_filter1d(limit, 4 * half + 1, mode="nearest")
    for _ in range(2):
        least = uniform_filter1d(least, 2 * half + 1, mode="nearest")
    return least


def _orbit(points: Floats, fps: float, layout: Layout) -> Cameras:
    """Go around the middle of the dance at one distance and height, from which all of it is seen from every side."""
    camera, slopes = _view(layout)
    low, high = points.min(axis=0), points.max(axis=0)
    centre = np.array([(low[0] + high[0]) / 2, 0.0, (low[2] + high[2]) / 2])
    limits = np.full((1, 5), np.inf)
    for angle in np.linspace(0, 2 * np.pi, ORBIT_STEPS, endpoint=False):
        # Turning the dance one way is turning the camera the other.
        turned = (points - centre) @ _turn(angle)
        limits = np.minimum(limits, _bounds(turned[None], camera.axes, slopes))
    # The axis stays in the middle of the picture from left to right: the tighter side counts for both.
    limits[:, :2] = (limits[:, :2] / [-slopes[0], slopes[1]]).min() * np.array([-slopes[0], slopes[1]])
    # A nearest point that lies between two of the angles is this little nearer.
    depth = _depth(limits, slopes) - 2e-4 * float(np.linalg.norm(high - low))
    position = centre + (_place(limits, depth, slopes) @ camera.axes)[0]
    return Cameras(_moved(camera, position, camera.axes), centre=centre, around=ORBIT_S * fps)


def _turn(angle: float) -> Floats:
    """Return the turn (3, 3) about y that carries +z towards +x by `angle`, radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])


def _moved(camera: Camera, position: Floats, axes: Floats) -> Camera:
    return Camera(position, axes, camera.focal, camera.width, camera.height)
