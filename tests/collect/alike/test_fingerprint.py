import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from collect.alike.fingerprint_media import dance_film, song, write_clips, write_sound

from workflow_scripts.collect.alike import sound_code
from workflow_scripts.collect.alike.picture_code import mirrored, picture_codes, thumbnails, without_borders
from workflow_scripts.collect.alike.sound_code import NOTHING, Codes, sound_codes
from workflow_scripts.collect.fingerprint import Fingerprint, fingerprint, read_fingerprint, write_fingerprint
from workflow_scripts.workflow.errors import BrokenFileError
from workflow_scripts.workflow.media import MediaError, run_ffmpeg

RATE = 44_100


def error(one: Codes, other: Codes) -> float:
    """The share of different bits."""
    count = min(len(one), len(other))
    return float(np.bitwise_count(one[:count] ^ other[:count]).mean() / 64)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Codes]:
    path = write_sound(tmp_path_factory.mktemp("music") / "song.wav", song("disco", 1, 12.0))
    return path, sound_codes(path)


def test_eight_codes_a_second_from_two_seconds_on(music: tuple[Path, Codes]) -> None:
    assert len(music[1]) == 8 * (12 - 2)
    assert NOTHING not in music[1]


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        (lambda samples: samples * 0.02, 0.05),
        (lambda samples: samples[:, :1], 0.1),
        (lambda samples: np.diff(samples, axis=0), 0.2),  # 6 dB per octave less bass
    ],
    ids=["quiet", "one channel", "shrill"],
)
def test_level_channels_and_tone_do_not_matter(
    music: tuple[Path, Codes], tmp_path: Path, change: Callable[..., npt.NDArray[np.float32]], limit: float
) -> None:
    assert error(sound_codes(write_sound(tmp_path / "x.wav", change(song("disco", 1, 12.0)))), music[1]) < limit


def test_half_the_sample_rate_and_mp3(music: tuple[Path, Codes], tmp_path: Path) -> None:
    run_ffmpeg(["-i", music[0], "-ar", "22050", "-b:a", "64k", tmp_path / "x.mp3"], music[0])
    run_ffmpeg(["-i", tmp_path / "x.mp3", tmp_path / "x.wav"], music[0])
    assert error(sound_codes(tmp_path / "x.wav"), music[1]) < 0.15


def test_another_song_differs_in_half_of_the_bits(music: tuple[Path, Codes], tmp_path: Path) -> None:
    other = sound_codes(write_sound(tmp_path / "x.wav", song("house", 5, 12.0)))
    assert 0.4 < error(other, music[1]) < 0.6


def test_the_size_of_pieces_does_not_matter(music: tuple[Path, Codes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Long recordings are read in pieces of ten seconds."""
    monkeypatch.setattr(sound_code, "_BLOCK_S", 1)
    np.testing.assert_array_equal(sound_codes(music[0]), music[1])


def test_silence_and_less_than_two_seconds_say_nothing(tmp_path: Path) -> None:
    silent = song("disco", 1, 12.0)
    silent[4 * RATE :] = 0
    codes = sound_codes(write_sound(tmp_path / "x.wav", silent))
    assert NOTHING not in codes[:16]
    assert (codes[32:] == NOTHING).all()
    assert len(sound_codes(write_sound(tmp_path / "x.wav", silent[: round(1.8 * RATE)]))) == 0
    assert len(sound_codes(write_sound(tmp_path / "x.wav", silent[:0]))) == 0


def test_damaged_sound_and_pictures_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"RIFF no")
    with pytest.raises(MediaError, match=r"x\.wav: not a readable WAV file"):
        sound_codes(tmp_path / "x.wav")
    with pytest.raises(MediaError, match=r"x\.wav: not a readable video"):
        picture_codes(tmp_path / "x.wav")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Codes]:
    path = dance_film(tmp_path_factory.mktemp("film") / "film.mp4", seed=1, seconds=6)
    return path, picture_codes(path)


def test_eight_pictures_a_second(film: tuple[Path, Codes]) -> None:
    assert len(film[1]) == 48
    assert NOTHING not in film[1]


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ("scale=96:200", 0.12),
        ("pad=iw:ih*2:0:ih/2", 0.12),
        ("pad=iw*2:ih:iw/3:0", 0.12),
        ("eq=brightness=0.1:contrast=0.7", 0.12),
        ("crop=iw*0.92:ih*0.92", 0.2),
    ],
)
def test_what_happens_to_copies_does_not_matter(
    film: tuple[Path, Codes], tmp_path: Path, change: str, limit: float
) -> None:
    run_ffmpeg(["-i", film[0], "-vf", change, "-crf", "30", "-pix_fmt", "yuv420p", tmp_path / "x.mp4"], film[0])
    assert error(picture_codes(tmp_path / "x.mp4"), film[1]) < limit


def test_a_mirror_image_is_known_from_the_codes(film: tuple[Path, Codes], tmp_path: Path) -> None:
    run_ffmpeg(["-i", film[0], "-vf", "hflip", "-crf", "30", tmp_path / "x.mp4"], film[0])
    codes = picture_codes(tmp_path / "x.mp4")
    assert error(mirrored(codes), film[1]) < 0.1
    assert error(codes, film[1]) > 0.35
    assert mirrored(np.array([NOTHING]))[0] == NOTHING


def test_another_dance_in_the_same_room_differs(film: tuple[Path, Codes], tmp_path: Path) -> None:
    assert error(picture_codes(dance_film(tmp_path / "x.mp4", seed=2, seconds=6)), film[1]) > 0.35


def test_pictures_that_stand_still_say_nothing(tmp_path: Path) -> None:
    assert (picture_codes(dance_film(tmp_path / "x.mp4", seed=1, seconds=3, moving=False)) == NOTHING).all()


def test_black_pictures_have_no_borders() -> None:
    assert without_borders(np.zeros((3, 48, 48), np.uint8)).shape == (3, 32, 32)
    assert without_borders(np.zeros((0, 48, 48), np.uint8)).shape == (0, 32, 32)


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
def test_a_thumbnail_shows_its_moment(tmp_path: Path, fps: int) -> None:
    """The picture grows brighter by time; decoding passes over some, so that one is at most 1/15 s off."""
    path = tmp_path / "x.mp4"
    shade = f"nullsrc=s=64x64:r={fps}:d=4,geq=lum='20+50*T':cb=128:cr=128"
    run_ffmpeg(["-f", "lavfi", "-i", shade, "-pix_fmt", "yuv420p", "-crf", "10", path], path)
    shown_at = (
        (thumbnails(path).mean(axis=(1, 2)) - thumbnails(path)[0].mean()) / 50 * 219 / 255
    )  # video black to white is 219
    assert np.abs(shown_at - np.arange(len(shown_at)) / 8).max() < 0.09


def test_a_file_comes_back_and_is_the_same_each_time(tmp_path: Path) -> None:
    codes = np.random.default_rng(0).integers(0, 2**63, 40).astype(np.uint64)
    made = Fingerprint({"0001": 12.5, "0000": 1.0}, {"0000": codes, "0001": codes[:5]}, {"0001": codes[:7]})
    for name in ("a.npz", "b.npz"):
        write_fingerprint(tmp_path / name, made)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = read_fingerprint(tmp_path / "a.npz")
    assert back.start_s == made.start_s
    assert set(back.sound) == {"0000", "0001"}
    assert set(back.pictures) == {"0001"}
    np.testing.assert_array_equal(back.sound["0001"], codes[:5])


def test_clips_stand_at_their_place_in_the_video(tmp_path: Path) -> None:
    one, two = np.full(8, 1, np.uint64), np.full(8, 2, np.uint64)
    sound, pictures = Fingerprint({"0000": 1.0, "0001": 3.0}, {"0000": one, "0001": two}, {}).timelines()
    assert sound.tolist() == [0] * 8 + [1] * 8 + [0] * 8 + [2] * 8
    assert len(pictures) == 0


@pytest.mark.parametrize("damage", ["truncated", "text", "other", "pickle", "missing array"])
def test_a_broken_file_is_deleted_and_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "v.npz"
    write_fingerprint(path, Fingerprint({"0000": 0.0}, {"0000": np.ones(400, np.uint64)}, {}))
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-60])
    elif damage == "text":
        path.write_text("hello")
    elif damage == "other":
        np.savez(path, format=np.array("something else"))
    elif damage == "pickle":
        np.savez(path, format=np.array("playlist2dance/fingerprint 1"), clips=np.array([{}], dtype=object))
    else:
        np.savez(path, format=np.array("playlist2dance/fingerprint 1"), clips=np.array(["0000"]))
    with pytest.raises(BrokenFileError, match=r"v\.npz"):
        read_fingerprint(path)
    assert not path.exists()
    with pytest.raises(FileNotFoundError):
        read_fingerprint(path)


def test_clips_of_a_video_and_of_a_song(tmp_path: Path, film: tuple[Path, Codes], music: tuple[Path, Codes]) -> None:
    made = fingerprint(write_clips(tmp_path / "v", [(2.0, music[0], film[0]), (20.0, music[0], None)]))
    assert made.start_s == {"0000": 2.0, "0001": 20.0}
    assert set(made.sound) == {"0000", "0001"}
    assert set(made.pictures) == {"0000"}
    np.testing.assert_array_equal(made.sound["0001"], music[1])
    np.testing.assert_array_equal(made.pictures["0000"], film[1])


def test_a_broken_clip_is_cut_again(tmp_path: Path, music: tuple[Path, Codes]) -> None:
    clips = write_clips(tmp_path / "v", [(0.0, music[0], None)])
    (tmp_path / "v/0000.wav").write_bytes(b"RIFF")
    with pytest.raises(BrokenFileError, match=r"clips\.tsv: .*0000\.wav: not a readable WAV"):
        fingerprint(clips)
    assert not clips.exists()


def test_entry_point_starts_without_heavy_libraries(tmp_path: Path, music: tuple[Path, Codes]) -> None:
    clips = write_clips(tmp_path / "v", [(0.0, music[0], None)])
    program = (
        "import sys\nfrom workflow_scripts.collect.fingerprint import main\nmain()\n"
        "print(*{'librosa', 'numba', 'scipy', 'torch', 'cv2', 'h5py', 'av'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, "--clips", str(clips), "--output", str(tmp_path / "f/v.npz")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")
    np.testing.assert_array_equal(read_fingerprint(tmp_path / "f/v.npz").sound["0000"], music[1])
