"""Pictures against small stored ones, by a tolerance that forgives rounding but no visible fault.

Write the stored pictures again after an intended change, look at them, and commit them:

    PLAYLIST2DANCE_WRITE_REFERENCES=1 .venv/bin/python -m pytest -n 0 tests/figure/test_references.py
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.figure.dancer import swinging
from tests.figure.scenes import around, clear_body, front, moved, painter, picture, spot
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import Body, make_body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.scene_painter import ScenePainter
from workflow_scripts.motion.skeleton import SMPL24

FOLDER = Path(__file__).parent / "references"
WRITE = "PLAYLIST2DANCE_WRITE_REFERENCES"
# Levels of 255: over the whole picture on average, over the worst block of 8 by 8 pixels, and what is too much.
MEAN, BLOCK = 0.6, 6.0


def unlike(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Mean difference of two pictures, and that of the block of 8 by 8 pixels that differs most."""
    difference = np.abs(first.astype(float) - second).max(axis=-1)
    height, width = (size // 8 for size in difference.shape)
    blocks = difference[: 8 * height, : 8 * width].reshape(height, 8, width, 8).mean(axis=(1, 3))
    return float(difference.mean()), float(blocks.max())


def matches(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two pictures are the same to the eye."""
    mean, block = unlike(first, second)
    return mean < MEAN and block < BLOCK


@pytest.fixture(scope="module")
def body() -> Body:
    return clear_body()


@pytest.fixture(scope="module")
def other() -> Body:
    look = Appearance(curve=0.9, hair_style="long", pattern="stripes", leg=0.85, skin=(0.50, 0.29, 0.18))
    return make_body(swinging(), look)


def pair(body: Body, other: Body) -> np.ndarray:
    two = moved(body, x=-0.55), moved(other, x=0.55, z=-0.3)
    lights = spot(x=-0.55), spot(x=0.55, z=-0.3, colour=(1.0, 0.25, 0.6))
    return picture(painter(*two, quality="full"), 8, front(*two, size=(160, 120)), *lights)


def draft(body: Body, other: Body) -> np.ndarray:
    return picture(painter(body, room="studio"), 3, front(body, size=(120, 160)))


def from_behind(body: Body, other: Body) -> np.ndarray:
    return picture(painter(other, room="warm", round_wall=True), 11, around(200, (120, 160)), spot())


def portrait(body: Body, other: Body) -> np.ndarray:
    head = other.world[0, SMPL24.index("head")] + [0, 0.02, 0]
    camera = Camera.look_at(head + np.array([0.3, 0.05, 1.1]), head, (120, 120), field_of_view=22)
    return picture(painter(other, quality="full", room="slate"), 0, camera)


SCENES: dict[str, Callable[[Body, Body], np.ndarray]] = {
    "pair": pair, "draft": draft, "from_behind": from_behind, "portrait": portrait
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_pictures_are_as_stored(name: str, body: Body, other: Body) -> None:
    frame, path = SCENES[name](body, other), FOLDER / f"{name}.png"
    if os.environ.get(WRITE):
        FOLDER.mkdir(exist_ok=True)
        Image.fromarray(frame).save(path, optimize=True)
    stored = np.asarray(Image.open(path))
    assert stored.shape == frame.shape
    assert matches(stored, frame), unlike(stored, frame)


def test_a_visibly_wrong_picture_does_not_match(body: Body, other: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    right = draft(body, other)
    rounded = right.astype(int)
    rounded[::2] += 1
    assert matches(right, rounded)
    wrong = {
        "5 cm to the side": draft(moved(body, x=0.05), other),
        "another shirt": draft(replace(body, look=replace(body.look, shirt=(0.7, 0.3, 0.02))), other),
        "a later pose": picture(painter(body, room="studio"), 4, front(body, size=(120, 160))),
    }
    monkeypatch.setattr(ScenePainter, "_paint_floor", lambda *_: None)
    wrong["no shadow"] = draft(body, other)
    for what, frame in wrong.items():
        assert not matches(right, frame), (what, unlike(right, frame))
