import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from collect.alike.fingerprint_media import NO_CODES, RATE, dance_film, recording, rows_of, song, write_sound

from workflow_scripts.collect.alike.code_index import common_codes
from workflow_scripts.collect.alike.duplicate_table import COLUMNS, duplicate_lines
from workflow_scripts.collect.alike.likeness import WINDOW, Line, lines_through, overlap
from workflow_scripts.collect.alike.matching import find_matches
from workflow_scripts.collect.alike.picture_code import mirrored, picture_codes
from workflow_scripts.collect.alike.sound_code import NOTHING, Codes, sound_codes
from workflow_scripts.collect.fingerprint import write_fingerprint
from workflow_scripts.workflow.media import run_ffmpeg
from workflow_scripts.workflow.tables import read_table, write_table

Samples = npt.NDArray[np.float32]


def random_codes(seed: int, count: int = 240) -> Codes:
    """Codes that change as slowly as those of music do."""
    noise = np.random.default_rng(seed).standard_normal((count + 8, 64))
    smooth = np.stack([np.convolve(column, np.hanning(11)[1:-1], "valid") for column in noise.T], axis=1)[:count]
    return np.packbits(smooth > 0, axis=1, bitorder="little").view("<u8").astype(np.uint64)[:, 0]


def with_errors(codes: Codes, share: float, seed: int = 0) -> Codes:
    wrong = np.random.default_rng(seed).random((len(codes), 64)) < share
    return codes ^ np.packbits(wrong, axis=1, bitorder="little").view("<u8").astype(np.uint64)[:, 0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Codes:
    return sound_codes(write_sound(tmp_path_factory.mktemp("whole") / "song.wav", song("disco", 3, 30.0)))


def noisy(samples: Samples) -> Samples:
    """With pink noise 10 dB below."""
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(len(samples)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(samples))
    return (samples + (noise * samples.std() / noise.std() / 10**0.5)[:, None]) / 2


def in_a_room(samples: Samples) -> Samples:
    """As heard in a room that echoes for half a second."""
    from scipy.signal import fftconvolve

    time = np.arange(RATE // 2)
    echo = np.random.default_rng(0).standard_normal(len(time)) * 10 ** (-3 * time / len(time))
    echo *= 0.7 / np.linalg.norm(echo)
    echo[0] += 0.7
    return fftconvolve(samples, echo[:, None])[: len(samples)] / 2


def faster(samples: Samples, speed: float) -> Samples:
    return soxr.resample(samples, speed * RATE, RATE)


@pytest.mark.parametrize(
    ("change", "speed"),
    [
        (lambda samples: samples, 1.0),
        (noisy, 1.0),
        (in_a_room, 1.0),
        (lambda samples: samples.mean(axis=1, keepdims=True) * 0.05, 1.0),
        (lambda samples: faster(samples, 1.02), 1.02),
        (lambda samples: faster(samples, 0.98), 0.98),
    ],
    ids=["as it is", "noise", "room", "quiet mono", "faster", "slower"],
)
def test_eight_seconds_of_a_song_are_found(
    whole: Codes, tmp_path: Path, change: Callable[[Samples], Samples], speed: float
) -> None:
    """Wherever they were taken from: 9.731 s is no multiple of an eighth."""
    part = change(song("disco", 3, 30.0)[round(9.731 * RATE) :][: round(8.5 * RATE)])
    codes = sound_codes(write_sound(tmp_path / "part.wav", part))
    [match] = find_matches({"b/whole": recording(whole), "a/part": recording(codes)})
    assert (match.first, match.second, match.pictures, match.is_copy) == ("a/part", "b/whole", None, False)
    assert match.sound is not None
    assert match.sound.line.offset_s == pytest.approx(9.731, abs=0.3)
    assert match.sound.seconds > 5
    assert match.sound.line.speed == pytest.approx(speed, abs=0.021)


@pytest.mark.parametrize("encoding", [("x.mp3", "64k"), ("x.m4a", "64k"), ("x.opus", "32k")])
def test_an_encoder_does_not_hide_a_song(whole: Codes, tmp_path: Path, encoding: tuple[str, str]) -> None:
    source = write_sound(tmp_path / "part.wav", song("disco", 3, 30.0)[5 * RATE : 14 * RATE])
    run_ffmpeg(["-i", source, "-b:a", encoding[1], tmp_path / encoding[0]], source)
    run_ffmpeg(["-i", tmp_path / encoding[0], tmp_path / "again.wav"], source)
    [match] = find_matches({"a": recording(sound_codes(tmp_path / "again.wav")), "b": recording(whole)})
    assert match.sound is not None
    assert match.sound.error < 0.15


def test_songs_of_the_demo_are_different(tmp_path: Path) -> None:
    """Of three genres, the tempo nearly the same within each."""
    from workflow_scripts.demo.corpus import demo_rows, item_seed

    fingerprints = {}
    for kind in ("videos", "songs"):
        for number, row in enumerate(demo_rows(kind), start=1):
            samples = song(row["genre"], item_seed(kind, number, 0), row["duration"])
            fingerprints[f"{kind}/{row['id']}"] = recording(sound_codes(write_sound(tmp_path / "x.wav", samples)))
    assert len(fingerprints) == 15
    assert find_matches(fingerprints) == []


# ---- comparing codes ----


def test_an_overlap_by_hand() -> None:
    one = random_codes(1, 100)
    other = np.concatenate([random_codes(2, 30), with_errors(one, 0.1)])
    found = overlap(one, other, [Line(1.0, 31)])
    assert found.line.shift == 30
    assert len(found.errors) == 100
    assert found.seconds == 12.5
    assert found.error == pytest.approx(0.1, abs=0.01)
    assert overlap(one, other, [Line(1.0, 500)]).error == 1.0


def test_only_parts_that_are_alike_count() -> None:
    """Half of it is something else, and silence in between is neither alike nor different."""
    one = random_codes(1, 160)
    other = np.concatenate([one[:40], random_codes(2, 80), one[120:]])
    one[10:14] = NOTHING
    found = overlap(one, other, [Line(1.0, 0)])
    assert len(found.errors) == 156
    assert found.error == pytest.approx(0.25, abs=0.03)
    assert found.alike(0.1).seconds == pytest.approx(9.5, abs=1.6)
    assert overlap(one[: WINDOW - 1], other, [Line(1.0, 0)]).alike(0.1).seconds == 0


@pytest.mark.parametrize("speed", [1.0, 0.97, 1.02])
def test_a_lines_through_hits_among_strays(speed: float) -> None:
    here = np.arange(0, 400, 7)
    rng = np.random.default_rng(0)
    strays = rng.integers(0, 400, (2, 30))
    *_, found = lines_through(
        np.concatenate([here, strays[0]]), np.concatenate([np.rint(speed * here + 50).astype(int), strays[1]])
    )
    assert np.abs(found.speed * here + found.shift - (speed * here + 50)).max() < 2


def test_a_speed_beyond_belief_is_none() -> None:
    here = np.arange(0, 60, 3)
    [found] = lines_through(here, np.rint(1.08 * here + 5).astype(int))
    assert found.speed == 1.0


def test_codes_in_common_are_found_without_comparing_all() -> None:
    """Against the plain way, which compares every code with every other."""
    lines = [random_codes(seed, 120) for seed in range(6)]
    lines[4] = np.concatenate([lines[4][:20], with_errors(lines[1][30:100], 0.08), lines[4][90:]])
    hits = common_codes(lines)
    assert set(zip(hits.first.tolist(), hits.second.tolist(), strict=True)) == {(1, 4)}
    assert np.abs(hits.here - hits.there - 10).max() <= 1  # neighbours may have equal keys
    exact = hits.here - hits.there == 10
    changed = lines[1][30:100] ^ lines[4][20:90]
    keys = np.array([changed >> np.uint64(21 * table) & np.uint64(2**21 - 1) for table in range(3)])
    # But for repetitions of a key, of which the first stands for all, every place with an equal key is found.
    assert 0.6 * (keys == 0).any(axis=0).sum() <= exact.sum() <= (keys == 0).any(axis=0).sum()


def test_nothing_has_nothing_in_common() -> None:
    assert list(common_codes([]).pairs()) == []
    silent = np.full(100, NOTHING)
    assert list(common_codes([silent, silent, NO_CODES]).pairs()) == []


def test_a_song_of_many_videos_is_one_group() -> None:
    """More videos than an entry of the index is compared with."""
    theme = random_codes(7, 200)
    fingerprints = {
        f"x/v{number:03d}": recording(with_errors(theme[number % 40 :][:120], 0.05, number)) for number in range(90)
    }
    assert {row["song"] for row in rows_of(fingerprints).values()} == {"x/v000"}


def test_a_long_part_in_common_is_enough() -> None:
    """Twelve seconds of a song, then talk; what is behind a short part is another song."""
    theme = random_codes(1)
    part, shorter = (np.concatenate([theme[:count], random_codes(2, 240 - count)]) for count in (96, 64))
    [match] = find_matches({"a": recording(theme), "b": recording(part)})
    assert match.sound is not None
    assert match.sound.seconds == pytest.approx(12, abs=2)
    assert find_matches({"a": recording(theme), "b": recording(shorter)}) == []


def test_few_hits_do_not_spoil_the_line() -> None:
    """One of nine hits is an eighth of a second off, and would tilt it: the level line fits the codes better."""
    theme = random_codes(1, 460)
    here = np.array([142, 241, 244, 282, 303, 304, 316, 408, 419])
    lines = lines_through(here, here - 138 - (here == 142))
    assert [line.speed == 1 for line in lines] == [True, False]
    assert overlap(theme, with_errors(theme[138:], 0.1), lines).line == Line(1.0, -138.0)


# ---- films ----


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Codes]:
    """A film of 8 s, copies of it that begin 1 s later, and another dance in the same room."""
    folder = tmp_path_factory.mktemp("films")
    late = dance_film(folder / "late.mp4", 1, 8, start=1.0)
    found = {"film": picture_codes(dance_film(folder / "film.mp4", 1, 8)), "late": picture_codes(late)}
    for name, change in (("mirrored", "hflip,scale=120:90"), ("bars", "pad=iw:ih*1.4:0:ih*0.2,fps=24")):
        run_ffmpeg(["-i", late, "-vf", change, "-crf", "32", "-pix_fmt", "yuv420p", folder / f"{name}.mp4"], late)
        found[name] = picture_codes(folder / f"{name}.mp4")
    return found | {"other": picture_codes(dance_film(folder / "other.mp4", 2, 8))}


@pytest.mark.parametrize("kind", ["late", "mirrored", "bars"])
def test_a_copy_is_named_with_its_original(films: dict[str, Codes], kind: str) -> None:
    theme = random_codes(3, 56)
    rows = rows_of({"a/film": recording(theme[:48], films["film"]), "b/copy": recording(theme[8:], films[kind])})
    assert rows["b/copy"]["duplicate_of"] == "a/film"
    assert rows["a/film"]["duplicate_of"] == ""
    assert rows["a/film"]["song"] == rows["b/copy"]["song"] == "a/film"
    assert rows["b/copy"]["evidence"].startswith("the same film as a/film: ")
    assert "offset 1.0 s" in rows["b/copy"]["evidence"]
    assert "offset -1.0 s" in rows["a/film"]["evidence"]
    assert rows["b/copy"]["evidence"].endswith(", mirrored") == (kind == "mirrored")


def test_another_dance_to_the_song_is_no_copy(films: dict[str, Codes]) -> None:
    theme = random_codes(3, 56)
    rows = rows_of({"a/film": recording(theme, films["film"]), "b/other": recording(theme, films["other"])})
    assert {row["song"] for row in rows.values()} == {"a/film"}
    assert {row["duplicate_of"] for row in rows.values()} == {""}
    assert rows["b/other"]["evidence"] == "with a/film: 7.0 s alike, bit error 0.00, offset 0.0 s"


def test_a_film_with_other_music_stays_with_its_group(films: dict[str, Codes]) -> None:
    """The dance is the same, so they may not be on two sides of a split."""
    rows = rows_of(
        {
            "a/film": recording(random_codes(3, 48), films["film"]),
            "b/dubbed": recording(random_codes(4, 48), films["late"]),
        }
    )
    assert {row["song"] for row in rows.values()} == {"a/film"}
    assert rows["b/dubbed"]["duplicate_of"] == ""
    assert rows["b/dubbed"]["evidence"].startswith(
        "the same film, with other sound or too little of it to tell, as a/film: "
    )


def test_a_film_of_which_only_a_part_is_alike_is_no_copy() -> None:
    theme, film = random_codes(3, 200), random_codes(5, 200)
    part = np.concatenate([film[:80], random_codes(6, 120)])
    rows = rows_of({"x/a": recording(theme, film), "x/b": recording(theme, part)})
    assert rows["x/b"]["duplicate_of"] == ""
    assert find_matches({"x/a": recording(theme, film), "x/b": recording(theme, mirrored(film))})[0].mirrored


# ---- the table ----


def test_declared_songs_join_and_name_groups() -> None:
    theme = random_codes(1)
    rows = rows_of(
        {
            "a/1": recording(theme),
            "b/2": recording(with_errors(theme, 0.1)),
            "b/3": recording(random_codes(2)),
            "b/4": recording(random_codes(3)),
            "c/5": recording(random_codes(4)),
        },
        {"b/2": "Volare", "b/3": "Volare", "c/5": "Amore", "z/gone": "Volare"},
    )
    songs = {name: row["song"] for name, row in rows.items()}
    assert songs == {"a/1": "Volare", "b/2": "Volare", "b/3": "Volare", "b/4": "b/4", "c/5": "Amore"}
    assert rows["a/1"]["evidence"] == "with b/2: 30.0 s alike, bit error 0.10, offset 0.0 s"
    assert rows["b/3"]["evidence"] == 'declared as "Volare"'
    assert rows["b/4"]["evidence"] == ""


def test_two_names_of_one_song_are_one_song() -> None:
    theme = random_codes(1)
    rows = rows_of({"a/1": recording(theme), "a/2": recording(theme)}, {"a/1": "Volare", "a/2": "Nel blu"})
    assert {row["song"] for row in rows.values()} == {"Nel blu"}


def test_the_best_evidence_is_told() -> None:
    theme = random_codes(1)
    rows = rows_of(
        {"a/1": recording(theme), "a/2": recording(theme[:100]), "a/3": recording(with_errors(theme[2:202], 0.05))}
    )
    assert rows["a/1"]["evidence"] == "with a/3: 25.0 s alike, bit error 0.05, offset -0.2 s"
    assert rows["a/3"]["evidence"] == "with a/1: 25.0 s alike, bit error 0.05, offset 0.2 s"


def test_another_speed_is_told() -> None:
    theme = random_codes(1, 400)
    rows = rows_of(
        {"a/1": recording(theme), "a/2": recording(theme[np.rint(np.arange(390) * 1.02).astype(int).clip(0, 399)])}
    )
    assert "at 0.98 of its speed" in rows["a/1"]["evidence"]
    assert "at 1.02 of its speed" in rows["a/2"]["evidence"]


def command(results: Path, *collections: str) -> list[str]:
    tables = [str(results / f"admitted/{collection}.tsv") for collection in collections]
    start = [sys.executable, "-m", "workflow_scripts.collect.duplicates", "--declared", *tables]
    return [*start, "--fingerprints", str(results / "fingerprints"), "--output", str(results / "duplicates.tsv")]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two copies and two bad videos in one collection; a song to dance to that is in the videos, and another."""
    theme, film = random_codes(1), random_codes(2)
    made = {
        "mine/a": recording(theme, film), "mine/b": recording(theme, film), "mine/c": recording(random_codes(3)),
        "songs/x": recording(theme), "songs/y": recording(random_codes(4)),
    }  # fmt: skip
    for name, fingerprint in made.items():
        write_fingerprint(tmp_path / f"fingerprints/{name}.npz", fingerprint)
    for collection, ids in (("mine", "abcd"), ("songs", "xy")):
        rows = [{"id": item, "verdict": "private" if item == "d" else "ok", "song": ""} for item in ids]
        write_table(tmp_path / f"admitted/{collection}.tsv", ("id", "verdict", "song"), rows)
    return tmp_path


def test_entry_point_and_summary(results: Path) -> None:
    assert duplicate_lines(results / "duplicates.tsv") == []
    outputs = []
    for tables in (("mine", "songs"), ("songs", "mine")):
        done = subprocess.run(command(results, *tables), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "5 videos, 3 songs, 1 copies\n")
        outputs.append((results / "duplicates.tsv").read_bytes())
    assert outputs[0] == outputs[1]
    rows = read_table(results / "duplicates.tsv", COLUMNS)
    assert [(row["collection"], row["video"], row["song"], row["duplicate_of"]) for row in rows] == [
        ("mine", "a", "mine/a", ""),
        ("mine", "b", "mine/a", "mine/a"),
        ("mine", "c", "mine/c", ""),
        ("songs", "x", "mine/a", ""),
        ("songs", "y", "songs/y", ""),
    ]
    path = results / "duplicates.tsv"
    assert duplicate_lines(path) == [
        f"1 video is a copy of another, 1 song to dance to is in the videos as well: see {path}."
    ]


def test_summary_of_several_and_of_none(tmp_path: Path) -> None:
    path = tmp_path / "duplicates.tsv"
    names = ["mine/a", "mine/b", "mine/c", "songs/x", "songs/y"]
    rows = [dict(zip(COLUMNS, (*name.split("/"), "s", "", ""), strict=True)) for name in names]
    rows[1]["duplicate_of"] = rows[2]["duplicate_of"] = "mine/a"
    write_table(path, COLUMNS, rows)
    assert duplicate_lines(path) == [
        f"2 videos are copies of another, 2 songs to dance to are in the videos as well: see {path}."
    ]
    for name, row in zip(names, rows, strict=True):
        row |= {"song": name, "duplicate_of": ""}
    write_table(path, COLUMNS, rows)
    assert duplicate_lines(path) == []


def test_a_missing_fingerprint_is_named(results: Path) -> None:
    (results / "fingerprints/mine/b.npz").unlink()
    done = subprocess.run(command(results, "mine"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.endswith("mine/b.npz is missing: mine/b has no fingerprint yet\n")
