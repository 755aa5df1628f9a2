"""Dances to songs that a model did not learn from: one that knows the truth, one that is deaf, and a real one."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_dances import FPS, click, swing, tiny_dataset

from workflow_scripts.dataset.build import DatasetConfig, assembled
from workflow_scripts.evaluate import held_out
from workflow_scripts.evaluate.held_out import MEASURES, ROWS, HeldOutConfig, compare, held_out_clips
from workflow_scripts.evaluate.own_losses import own_losses
from workflow_scripts.models.base import DanceModel
from workflow_scripts.models.losses import LOSSES
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip, write_dataset
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.train import fit
from workflow_scripts.workflow.errors import UserError

Dance = Callable[[Music, int, np.random.Generator], Person]


class Stub(DanceModel):
    """Dances as it is told: a function of the music, how many frames, and chance."""

    def __init__(self, dance: Dance) -> None:
        self.dance = dance

    def generate(self, music: Music, seconds: float, _: Any, rng: np.random.Generator, *rest: Any) -> Person:
        assert len(music.features) == round(seconds * FPS)
        return self.dance(music, len(music.features), rng)

    def state(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_state(cls, *_: Any) -> "Stub":
        raise NotImplementedError

    from_dataset = from_state


def corpus(split: str = "validation", seconds: tuple[float, ...] = (5.0, 3.0, 4.0, 4.5)) -> Dataset:
    """Two training clips, and clips of other songs that are kept from training."""
    clips = []
    for number, length in enumerate((5.0, 5.0, *seconds)):
        music = click(length, 95 + 11 * number, number)
        where = "train" if number < 2 else split
        clips.append(
            DatasetClip(
                "tiny",
                f"v{number}",
                "0000",
                f"s{number}",
                "",
                where,
                1.0,
                swing(music, 1 - 0.1 * number),
                music,
            )
        )
    settings = {"collections": ["tiny"], "window_s": 2.0, "stride_s": 1.0, "validation": 0.5, "seed": 1}
    return assembled(clips, DatasetConfig.model_validate(settings))


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return corpus()


def truth(dataset: Dataset) -> Dance:
    """The dance that was captured to the same music, told by its features."""

    def dance(music: Music, frames: int, rng: np.random.Generator) -> Person:
        for clip in dataset.clips:
            if np.array_equal(clip.music.features[:frames], music.features):
                return Person(clip.motion.positions[:frames].copy(), clip.motion.root[:frames].copy())
        raise AssertionError("music of no clip")

    return dance


def test_who_dances_as_was_captured_has_no_loss_and_every_control_has(dataset: Dataset) -> None:
    found = compare(Stub(truth(dataset)), dataset, HeldOutConfig(seed=1, samples=3))
    assert (found.split, found.clips, found.of_clips, found.songs) == ("validation", 4, 4, 4)
    assert tuple(found.rows) == ROWS
    assert set(MEASURES) == {*LOSSES, "best_of_n", "pose_distance"}
    for measure in MEASURES:
        assert found.rows["model"][measure] == {"mean": 0, "low": 0, "high": 0}, measure
        for control in ROWS[1:]:
            assert found.rows[control][measure]["mean"] > 0.001, (control, measure)
        assert found.differences[measure]["high"] < 0, measure


def test_who_is_deaf_is_as_near_to_the_dances_of_other_songs(dataset: Dataset) -> None:
    """Clips are of different lengths: own and other songs are compared over the same frames."""
    clip = dataset.clips[0]
    found = compare(Stub(lambda music, frames, rng: _first(clip, frames)), dataset, HeldOutConfig(samples=2))
    for measure in MEASURES:
        assert found.rows["model"][measure]["mean"] > 0.001
        assert found.differences[measure] == {"mean": 0, "low": 0, "high": 0}


def _first(clip: DatasetClip, frames: int) -> Person:
    return Person(clip.motion.positions[:frames], clip.motion.root[:frames])


def test_the_best_of_several_counts_for_the_distance_and_all_for_the_losses(dataset: Dataset) -> None:
    """One in four dances is the captured one; in the others all joints but the pelvis are 10 cm higher."""
    calls = []

    def sometimes(music: Music, frames: int, rng: np.random.Generator) -> Person:
        calls.append(len(calls))
        person = truth(dataset)(music, frames, rng)
        person.positions[:, 1:, 1] += 0.1 * (len(calls) % 4 != 0)
        return person

    rows = compare(Stub(sometimes), dataset, HeldOutConfig(samples=4)).rows["model"]
    assert len(calls) == 4 * 4
    assert rows["best_of_n"]["mean"] == 0
    assert rows["l1"]["mean"] > 0
    deviation = np.sqrt((dataset.motion.std[:-2] ** 2).mean())
    assert rows["l1"]["mean"] == pytest.approx(0.75 * 0.1 / deviation * 23 / 72, rel=1e-4)


def test_a_dance_whose_pelvis_is_in_its_positions_is_the_same_dance(dataset: Dataset) -> None:
    def moved(music: Music, frames: int, rng: np.random.Generator) -> Person:
        person = truth(dataset)(music, frames, rng)
        return Person(person.positions + person.root[:, None], np.zeros_like(person.root))

    rows = compare(Stub(moved), dataset, HeldOutConfig(samples=1)).rows["model"]
    assert max(row["mean"] for row in rows.values()) < 1e-4


def test_chance_differs_from_dance_to_dance_and_comes_again(dataset: Dataset) -> None:
    drawn: list[float] = []

    def noisy(music: Music, frames: int, rng: np.random.Generator) -> Person:
        drawn.append(float(rng.random()))
        person = truth(dataset)(music, frames, rng)
        return Person(person.positions, person.root + np.float32(drawn[-1]) * np.float32([0, 1, 0]))

    first = compare(Stub(noisy), dataset, HeldOutConfig(seed=3, samples=2))
    assert len(set(drawn)) == len(drawn) == 8
    assert compare(Stub(noisy), dataset, HeldOutConfig(seed=3, samples=2)) == first
    assert compare(Stub(noisy), dataset, HeldOutConfig(seed=4, samples=2)).rows != first.rows


def test_one_song_cannot_be_told_from_another() -> None:
    dataset = corpus(seconds=(3.0,))
    found = compare(Stub(truth(dataset)), dataset, HeldOutConfig(samples=2))
    nothing = {"mean": None, "low": None, "high": None}
    assert found.rows["shuffled"]["mse"] == found.differences["mse"] == nothing
    assert found.rows["replay"]["mse"]["mean"] > 0


def test_clips_of_one_song_are_not_other_songs(dataset: Dataset) -> None:
    one = replace(dataset, clips=[replace(clip, song="same") for clip in dataset.clips])
    assert compare(Stub(truth(dataset)), one, HeldOutConfig(samples=1)).differences["mse"]["mean"] is None


def test_test_clips_stand_in_and_many_are_thinned_out(dataset: Dataset) -> None:
    test = corpus("test", seconds=(1.0,) * 7)
    assert held_out_clips(test, 50)[0] == "test"
    split, clips, count = held_out_clips(test, 3)
    assert (split, count) == ("test", 7)
    assert [clip.video for clip in clips] == ["v2", "v5", "v8"]
    both = replace(test, clips=[*test.clips[:-1], replace(test.clips[-1], split="validation")])
    assert [clip.video for clip in held_out_clips(both, 50)[1]] == ["v8"]


def test_of_a_long_clip_the_first_part_is_danced(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def measured(music: Music, frames: int, rng: np.random.Generator) -> Person:
        lengths.append(frames)
        return truth(dataset)(music, frames, rng)

    monkeypatch.setattr(held_out, "LONGEST_S", 4.0)
    found = compare(Stub(measured), dataset, HeldOutConfig(samples=1))
    assert lengths == [120, 90, 120, 120]
    assert found.rows["model"]["mse"]["mean"] == 0


def run(main: Callable[[], None], *arguments: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["program", *map(str, arguments)])
        main()


def fitted(folder: Path, dataset: Dataset, **changes: Any) -> Path:
    write_dataset(folder / "tiny.h5", dataset)
    config = {"architecture": "motion_graph", "settings": {}, "seed": 1} | changes
    paths = ["--dataset", folder / "tiny.h5", "--output", folder / "graph", "--state", folder / "state"]
    run(fit.main, *paths, "--config", json.dumps(config))
    return folder


def evaluated(folder: Path, name: str = "x.json", **settings: Any) -> dict[str, Any]:
    paths = ["--model", folder / "graph", "--dataset", folder / "tiny.h5", "--output", folder / name]
    run(held_out.main, *paths, "--config", json.dumps(settings))
    result: dict[str, Any] = json.loads((folder / name).read_text())
    return result


def test_entry_point(tmp_path: Path, dataset: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fitted(tmp_path, dataset)
    result = evaluated(folder, "one.json", samples=2, clips=3, seed=1)
    assert "3 of 4 held-out clips" in capsys.readouterr().out
    evaluated(folder, "two.json", samples=2, clips=3, seed=1)
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()
    assert result["format"] == "playlist2dance/held_out"
    described = [result[key] for key in ("model", "architecture", "dataset", "split", "clips", "of_clips", "samples")]
    assert described == ["graph", "motion_graph", "tiny", "validation", 3, 4, 2]
    assert list(result["rows"]) == sorted(ROWS)
    assert 0 < result["rows"]["model"]["best_of_n"]["mean"] < 1
    # Another dataset than the one it learned from may have its training songs among the held-out ones.
    write_dataset(folder / "tiny.h5", corpus(seconds=(3.0,)))
    with pytest.raises(UserError, match="did not learn from"):
        evaluated(folder)
    with pytest.raises(UserError, match="settings of the evaluation"):
        evaluated(folder, samples=0)


def test_without_held_out_clips_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = evaluated(fitted(tmp_path, tiny_dataset(clips=1)))
    assert (result["split"], result["clips"], result["rows"], result["differences"]) == (None, 0, {}, {})
    assert "tiny keeps no clips from models" in result["note"]
    assert result["note"] in capsys.readouterr().out


def test_songs_of_genres_that_a_model_never_learned_are_left_out(tmp_path: Path, dataset: Dataset) -> None:
    genres = ("waltz", "waltz", "waltz", "rumba", "rumba", "rumba")
    clips = [replace(clip, genre=genre) for clip, genre in zip(dataset.clips, genres, strict=True)]
    result = evaluated(fitted(tmp_path, replace(dataset, clips=clips), genres=["waltz"]), samples=1)
    assert (result["clips"], result["of_clips"]) == (1, 1)


def test_a_model_s_own_losses_have_a_meaning() -> None:
    description = {
        "losses": {"epochs": 60, "critic": -48.4, "generator": 8.9},
        "held_out": {"critic_distance": 1.5, "pose_recall": 0.4},
    }
    found = own_losses(description)
    assert {name: entry["value"] for name, entry in found.items()} == {
        "critic": -48.4,
        "generator": 8.9,
        "critic_distance": 1.5,
    }
    assert all(entry["says"] for entry in found.values())
    assert own_losses({"losses": {}, "held_out": {}}) == {}
