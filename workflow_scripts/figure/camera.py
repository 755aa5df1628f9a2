"""A pinhole camera in world coordinates (metres, y up): where points of the world land in the picture."""

from dataclasses import dataclass

import numpy as np

from workflow_scripts.motion.skeleton import Floats


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        position: (3,) world metres.
        axes: (3, 3) rows: the picture's right, up, and the viewing direction, as unit vectors of the world.
        focal: focal length in pixels; the principal point is the middle of the picture.
        width, height: picture size in pixels.
    """

    position: Floats
    axes: Floats
    focal: float
    width: int
    height: int

    @classmethod
    def look_at(cls, position: Floats, target: Floats, size: tuple[int, int], field_of_view: float = 40.0) -> "Camera":
        """Return the upright camera at `position` that has `target` (both (3,) metres) in the middle of its picture.

        Args:
            size: (width, height) in pixels.
            field_of_view: angle across the picture's height, degrees.
        """
        width, height = size
        forward = np.asarray(target, float) - np.asarray(position, float)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 1.0, 0.0))
        right /= np.linalg.norm(right)
        axes = np.stack([right, np.cross(right, forward), forward])
        focal = 0.5 * height / np.tan(np.deg2rad(field_of_view) / 2)
        return cls(np.asarray(position, float), axes, float(focal), width, height)

    @classmethod
    def framing(
        cls,
        points: Floats,
        size: tuple[int, int],
        azimuth: float = 0.0,
        elevation: float = 5.0,
        field_of_view: float = 40.0,
        frame: tuple[float, float, float, float] = (0.06, 0.06, 0.94, 0.94),
        nearest: float = 2.0,
    ) -> "Camera":
        """Return the camera that comes as near as it may with all points inside a frame of the picture.

        Args:
            points: (..., 3) world metres.
            size: (width, height) in pixels.
            azimuth: degrees about y from which it looks, 0 from +z, growing towards +x.
            elevation: degrees it looks down.
            field_of_view: angle across the picture's height, degrees.
            frame: left, top, right, bottom as shares of the picture's width and height.
            nearest: least distance from the middle of the points, metres.
        """
        points = np.asarray(points, float).reshape(-1, 3)
        turn, dip = np.deg2rad(azimuth), np.deg2rad(elevation)
        back = np.array([np.sin(turn) * np.cos(dip), np.sin(dip), np.cos(turn) * np.cos(dip)])
        camera = cls.look_at(back, np.zeros(3), size, field_of_view)
        width, height = size
        # In units of depth: a point at camera coordinates (x, y, z) is at x / z. The view axis goes through the
        # middle of the picture, so each side of the frame bounds one slope.
        left, top, right, bottom = frame
        slopes = np.array([(left - 0.5) * width, (right - 0.5) * width, (0.5 - bottom) * height, (0.5 - top) * height])
        slopes /= camera.focal
        x, y, z = (points @ camera.axes.T).T
        # Camera at c (its own coordinates): slope_low * (z - cz) <= x - cx <= slope_high * (z - cz) for every point.
        # Each pair of sides gives the farthest-back cz that holds both, and the middle of the slack gives cx.
        depth = min(
            *(
                (np.min(coordinate - low * z) - np.max(coordinate - high * z)) / (high - low)
                for coordinate, low, high in ((x, slopes[0], slopes[1]), (y, slopes[2], slopes[3]))
            ),
            float((z.min() + z.max()) / 2 - nearest),
        )
        centre = [
            (np.min(coordinate - low * z) + low * depth + np.max(coordinate - high * z) + high * depth) / 2
            for coordinate, low, high in ((x, slopes[0], slopes[1]), (y, slopes[2], slopes[3]))
        ]
        position = np.array([*centre, depth]) @ camera.axes
        return cls(position, camera.axes, camera.focal, width, height)

    def to_camera(self, points: Floats) -> Floats:
        """Return points (..., 3) of the world in the camera's frame: x right, y up, z away from the camera, metres."""
        return (np.asarray(points) - self.position) @ self.axes.T

    def project(self, points: Floats) -> Floats:
        """Return the pixel coordinates (..., 2) of world points: x right, y down, (0, 0) the top left corner."""
        x, y, z = np.moveaxis(self.to_camera(points), -1, 0)
        return np.stack([self.width / 2 + self.focal * x / z, self.height / 2 - self.focal * y / z], axis=-1)

    def rays(self) -> Floats:
        """Return the direction (height, width, 3) in which each pixel's middle looks; 1 along the viewing direction."""
        x = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal
        y = (self.height / 2 - np.arange(self.height) - 0.5) / self.focal
        right, up, forward = self.axes
        return x[None, :, None] * right + y[:, None, None] * up + forward
