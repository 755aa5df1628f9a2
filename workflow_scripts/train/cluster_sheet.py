"""A picture of clusters: the poses of each centroid as stick figures, with the cluster's share of all steps."""

import numpy as np

from workflow_scripts.models.pose_clusters.steps import Ints
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24, Floats

COLUMNS, FIGURES = 4, 4
_WIDTH, _HEIGHT, _GAP = 58, 150, 24  # pixels of a figure, and between cells
_PIXELS_PER_METRE = 68
_TURN = 0.35  # radians: seen a little from the side, a step forward shows
_COLOURS, _MIDDLE = {"left": "#2a78d6", "right": "#d8456f"}, "#5b6070"


def draw_clusters(centroids: Floats, sizes: Ints) -> str:
    """Return the sheet as SVG: a cell per cluster, time runs to the right; the dancer's left side is blue.

    Args:
        centroids: (K, poses, 24, 3) metres.
        sizes: (K,) steps in each.
    """
    cell = FIGURES * _WIDTH + _GAP
    rows = -(-len(centroids) // COLUMNS)
    width, height = COLUMNS * cell + _GAP, rows * (_HEIGHT + _GAP) + _GAP
    parts = []
    for number, (poses, size) in enumerate(zip(centroids, sizes.tolist(), strict=True)):
        left, top = _GAP + number % COLUMNS * cell, _GAP + number // COLUMNS * (_HEIGHT + _GAP)
        floor = top + _HEIGHT - 8
        parts.append(f'<text x="{left}" y="{top + 4}">{number + 1} · {size / max(sizes.sum(), 1):.1%}</text>')
        parts.append(f'<line x1="{left}" x2="{left + cell - _GAP}" y1="{floor}" y2="{floor}" stroke="#c9cdd6"/>')
        shown = np.linspace(0, len(poses) - 1, min(FIGURES, len(poses))).round().astype(int)
        parts += [_figure(poses[pose], left + (k + 0.5) * _WIDTH, floor) for k, pose in enumerate(shown)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="12" stroke-linecap="round" stroke-width="3">'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _figure(pose: Floats, centre: float, floor: float) -> str:
    seen = turned(pose.astype(np.float64), _TURN)
    x, y = centre + _PIXELS_PER_METRE * seen[:, 0], floor - _PIXELS_PER_METRE * seen[:, 1]
    lines = []
    # What is farther away is drawn first.
    for joint in np.argsort(seen[:, 2], kind="stable").tolist():
        parent = SMPL24.parents[joint]
        if parent >= 0:
            colour = _COLOURS.get(SMPL24.joints[joint].split("_")[0], _MIDDLE)
            ends = f'x1="{x[parent]:.1f}" y1="{y[parent]:.1f}" x2="{x[joint]:.1f}" y2="{y[joint]:.1f}"'
            lines.append(f'<line {ends} stroke="{colour}"/>')
    head = SMPL24.index("head")
    return f'<g>{"".join(lines)}<circle cx="{x[head]:.1f}" cy="{y[head] - 4:.1f}" r="6" fill="{_MIDDLE}"/></g>'
