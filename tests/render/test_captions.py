"""Titles that fit and strips that show where the song is."""

import numpy as np
import pytest

from workflow_scripts.render.captions import ELLIPSIS, Strip, draw_title, font, printable, shortened


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


def test_title_is_drawn_inside_the_top() -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    draw_title(picture, "W" * 500, "model 音\ud800", (200, 100, 50))
    rows, columns = np.nonzero(picture.any(axis=-1))
    assert rows.max() < 0.135 * 360
    assert columns.min() >= 0.04 * 640
    assert columns.max() <= 0.96 * 640


def test_strip_shows_loudness_beats_and_the_playhead() -> None:
    rate, duration = 8000, 4.0
    time = np.arange(int(rate * duration)) / rate
    samples = np.where(time < 2, 0.0, 0.8) * np.sin(2 * np.pi * 200 * time)
    strip = Strip(samples, duration, np.array([1.0, 3.0]), np.array([3.0]), (640, 360), (10, 200, 250))
    picture = np.zeros((360, 640, 3), np.uint8)
    strip.paint(picture, 1.0)
    left, right = round(0.047 * 640), round(0.953 * 640)
    lit = (picture > 12).any(axis=-1)
    assert not lit[: round(0.88 * 360)].any()
    quiet, loud = left + (right - left) * 35 // 100, left + (right - left) * 65 // 100
    assert lit[:, loud].sum() > 4 * lit[:, quiet].sum() > 0
    head = left + (right - left) // 4
    assert (picture[:, head] == 245).all(axis=-1).sum() > 20
    # Later the loud half is played and takes the accent's colour.
    before = picture[:, loud].max(axis=0)
    picture[:] = 0
    strip.paint(picture, 4.0)
    after = picture[:, loud].max(axis=0)
    assert after[2] > before[2] + 80
    assert after[2] > after[0] + 150


def test_silence_and_songs_without_beats_can_be_drawn() -> None:
    strip = Strip(np.zeros(100), 1.0, np.empty(0), np.empty(0), (320, 240), (1, 2, 3))
    picture = np.zeros((240, 320, 3), np.uint8)
    for time in (0.0, 0.5, 5.0):
        strip.paint(picture, time)
    assert picture.max() == 245
