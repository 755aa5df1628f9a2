"""Frames in order whatever the number of threads, and the colours of a video."""

import threading
import time

import numpy as np
import pytest

from workflow_scripts.render.colours import yuv420
from workflow_scripts.render.drawing import Drawing, drawn


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_frames_come_in_order_from_drawings_of_their_own(threads: int) -> None:
    made, used = [], set()

    def make() -> Drawing:
        made.append(threading.get_ident())
        owner = threading.get_ident()

        def draw(index: int, out: np.ndarray) -> None:
            assert threading.get_ident() == owner
            used.add(owner)
            time.sleep(0.002 * (index % 3))
            out[:] = index

        return draw

    assert [frame.tolist() for frame in drawn(make, 30, 2, threads)] == [[index, index] for index in range(30)]
    assert len(made) == len(set(made)) == len(used) <= threads


def test_what_goes_wrong_in_a_thread_is_raised() -> None:
    def draw(index: int, out: np.ndarray) -> None:
        if index == 3:
            raise RuntimeError("frame 3")

    seen = []
    with pytest.raises(RuntimeError, match="frame 3"):
        for _ in drawn(lambda: draw, 1000, 1, 2):
            seen.append(1)
    assert len(seen) == 3


def test_no_more_frames_are_drawn_ahead_than_are_needed() -> None:
    started = []
    frames = drawn(lambda: lambda index, out: started.append(index), 1000, 1, 2)
    next(frames)
    frames.close()  # waits for those that have been handed out
    assert len(started) < 8


def test_colours_are_those_of_bt709() -> None:
    rng = np.random.default_rng(0)
    frame = np.repeat(np.repeat(rng.integers(0, 256, (8, 12, 3), dtype=np.uint8), 2, axis=0), 2, axis=1)
    out = np.empty(16 * 24 * 3 // 2, np.uint8)
    yuv420(frame, out)
    red, green, blue = frame.astype(float).transpose(2, 0, 1)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue  # ITU-R BT.709-6, item 3.2
    np.testing.assert_allclose(out[: 16 * 24].reshape(16, 24), 16 + luma * 219 / 255, atol=0.51)
    for part, colour, scale in (
        (out[16 * 24 : 16 * 24 * 5 // 4], blue, 1.8556),
        (out[16 * 24 * 5 // 4 :], red, 1.5748),
    ):
        expected = 128 + ((colour - luma) / scale * 224 / 255)[::2, ::2]
        np.testing.assert_allclose(part.reshape(8, 12), expected, atol=0.52)
