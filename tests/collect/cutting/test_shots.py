"""Shot changes are found to the frame; what looks like one on the beat is not."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from collect.synthetic_media import blank, film, scene, song

from workflow_scripts.collect.cutting.choosing import watch
from workflow_scripts.collect.cutting.shots import ShotFinder
from workflow_scripts.collect.cutting.watching import HEIGHT, WIDTH, Picture, pictures
from workflow_scripts.workflow.media import MediaError, run_ffmpeg

Pixels = npt.NDArray[np.uint8]


def small(shots: Iterable[Pixels]) -> list[Pixels]:
    import cv2

    return [cv2.resize(one[..., ::-1], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for one in shots]


def found(shown: Sequence[Pixels], times: Sequence[float] | None = None) -> list[int]:
    """The numbers of the pictures that begin a shot."""
    times = [number / 30 for number in range(len(shown))] if times is None else times
    finder = ShotFinder()
    for time, pixels in zip(times, shown, strict=True):
        finder.see(Picture(time, pixels))
    finder.end()
    return [list(times).index(begin) for _, begin in finder.found]


@pytest.fixture(scope="module")
def dance() -> list[Pixels]:
    return small(scene(1, 60))


@pytest.fixture(scope="module")
def elsewhere() -> list[Pixels]:
    return small(scene(2, 60))


def test_shots_one_after_another(dance: list[Pixels], elsewhere: list[Pixels]) -> None:
    assert found(dance + elsewhere + small(scene(3, 30)) + dance) == [60, 120, 150]
    assert found(dance) == []
    assert found(dance[:1]) == []
    assert found([]) == []


def test_times_may_be_uneven(dance: list[Pixels], elsewhere: list[Pixels]) -> None:
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.choice([0.01, 0.03, 0.4], 120)).tolist()
    assert found(dance + elsewhere, times) == [60]


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("kind", ["white", "black", "bright", "negative"])
def test_flashes_on_the_beat_are_no_cuts(dance: list[Pixels], length: int, kind: str) -> None:
    shown = [pixels.copy() for pixels in dance]
    for beat in range(10, 55, 14):
        for pixels in shown[beat : beat + length]:
            pixels[:] = {
                "white": np.full_like(pixels, 255),
                "black": np.zeros_like(pixels),
                "bright": (pixels * 0.2 + 204).astype(np.uint8),
                "negative": 255 - pixels,
            }[kind]
    assert found(shown) == []


def test_a_flash_that_fades_and_a_light_that_changes_are_no_cuts(dance: list[Pixels]) -> None:
    shown = [pixels.astype(float) for pixels in dance]
    for step in range(10):
        shown[20 + step] += (255 - shown[20 + step]) * (1 - step / 10)
    assert found([pixels.astype(np.uint8) for pixels in shown]) == []
    blue = [(pixels * np.array([1.0, 0.5, 0.35])).astype(np.uint8) for pixels in dance[30:]]
    assert found(dance[:30] + blue) == []


def test_a_cut_among_flashes_is_found(dance: list[Pixels], elsewhere: list[Pixels]) -> None:
    shown = [pixels.copy() for pixels in dance + elsewhere]
    for beat in (4, 30, 57, 63, 90):
        shown[beat][:] = 255
    assert found(shown) == [60]


def test_plain_colours_and_black_are_shots_of_their_own(dance: list[Pixels]) -> None:
    plain = [np.full_like(dance[0], colour) for colour in ((0, 0, 255), (255, 0, 0), (30, 30, 30)) for _ in range(20)]
    assert found(plain + dance) == [20, 40, 60]


@pytest.mark.parametrize(
    ("suffix", "coding"),
    [
        (".mp4", "-c:v libx264 -g 250 -bf 3 -x264-params scenecut=0 -c:a copy"),
        (".mkv", "-c:v libx264 -preset ultrafast -g 12 -c:a copy"),
        (".ts", "-c:v libx264 -bf 3 -c:a copy"),
        (".avi", "-c:v mpeg4 -q:v 3 -bf 2 -c:a libmp3lame"),
    ],
)
def test_the_boundary_is_the_first_frame_of_the_next_shot(tmp_path: Path, suffix: str, coding: str) -> None:
    shots = [*scene(1, 40), *scene(2, 37), *scene(3, 43)]
    source, target = film(tmp_path / "in.mp4", shots, 25, song(4.8)), tmp_path / f"coded{suffix}"
    run_ffmpeg(["-i", source, *coding.split(), target], target)
    begins, stretches = watch(target, (0.0, 5.0), True, True)
    times = [picture.time_s for picture in pictures(target, 0.0, 9.0, every=True)]
    assert [times.index(begin) for begin in begins] == [40, 77]
    assert stretches == []


def test_skipped_pictures_do_not_matter(tmp_path: Path) -> None:
    source = film(tmp_path / "in.mp4", scene(1, 50), 25, song(2.0))
    target = tmp_path / "b.mp4"
    run_ffmpeg(["-i", source, "-c:v", "libx264", "-bf", "3", "-c:a", "copy", target], target)
    every = list(pictures(target, 0.3, 1.5, every=True))
    some = list(pictures(target, 0.3, 1.5))
    assert len(some) < len(every) == 31  # the picture on show at 0.3 s, and those of the next 1.2 s
    assert every[0].time_s == pytest.approx(0.28)
    assert {one.time_s for one in some} < {one.time_s for one in every}


def test_what_cannot_be_decoded_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "x.mp4"
    broken.write_bytes(b"no video")
    with pytest.raises(MediaError, match=r"x\.mp4: its pictures cannot be decoded"):
        list(pictures(broken, 0, 1))


def test_black_and_standing_pictures(tmp_path: Path) -> None:
    title = next(scene(4, 1))
    shown = [
        *blank(20),
        *[title] * 40,
        *scene(1, 80),
        *blank(30),
        *scene(1, 60),
        *blank(4),
        *scene(1, 40),
        *[title] * 30,
    ]
    source = film(tmp_path / "in.mp4", shown, 25, song(len(shown) / 25))
    _, stretches = watch(source, (0.0, len(shown) / 25), True, True)
    spans = [(one.reason, round(one.start_s * 25), round(one.end_s * 25)) for one in stretches]
    # Four black pictures are an effect. What stands and is black as well is called both; black comes first.
    assert spans == [
        ("black picture", 0, 20),
        ("black picture", 140, 170),
        ("still picture", 20, 60),
        ("still picture", 140, 170),
        ("still picture", 274, 304),
    ]
