"""How dances are drawn: the section `render` of the configuration, and the options of the plain command."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from workflow_scripts.workflow.errors import UserError

# Width and height in pixels.
FORMATS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"landscape": (1280, 720), "portrait": (720, 1280), "square": (1080, 1080)}
)
SHORTEST, LONGEST = 180, 3840  # pixels of a side


class RenderSettings(BaseModel):
    """Settings of a video.

    Attributes:
        style: `figure`, a human with clothes and a face, or `skeleton`, lines between joints.
        quality: `draft` is fast, to iterate; `full` is what is shown to others.
        format: one of FORMATS.
        width, height: pixels, even; None: those of the format, or, where one is given, what keeps the format's shape.
        fps: frames per second.
        camera: `fixed` sees the whole dance, `following` stays with the dancers, `orbit` goes around them.
        room: a key of `figure.room.STYLES`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    style: Literal["figure", "skeleton"] = "figure"
    quality: Literal["draft", "full"] = "full"
    format: Literal["landscape", "portrait", "square"] = "landscape"
    width: int | None = Field(None, ge=320, le=3840, multiple_of=2)
    height: int | None = Field(None, ge=240, le=3840, multiple_of=2, validate_default=True)
    fps: Literal[30, 60] = 30
    camera: Literal["fixed", "following", "orbit"] = "fixed"
    room: str = "night"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        return _size(self.format, self.width, self.height)

    @field_validator("height")
    @classmethod
    def _sides_fit(cls, height: int | None, others: ValidationInfo) -> int | None:
        if {"format", "width"} <= others.data.keys():
            size = _size(others.data["format"], others.data["width"], height)
            if min(size) < SHORTEST or max(size) > LONGEST:
                message = f"{size[0]}x{size[1]} has a side below {SHORTEST} or above {LONGEST}: give width and height"
                raise ValueError(message)
        return height


def _size(shape: str, width: int | None, height: int | None) -> tuple[int, int]:
    """Return width and height in pixels: the side that is not given follows from the other."""
    usual = FORMATS[shape]
    if width is None and height is None:
        return usual
    # Half as many pairs of pixels: sides of a video are even.
    wide = width or 2 * round(height * usual[0] / usual[1] / 2)  # type: ignore[operator]
    return wide, height or 2 * round(wide * usual[1] / usual[0] / 2)


def checked_settings(values: Mapping[str, Any]) -> RenderSettings:
    """Return the settings.

    Raises:
        UserError: one line per mistake, each with the setting, what it must be and what it is.
    """
    try:
        return RenderSettings(**values)
    except ValidationError as error:
        lines = [f"  render.{one['loc'][0]}: {one['msg'].lower()}, not {one['input']!r}" for one in error.errors()]
        raise UserError("\n".join(["the settings of the video have mistakes:", *lines])) from error
