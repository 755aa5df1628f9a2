"""Sizes of videos: those of the formats, or any other of the same shape, or any other."""

import pytest

from workflow_scripts.render.settings import FORMATS, RenderSettings, checked_settings
from workflow_scripts.workflow.errors import UserError


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({}, (1280, 720)),
        ({"width": 640}, (640, 360)),
        ({"height": 360}, (640, 360)),
        ({"height": 1080}, (1920, 1080)),
        ({"width": 1000}, (1000, 562)),
        ({"width": 360, "format": "portrait"}, (360, 640)),
        ({"height": 640, "format": "portrait"}, (360, 640)),
        ({"width": 400, "format": "square"}, (400, 400)),
        ({"width": 640, "height": 720}, (640, 720)),
        ({"width": 320}, (320, 180)),
    ],
)
def test_one_side_alone_keeps_the_shape(values: dict[str, object], size: tuple[int, int]) -> None:
    assert checked_settings(values).size == size


@pytest.mark.parametrize("shape", FORMATS)
def test_sides_are_even_and_of_the_formats_shape(shape: str) -> None:
    for width in range(320, 2000, 34):
        wide, high = RenderSettings.model_validate({"format": shape, "width": width}).size
        assert (wide, high % 2) == (width, 0)
        assert abs(high - wide * FORMATS[shape][1] / FORMATS[shape][0]) <= 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"width": 3840, "format": "portrait"}, r"render.height: .*3840x6826 has a side .* above 3840: give width and"),
        ({"height": 3840}, r"render.height: .*6826x3840 has a side .* above 3840: give width and height"),
        ({"height": 300, "format": "portrait"}, r"render.height: .*168x300 has a side below 180"),
        ({"width": 333}, "render.width: .*multiple of 2"),
        ({"format": "round"}, "render.format: "),
    ],
)
def test_sizes_that_cannot_be_are_said(values: dict[str, object], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        checked_settings(values)
