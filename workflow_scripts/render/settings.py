"""How dances are drawn: the section `render` of the configuration, and the options of the plain command."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workflow_scripts.workflow.errors import UserError

# Width and height in pixels.
FORMATS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"landscape": (1280, 720), "portrait": (720, 1280), "square": (1080, 1080)}
)


class RenderSettings(BaseModel):
    """Settings of a video.

    Attributes:
        style: `figure`, a human with clothes and a face, or `skeleton`, lines between joints.
        quality: `draft` is fast, to iterate; `full` is what is shown to others.
        format: one of FORMATS.
        width, height: pixels, even; None: those of the format.
        fps: frames per second.
        camera: `fixed` sees the whole dance, `following` stays with the dancers, `orbit` goes around them.
        room: a key of `figure.room.STYLES`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    style: Literal["figure", "skeleton"] = "figure"
    quality: Literal["draft", "full"] = "full"
    format: Literal["landscape", "portrait", "square"] = "landscape"
    width: int | None = Field(None, ge=320, le=3840, multiple_of=2)
    height: int | None = Field(None, ge=240, le=3840, multiple_of=2)
    fps: Literal[30, 60] = 30
    camera: Literal["fixed", "following", "orbit"] = "fixed"
    room: str = "night"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        width, height = FORMATS[self.format]
        return self.width or width, self.height or height


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
