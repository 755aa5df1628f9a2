"""Words on the picture: the title and what stands above the dancers, drawn once as layers to lay over every frame."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render.layers import Layer
from workflow_scripts.render.layout import Layout

Colour = tuple[int, int, int]
ELLIPSIS = "…"
TITLE_COLOUR = (240, 242, 250)
TITLE_LINES, CAPTION_LINES = 2, 2
# Darkness around the letters keeps them readable over a light wall: how far down it lies and how far it reaches, in
# heights of the letters; how much of it there is, where 1 is black under a single letter's middle.
SHADOW, BLUR, DARKNESS = 0.06, 0.12, 2.2


@lru_cache(maxsize=8)
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans (it comes with matplotlib: nothing of the system is used) in `size` pixels."""
    import matplotlib

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


def printable(text: str) -> str:
    """Return `text` on one line without control characters, which would draw as boxes or turn the line around."""
    kept = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")).split())


def shortened(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """Return `text`, or its longest beginning that fits `width` pixels with an ellipsis."""
    if face.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if face.getlength(text[:middle].rstrip() + ELLIPSIS) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: float, lines: int) -> list[str]:
    """Return `text` in at most `lines` lines that fit `width` pixels, broken between words; the last is shortened."""
    words, out = text.split(" "), list[str]()
    while words and len(out) < lines - 1 and face.getlength(" ".join(words)) > width:
        fitting = 1
        while face.getlength(" ".join(words[: fitting + 1])) <= width:
            fitting += 1
        if face.getlength(words[0]) > width:
            break
        out.append(" ".join(words[:fitting]))
        words = words[fitting:]
    return [*out, shortened(" ".join(words), face, width)]


def title_lines(title: str, layout: Layout) -> list[str]:
    """Return the title in the lines it is written in: two where the picture is upright and one does not hold it."""
    lines = TITLE_LINES if layout.height > layout.width else 1
    return wrapped(printable(title), font(layout.title_size, bold=True), layout.right - layout.left, lines)


def title_layer(lines: Sequence[str], layout: Layout) -> Layer:
    """Draw the lines of the title."""
    face = font(layout.title_size, bold=True)
    places = [(layout.width / 2, layout.title_y(number)) for number in range(len(lines))]
    return _text(layout, [(line, place, face, TITLE_COLOUR) for line, place in zip(lines, places, strict=True)])


@dataclass(frozen=True)
class Column:
    """Where one caption stands, pixels: between `left` and `right`, its middle on `centre` if it has the room."""

    left: float
    right: float
    centre: float


def caption_columns(count: int, layout: Layout, centres: Floats | None = None) -> list[Column]:
    """Return the columns of `count` captions: none touches its neighbour, whatever is written in them.

    Args:
        centres: (count,) in the middle of what each should stand, rising, pixels; None: the columns are equally wide.
    """
    left, right = float(layout.left), float(layout.right)
    if centres is None or count == 1:
        edges = np.linspace(left, right, count + 1)
        centres = (edges[1:] + edges[:-1]) / 2
    edges = np.array([left, *(centres[1:] + centres[:-1]) / 2, right])
    apart = 0.5 * layout.caption_size
    starts, ends = edges[:-1] + apart * (np.arange(count) > 0), edges[1:] - apart * (np.arange(count) < count - 1)
    return [Column(*map(float, column)) for column in zip(starts, ends, centres, strict=True)]


def caption_lines(captions: Sequence[str], columns: Sequence[Column], layout: Layout) -> int:
    """Return how many lines the captions need: two where one does not hold each of them in its column."""
    face = font(layout.smallest_caption_size, bold=layout.several)
    fits = [
        face.getlength(printable(text)) <= one.right - one.left for text, one in zip(captions, columns, strict=True)
    ]
    return 1 if all(fits) or not layout.several else CAPTION_LINES


def caption_layer(
    captions: Sequence[str], columns: Sequence[Column], colours: Sequence[Colour], layout: Layout
) -> Layer:
    """Draw the captions in display colours: smaller, and in as many lines as the layout has, where that lets all of
    them fit; what still does not is shortened."""
    texts = [printable(caption) for caption in captions]
    face = font(layout.caption_size, bold=layout.several)
    widths = [column.right - column.left for column in columns]
    room = min(width / max(face.getlength(text), 1.0) for text, width in zip(texts, widths, strict=True))
    size = layout.smallest_caption_size if layout.caption_lines > 1 else int(min(room, 1.0) * face.size)
    face = font(max(size, layout.smallest_caption_size), bold=layout.several)
    words = []
    for text, column, width, colour in zip(texts, columns, widths, colours, strict=True):
        for number, line in enumerate(wrapped(text, face, width, layout.caption_lines)):
            half = face.getlength(line) / 2
            x = min(max(column.centre, column.left + half), column.right - half)
            words.append((line, (x, layout.caption_y(number)), face, colour))
    return _text(layout, words)


def _text(layout: Layout, words: Sequence[tuple[str, tuple[float, float], ImageFont.FreeTypeFont, Colour]]) -> Layer:
    image = Image.new("RGBA", (layout.width, layout.height))
    draw = ImageDraw.Draw(image)
    for line, (x, y), face, _ in words:
        away = SHADOW * face.size
        draw.text((x + away / 2, y + away), line, font=face, anchor="mm", fill=(0, 0, 0, 255))
    if words:
        soft = image.getchannel("A").filter(ImageFilter.GaussianBlur(BLUR * words[0][2].size))
        image.putalpha(soft.point(lambda alpha: min(round(DARKNESS * alpha), 215) if alpha > 3 else 0))
    # Letters over their shadow, not instead of it: what lies between must not become paler.
    letters = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(letters)
    for line, place, face, colour in words:
        draw.text(place, line, font=face, anchor="mm", fill=(*colour, 255))
    return Layer.cut(np.asarray(Image.alpha_composite(image, letters)))
