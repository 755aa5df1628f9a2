"""Drawings of the dataset's page, as SVG: stick figures of a clip."""

import numpy as np

from workflow_scripts.motion.kinematics import facing_angle, turned
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats

POSES = 7
_POSE_WIDTH, _HEIGHT = 84, 170  # pixels
_PIXELS_PER_METRE = 78
_TURN = 0.35  # radians: seen a little from the side, a step forward shows
_COLOURS, _MIDDLE = {"left": "#7fd4ff", "right": "#ff8fc7"}, "#c9cde0"


def stick_figures(motion: Person) -> str:
    """Return some poses of a motion at equal distances in time, from the front, as SVG; the left side is blue."""
    frames = np.linspace(0, len(motion.root) - 1, POSES).round().astype(int)
    joints = motion.positions[frames].astype(np.float64)
    # Seen from where the dancer mostly looks, each pose where its pelvis is; the floor is that of the room.
    angles = facing_angle(motion.positions)
    heading = float(np.angle(np.exp(1j * angles).mean()))
    seen = turned(joints, _TURN - heading)
    heights = motion.root[frames, 1]
    figures = "".join(_figure(seen[k], float(heights[k]), (k + 0.5) * _POSE_WIDTH) for k in range(POSES))
    width = POSES * _POSE_WIDTH
    floor = f'<line x1="0" x2="{width}" y1="{_HEIGHT - 8}" y2="{_HEIGHT - 8}" class="floor"/>'
    return f'<svg class="poses" viewBox="0 0 {width} {_HEIGHT}" role="img" aria-label="poses">{floor}{figures}</svg>'


def _figure(joints: Floats, height: float, centre: float) -> str:
    x = centre + _PIXELS_PER_METRE * joints[:, 0]
    y = _HEIGHT - 8 - _PIXELS_PER_METRE * (joints[:, 1] + height)
    lines = []
    # What is farther away is drawn first.
    order = np.argsort([joints[[j, max(p, 0)], 2].mean() for j, p in enumerate(SMPL24.parents)])
    for joint in order:
        parent = SMPL24.parents[joint]
        if parent >= 0:
            colour = _COLOURS.get(SMPL24.joints[joint].split("_")[0], _MIDDLE)
            lines.append(
                f'<line x1="{x[parent]:.1f}" y1="{y[parent]:.1f}" x2="{x[joint]:.1f}" y2="{y[joint]:.1f}"'
                f' stroke="{colour}"/>'
            )
    head = SMPL24.index("head")
    return f'<g>{"".join(lines)}<circle cx="{x[head]:.1f}" cy="{y[head] - 4:.1f}" r="7" fill="{_MIDDLE}"/></g>'
