"""The miniature of Kinetics: laid as the collect stage knows it, and good for an honest split."""

import re
from collections import Counter
from pathlib import Path

import pytest
import soundfile
import yaml

from workflow_scripts.collect.alike.matching import find_matches
from workflow_scripts.collect.alike.sound_code import sound_codes
from workflow_scripts.collect.fingerprint import Fingerprint
from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.collect.sources.kinetics import moment_of
from workflow_scripts.demo import write_kinetics
from workflow_scripts.demo.songs import RATE, compose
from workflow_scripts.workflow.media import probe

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve clips of a second and a half, small."""
    folder = tmp_path_factory.mktemp("kinetics") / "mini"
    written = list(write_kinetics.write_kinetics(folder, 12, 1, 1.5, (64, 80)))
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())  # nothing else lies there
    return folder


def test_the_configuration_finds_categories_and_splits(folder: Path) -> None:
    entry = yaml.safe_load((CONFIG / "kinetics.yaml").read_text())["collections"]["kinetics"]
    rows = list_collection("kinetics", entry | {"source": str(folder), "kind": "videos"})
    expected = {"train": 2, "validation": 1, "test": 1}
    assert Counter((row["genre"], row["split"]) for row in rows) == {
        (category, split): number for category in entry["categories"] for split, number in expected.items()
    }
    assert sorted(entry["categories"]) == sorted(write_kinetics.CATEGORIES.values())
    assert all(row["start"] == row["end"] == "" for row in rows)  # they are cut already
    offline = yaml.safe_load((CONFIG / "kinetics_offline.yaml").read_text())
    assert offline["collections"] == {"kinetics": {"source": "kinetics_mini"}}


def test_clips_are_named_as_downloaders_name_them(folder: Path) -> None:
    names = [path.stem for path in folder.rglob("*.mp4")]
    assert len({name[:11] for name in names}) == 12
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_-]{11}_\d{6}_\d{6}", name)
        _, start, end = moment_of(name)
        assert int(end) - int(start) == write_kinetics.SECONDS == 10


def test_clips_have_picture_and_sound(folder: Path) -> None:
    info = probe(next(folder.rglob("*.mp4")))
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.fps) == (64, 80, 30)
    assert (info.audio_rate, info.audio_channels) == (44100, 2)
    assert info.duration_s == pytest.approx(1.5, abs=0.05)


def test_a_larger_corpus_begins_with_the_smaller_one(folder: Path, tmp_path: Path) -> None:
    written = list(write_kinetics.write_kinetics(tmp_path, 2, 1, 1.5, (64, 80)))
    for path in written:
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes()
    assert (
        list(write_kinetics.songs(30, 1))[:12] == list(write_kinetics.songs(12, 1)) != list(write_kinetics.songs(12, 2))
    )


def test_no_song_is_taken_for_another(tmp_path: Path) -> None:
    """Else training clips would be left out, for a song that is held back as well."""
    prints = {}
    for genre, seed in write_kinetics.songs(12, 1):
        soundfile.write(tmp_path / "song.wav", compose(genre, seed, write_kinetics.SECONDS).samples, RATE)
        prints[f"{genre} {seed}"] = Fingerprint({"0": 0.0}, {"0": sound_codes(tmp_path / "song.wav")}, {})
    assert len(prints) == 12
    assert find_matches(prints) == []


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def film(song: object, seed: int, target: Path, size: tuple[int, int]) -> None:
        target.write_bytes(b"film")

    monkeypatch.setattr(write_kinetics, "film_dance", film)
    monkeypatch.setattr("sys.argv", ["write_kinetics", str(tmp_path / "mini"), "--videos", "4", "--seed", "3"])
    write_kinetics.main()
    written = [Path(line) for line in capsys.readouterr().out.split()]
    assert [path.parent.parent.name for path in written] == ["train", "train", "train", "val"]
    assert all(path.is_file() for path in written)
