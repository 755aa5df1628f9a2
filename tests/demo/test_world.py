"""The corpus: its rows, and what `make` leaves beside a stem."""

import json

import numpy as np
import pytest
import soundfile

from workflow_scripts.collect.alike.matching import find_matches
from workflow_scripts.collect.alike.sound_code import sound_codes
from workflow_scripts.collect.fingerprint import Fingerprint
from workflow_scripts.demo import corpus, film, songs, world
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.workflow.errors import UserError


def test_rows_of_the_default_corpus():
    rows = corpus.demo_rows("videos")
    assert [row["id"] for row in rows] == [f"v{k:02d}" for k in range(1, 13)]
    assert all(row["url"] == f"demo:{row['id']}" for row in rows)
    genres = [row["genre"] for row in rows]
    assert len(set(genres)) == 3
    assert all(genres.count(genre) >= 4 for genre in genres)
    assert all(12 <= row["duration"] <= 16 for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)
    to_dance_to = corpus.demo_rows("songs")
    assert [row["id"] for row in to_dance_to] == ["song01", "song02", "song03"]
    assert len({row["genre"] for row in to_dance_to}) == 3
    assert all(15 <= row["duration"] <= 20 for row in to_dance_to)


def test_a_longer_corpus_begins_with_the_shorter():
    assert corpus.demo_rows("videos", 20, 3)[:5] == corpus.demo_rows("videos", 5, 3)
    assert corpus.demo_rows("videos", 12, 3) != corpus.demo_rows("videos", 12, 4)
    assert len({row["title"] for row in corpus.demo_rows("songs", 30)}) == 30


def test_song_and_its_truth(tmp_path):
    row = corpus.demo_rows("songs", 1, 7)[0]
    path = world.make(row["url"], 7, tmp_path / "a.b" / "song01")
    assert path == tmp_path / "a.b" / "song01.flac"
    assert soundfile.info(path).duration == pytest.approx(row["duration"])
    truth = json.loads((tmp_path / "a.b" / "song01.truth.json").read_text())
    assert set(truth) == {"beats", "downbeats", "genre", "bpm"}
    assert truth["genre"] == row["genre"]
    assert np.median(np.diff(truth["beats"])) == pytest.approx(60 / truth["bpm"], abs=1e-5)
    again = world.make(row["url"], 7, tmp_path / "again")
    assert again.read_bytes() == path.read_bytes()
    assert sorted(p.name for p in path.parent.iterdir()) == ["song01.flac", "song01.truth.json"]


def test_songs_are_not_those_of_the_videos():
    seeds = {kind: {corpus.item_seed(kind, k, 1) for k in range(1, 400)} for kind in ("videos", "songs")}
    assert not seeds["videos"] & seeds["songs"]


def test_no_video_of_the_default_corpus_has_a_song_to_dance_to(tmp_path):
    """By the fingerprints that also decide which songs of a dataset are one."""
    prints = {}
    for kind in ("songs", "videos"):
        for row in corpus.demo_rows(kind, seed=1):
            number = corpus.parsed(row["url"])[1]
            song = songs.compose(row["genre"], world.song_seed(kind, number, 1), row["duration"])
            soundfile.write(tmp_path / "song.wav", song.samples, songs.RATE)
            prints[f"{kind}/{row['id']}"] = Fingerprint({"0": 0.0}, {"0": sound_codes(tmp_path / "song.wav")}, {})
    pairs = [(match.first, match.second) for match in find_matches(prints)]
    assert [pair for pair in pairs if any(name.startswith("songs/") for name in pair)] == []


@pytest.mark.parametrize("seed", range(10))
def test_songs_to_dance_to_have_a_harmony_of_their_own(seed):
    used = {
        kind: {
            (row["genre"], songs.harmony(row["genre"], world.song_seed(kind, corpus.parsed(row["url"])[1], seed)))
            for row in corpus.demo_rows(kind, seed=seed)
        }
        for kind in ("songs", "videos")
    }
    assert not used["songs"] & used["videos"]


def test_video_and_its_truth(tmp_path, monkeypatch):
    """The film itself has its own tests; here a camera that looks along z takes its place."""
    seen = {}

    class Camera:
        def project(self, points):
            return 100 * points[..., :2] + 240

    def fake_film(target, joints, sound, look, fps, size):
        seen.update(joints=joints, audio=soundfile.info(sound).duration, fps=fps)
        target.write_bytes(b"film")
        return Camera()

    monkeypatch.setattr(film, "film", fake_film)
    row = corpus.demo_rows("videos", 2, 1)[1]
    path = world.make(row["url"], 1, tmp_path / row["id"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["v02.mp4", "v02.truth.h5"]
    assert seen["audio"] == pytest.approx(row["duration"])
    assert path.read_bytes() == b"film"
    truth = read_poses(tmp_path / "v02.truth.h5")
    person = truth.clips["0000"].people[0]
    assert (truth.fps, truth.backend) == (30, "truth")
    assert truth.provenance["genre"] == row["genre"]
    assert len(person.positions) == round(30 * row["duration"])
    assert np.allclose(person.world, seen["joints"], atol=1e-5)
    assert np.allclose(person.keypoints_2d, 100 * person.world[..., :2] + 240, atol=1e-2)


@pytest.mark.parametrize("url", ["demo:", "demo:v00", "demo:x01", "demo:../v01", "https://v01"])
def test_other_addresses_are_refused(url, tmp_path):
    with pytest.raises(UserError, match="demo"):
        world.make(url, 1, tmp_path / "x")


def test_other_kinds_and_counts_are_refused():
    with pytest.raises(UserError, match="videos or songs"):
        corpus.demo_rows("films")
    with pytest.raises(UserError, match="at least one"):
        corpus.demo_rows("songs", 0)


def test_the_corpus_names_the_genres_that_songs_can_be_composed_in() -> None:
    assert tuple(songs.GENRES) == corpus.GENRES
