"""Where things stand in a picture of any size: title, captions, the dance, the strip of the song."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]

# All in units of the picture's shorter side, so that words are as large in an upright picture as in a wide one.
MARGIN = 0.07
TITLE_SIZE, CAPTION_SIZE, NAME_SIZE = 1 / 24, 1 / 38, 1 / 28
TITLE_Y, LINE, CAPTION_Y = 0.055, 0.052, 0.047
STRIP_DEPTH, STRIP_FOOT = 0.095, 0.020
GAP = 0.020
# Below this size (pixels) letters cannot be read.
SMALLEST = 8


@dataclass(frozen=True)
class Layout:
    """The places in a picture of `width` x `height` pixels.

    Attributes:
        lines: of the title. caption_lines: of the captions.
        several: whether every dancer has a caption above, or one dancer's is the subtitle.
    """

    width: int
    height: int
    lines: int = 1
    caption_lines: int = 1
    several: bool = False

    @property
    def unit(self) -> int:
        """The shorter side, pixels."""
        return min(self.width, self.height)

    @property
    def left(self) -> int:
        """Where title, captions and strip begin, pixels."""
        return round(MARGIN * self.unit)

    @property
    def right(self) -> int:
        """Where they end."""
        return self.width - self.left

    def title_y(self, line: int) -> float:
        """Return the middle of a line of the title, pixels from the top."""
        return (TITLE_Y + line * LINE) * self.unit

    def caption_y(self, line: int) -> float:
        """Return the middle of a line of the captions, pixels from the top."""
        extra = 0.25 * LINE * self.unit if self.several else 0.0
        return self.title_y(self.lines - 1) + CAPTION_Y * self.unit + extra + line * 1.2 * self.smallest_caption_size

    @property
    def title_size(self) -> int:
        """Height of the title's letters, pixels."""
        return max(round(TITLE_SIZE * self.unit), SMALLEST)

    @property
    def caption_size(self) -> int:
        """Height of the captions' letters, pixels."""
        return max(round((NAME_SIZE if self.several else CAPTION_SIZE) * self.unit), SMALLEST)

    @property
    def smallest_caption_size(self) -> int:
        """Below this they are shortened."""
        return max(round(CAPTION_SIZE * self.unit), SMALLEST)

    @property
    def strip(self) -> Box:
        """Left, top, right, bottom of the strip, pixels."""
        bottom = self.height - round(STRIP_FOOT * self.unit)
        return self.left, bottom - round(STRIP_DEPTH * self.unit), self.right, bottom

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the part the dance is framed in, as shares of the picture's width and height."""
        top = self.caption_y(self.caption_lines - 1) + 0.5 * self.caption_size + GAP * self.unit
        bottom = self.strip[1] - GAP * self.unit
        return self.left / self.width, top / self.height, self.right / self.width, bottom / self.height
