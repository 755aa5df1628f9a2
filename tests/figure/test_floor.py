"""Shadows on the floor: where they lie, that they are soft, and that they grow darker towards what touches it."""

import numpy as np
import pytest

from workflow_scripts.figure.floor import FloorShadow
from workflow_scripts.figure.room import SHADOW_CELL
from workflow_scripts.motion.skeleton import SMPL24

LAMP = np.array([0.45, 0.75, 0.6]) / np.linalg.norm([0.45, 0.75, 0.6])


def cast(joints: np.ndarray, lamp: np.ndarray = LAMP, cell: float = SHADOW_CELL) -> FloorShadow:
    shadow = FloorShadow(lamp, 1.0, 1.0, cell)
    shadow.cast(joints)
    return shadow


def at(shadow: FloorShadow, place: np.ndarray) -> float:
    i, j = np.round((place - shadow.corner) / shadow.cell).astype(int)
    return float(shadow.map[i, j])


@pytest.mark.parametrize("cell", [SHADOW_CELL, SHADOW_CELL / 2])
def test_the_shadow_is_soft_and_ends_within_its_map(cell: float) -> None:
    shadow = cast(SMPL24.rest_positions, cell=cell)
    assert shadow.map.min() < 0.4
    jumps = [np.abs(np.diff(shadow.map, axis=axis)).max() for axis in (0, 1)]
    # The shadow takes two thirds of the light; a hard edge would take them in one step.
    assert max(jumps) < (0.40 if cell == SHADOW_CELL else 0.24)
    border = np.concatenate([shadow.map[0], shadow.map[-1], shadow.map[:, 0], shadow.map[:, -1]])
    assert border.min() > 0.97


def test_light_comes_back_steadily_beyond_the_head() -> None:
    joints = SMPL24.rest_positions
    head = joints[SMPL24.index("head")]
    away = -LAMP[::2] / LAMP[1]
    places = [head[::2] + away * (head[1] + beyond) for beyond in np.arange(0.0, 0.5, SHADOW_CELL)]
    light = np.array([at(cast(joints), place) for place in places])
    assert light[0] < 0.7
    assert (np.diff(light) >= -1e-6).all()
    assert light[-1] > 0.95


def test_a_higher_limb_throws_a_softer_shadow() -> None:
    """Width of the band between a quarter and three quarters of the darkness, across the same limb."""
    widths = []
    for height in (0.2, 1.2):
        joints = np.zeros((24, 3)) + np.array([0.0, height, 0.0])
        joints[SMPL24.index("left_hand"), 0] = 0.8
        for joint, x in (("left_wrist", 0.5), ("left_elbow", 0.2)):
            joints[SMPL24.index(joint), 0] = x
        shadow = cast(joints, np.array([0.0, 1.0, 0.0]), 0.005)
        profile = shadow.map[int((0.35 - shadow.corner[0]) / shadow.cell)]
        depth = (1 - profile) / (1 - profile).max()
        widths.append(((depth > 0.25) & (depth < 0.75)).sum() * shadow.cell)
    assert widths[1] > 2 * widths[0]


def test_the_floor_beside_a_foot_grows_lighter_when_it_is_lifted() -> None:
    foot = SMPL24.rest_positions[SMPL24.index("left_foot"), ::2]
    low_lamp = np.array([0.0, 0.6, 0.8]) / np.linalg.norm([0.0, 0.6, 0.8])
    # In front of the feet the lamp's own shadow never falls: what is left is the darkness of contact.
    place = foot + np.array([0.0, 0.08])
    lifts = [np.array([0.0, lift, 0.0]) for lift in (0.0, 0.05, 0.1, 0.2, 0.4)]
    darkness = [1 - at(cast(SMPL24.rest_positions + lift, low_lamp), place) for lift in lifts]
    assert min(darkness[:2]) > 0.08
    assert (np.diff(darkness[1:]) < 0).all()
    assert darkness[-1] < 0.02
