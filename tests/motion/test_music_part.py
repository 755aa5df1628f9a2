"""A part of a song stands in its place: beats, bars and phrases are counted as in the whole."""

import numpy as np
import pytest

from workflow_scripts.motion.metre import metre
from workflow_scripts.motion.music_file import Music

FPS = 30.0


@pytest.mark.parametrize("span", [(0, 90), (150, 300), (450, 600)])
@pytest.mark.parametrize("bar", [3, 4])
def test_the_metre_of_a_part_is_that_of_its_place(span: tuple[int, int], bar: int) -> None:
    beats = 0.7 + np.cumsum(np.random.default_rng(1).normal(0.5, 0.02, 34))  # ends before the song does
    features = np.arange(600, dtype=np.float32)[:, None]
    song = Music(features, beats, beats[1::bar], 120.0, FPS, bar)
    part = song.part(slice(*span))
    np.testing.assert_array_equal(part.features, features[slice(*span)])
    whole, own = metre(song, 600), metre(part, span[1] - span[0])
    for name in ("beat", "bar", "phrase"):
        np.testing.assert_allclose(getattr(own, name), getattr(whole, name)[slice(*span)], atol=1e-9)
    heard = part.beats[(part.beats >= 0) & (part.beats < (span[1] - span[0]) / FPS)]
    expected = beats[(beats >= span[0] / FPS) & (beats < span[1] / FPS)] - span[0] / FPS
    np.testing.assert_allclose(heard, expected)
