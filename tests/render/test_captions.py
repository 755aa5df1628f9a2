"""Titles and captions that fit and do not touch, and strips that show where the song is."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.render.moving import walking
from workflow_scripts.render import pictures
from workflow_scripts.render.captions import (
    ELLIPSIS,
    Column,
    caption_columns,
    caption_layer,
    caption_lines,
    font,
    printable,
    shortened,
    title_layer,
    title_lines,
    wrapped,
)
from workflow_scripts.render.layers import Layer
from workflow_scripts.render.layout import Layout
from workflow_scripts.render.scene import Dancer, Scene
from workflow_scripts.render.settings import FORMATS, RenderSettings
from workflow_scripts.render.strip import Strip, loudness
from workflow_scripts.workflow.media import MediaError

WIDE = Layout(640, 360)
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]


def test_short_titles_stay_and_long_ones_fit() -> None:
    face = font(20, bold=True)
    assert shortened("Short", face, 500) == "Short"
    long = "A title that goes on and on and on and on"
    cut = shortened(long, face, 200)
    assert cut.endswith(ELLIPSIS)
    assert long.startswith(cut.removesuffix(ELLIPSIS))
    assert face.getlength(cut) <= 200
    longer = long[: len(cut.removesuffix(ELLIPSIS)) + 2]
    assert face.getlength(longer + ELLIPSIS) > 200  # no more of it would have fitted


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\nb\tc", "a b c"),
        ("x\x00\x1b[31my", "x[31my"),
        ("\u202eevil\u200b", "evil"),
        ("Ünïcödé — 音楽", "Ünïcödé — 音楽"),
        ("", ""),
    ],
)
def test_titles_are_one_printable_line(raw: str, shown: str) -> None:
    assert printable(raw) == shown


@pytest.mark.parametrize("text", ["a few words that have to be broken", "Unbreakable" * 9, "", "two words"])
def test_lines_are_broken_between_words(text: str) -> None:
    face = font(20, bold=True)
    lines = wrapped(text, face, 150, 2)
    assert 1 <= len(lines) <= 2
    assert all(face.getlength(line) <= 150 for line in lines)
    joined = " ".join(lines)
    assert joined == text or (joined.endswith(ELLIPSIS) and text.startswith(joined.removesuffix(ELLIPSIS)))
    assert wrapped("a few words that fit", face, 900, 2) == ["a few words that fit"]


@pytest.mark.parametrize("shape", FORMATS)
def test_the_title_is_drawn_inside_the_top_and_upright_pictures_have_two_lines(shape: str) -> None:
    empty = Layout(*FORMATS[shape])
    lines = title_lines("A title of many words that is a good deal too long for any line " * 2, empty)
    assert len(lines) == (2 if shape == "portrait" else 1)
    layout = Layout(*FORMATS[shape], lines=len(lines))
    layer = title_layer(lines, layout)
    height, width = layer.pixels.shape[:2]
    soft = 0.45 * layout.title_size
    assert layer.left >= layout.left - soft
    assert layer.left + width <= layout.right + soft
    assert layer.top > 0
    assert layer.top + height < layout.frame[1] * layout.height


@pytest.mark.parametrize("shape", FORMATS)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_captions_never_touch(shape: str, count: int) -> None:
    layout = Layout(*FORMATS[shape], several=count > 1)
    captions = [f"{number} a model with a name that is too long" for number in range(count)]
    needed = caption_lines(captions, caption_columns(count, layout), layout)
    layout = Layout(*FORMATS[shape], caption_lines=needed, several=count > 1)
    uneven = np.linspace(0.2, 0.95, count) ** 1.3 * layout.width
    for centres in (None, uneven):
        columns = caption_columns(count, layout, centres)
        reach = []
        for number in range(count):
            one = [captions[k] if k == number else "" for k in range(count)]
            layer = caption_layer(one, columns, COLOURS[:count], layout)
            assert layer.top + layer.pixels.shape[0] < layout.frame[1] * layout.height
            reach.append((layer.left, layer.left + layer.pixels.shape[1]))
        soft = 0.45 * layout.caption_size  # how far the darkness around letters reaches
        assert reach[0][0] >= layout.left - soft
        assert reach[-1][1] <= layout.right + soft
        assert all(left[1] < right[0] for left, right in pairwise(reach))


def test_captions_have_their_dancers_colours_and_shrink_before_they_are_cut() -> None:
    layout = Layout(1280, 720, several=True)
    columns = caption_columns(2, layout)
    layer = caption_layer(["one", "two"], columns, COLOURS[:2], layout)
    half = layout.width // 2 - layer.left
    opaque = layer.pixels[..., 3] == 255
    for part, colour in ((slice(0, half), COLOURS[0]), (slice(half, None), COLOURS[1])):
        letters = layer.pixels[:, part][opaque[:, part]]
        assert (letters[:, :3] == colour).all(axis=1).mean() > 0.4
    text = "a very long name that fits, if it is smaller"
    room = columns[0].right - columns[0].left
    assert font(layout.caption_size, bold=True).getlength(text) > room
    smaller, cut = (caption_layer([name, ""], columns, COLOURS[:2], layout) for name in (text, text + " than this"))
    assert smaller.pixels.shape[1] <= room + 0.9 * layout.caption_size
    assert smaller.pixels.shape[0] < caption_layer(["along, it", ""], columns, COLOURS[:2], layout).pixels.shape[0]
    assert cut.pixels.shape[1] <= room + 0.9 * layout.caption_size


def test_captions_take_two_lines_where_their_own_columns_are_too_narrow_for_one() -> None:
    """Columns stand where the dancers do: equal ones may hold what these do not."""
    layout = Layout(1280, 720, several=True)
    captions = ["motion graph", "seq2seq and more", "wavenet"]
    assert caption_lines(captions, caption_columns(3, layout), layout) == 1
    narrow = caption_columns(3, layout, np.array([540.0, 640.0, 740.0]))
    assert caption_lines(captions, narrow, layout) == 2


def test_a_scene_decides_by_the_columns_it_draws_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[Sequence[str], Sequence[Column], Layout]] = []

    def layer(captions: Sequence[str], columns: Sequence[Column], colours: object, layout: Layout) -> Layer:
        drawn.append((captions, columns, layout))
        return Layer.cut(np.zeros((2, 2, 4), np.uint8))

    monkeypatch.setattr(pictures, "caption_layer", layer)
    for size in ((1280, 720), (720, 1280)):
        for name in ("motion graph", "spectrogram CNN", "wavenet, the second sample"):
            names = (name, "truth", name)
            dancers = [Dancer(walking(3, metres), one) for metres, one in zip((0.0, 6.0, 0.0), names, strict=True)]
            shown = Scene(tuple(dancers), 30, 0.1, "t", None, np.empty(0), np.empty(0))
            settings = RenderSettings(width=size[0], height=size[1], style="skeleton")
            pictures.Pictures(shown, settings, tmp_path)
            captions, columns, layout = drawn[-1]
            assert layout.caption_lines == caption_lines(captions, columns, layout)
    assert {layout.caption_lines for _, _, layout in drawn} == {1, 2}
    even = [caption_lines(one, caption_columns(3, layout), layout) for one, _, layout in drawn]
    assert even != [layout.caption_lines for _, _, layout in drawn]  # else this would prove nothing


def test_layers_are_laid_over_by_their_opacity() -> None:
    picture = np.full((4, 5, 3), 100, np.uint8)
    whole = np.zeros((4, 5, 4), np.uint8)
    whole[1, 2], whole[2, 3] = (200, 0, 50, 255), (200, 0, 50, 51)
    layer = Layer.cut(whole)
    assert (layer.top, layer.left, layer.pixels.shape) == (1, 2, (2, 2, 4))
    layer.paint(picture)
    assert picture[1, 2].tolist() == [200, 0, 50]
    assert picture[2, 3].tolist() == [120, 80, 90]
    assert (picture == 100).all(axis=-1).sum() == 18
    Layer.cut(np.zeros((4, 5, 4), np.uint8)).paint(picture)


def test_the_strip_shows_loudness_beats_and_the_playhead() -> None:
    left, _, right, _ = WIDE.strip
    loud = np.where(np.arange(right - left) < (right - left) / 2, 0.0, 0.8)
    strip = Strip(loud, 4.0, np.array([1.0, 3.0]), np.array([3.0]), WIDE, (10, 200, 250))
    picture = np.zeros((360, 640, 3), np.uint8)
    strip.paint(picture, 1.0)
    lit = (picture > 12).any(axis=-1)
    assert not lit[: round(WIDE.frame[3] * 360)].any()
    quiet, loudly = left + (right - left) * 35 // 100, left + (right - left) * 65 // 100
    assert lit[:, loudly].sum() > 4 * lit[:, quiet].sum() > 0
    head = left + (right - left) // 4
    assert (picture[:, head] == 245).all(axis=-1).sum() > 20
    # Later the loud half is played and takes the accent's colour.
    before = picture[:, loudly].max(axis=0)
    picture[:] = 0
    strip.paint(picture, 4.0)
    after = picture[:, loudly].max(axis=0)
    assert after[2] > before[2] + 80
    assert after[2] > after[0] + 150


def test_silence_and_songs_without_beats_can_be_drawn() -> None:
    layout = Layout(320, 240)
    columns = layout.strip[2] - layout.strip[0]
    strip = Strip(np.zeros(columns), 1.0, np.empty(0), np.array([2.0]), layout, (1, 2, 3))
    picture = np.zeros((240, 320, 3), np.uint8)
    for time in (0.0, 0.5, 5.0):
        strip.paint(picture, time)
    assert picture.max() == 245


def test_loudness_is_that_of_each_part_of_the_song(tmp_path: Path) -> None:
    rate = 8000
    samples = np.zeros((4 * rate, 2))
    samples[rate : rate + 10] = 0.5, -0.1  # the channels' mean is 0.2
    samples[3 * rate + rate // 2] = -0.8, -0.8
    soundfile.write(tmp_path / "a.wav", samples, rate, subtype="FLOAT")
    loud = loudness(tmp_path / "a.wav", 8, 4.0)
    np.testing.assert_allclose(loud, [0, 0, 0.2, 0, 0, 0, 0, 0.8], atol=1e-6)
    # A video that is longer, or shorter, than its song.
    np.testing.assert_allclose(loudness(tmp_path / "a.wav", 8, 8.0), [0, 0.2, 0, 0.8, 0, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(loudness(tmp_path / "a.wav", 4, 2.0), [0, 0, 0.2, 0], atol=1e-6)
    (tmp_path / "b.wav").write_bytes(b"no sound")
    with pytest.raises(MediaError, match="not a readable WAV file"):
        loudness(tmp_path / "b.wav", 8, 1.0)
