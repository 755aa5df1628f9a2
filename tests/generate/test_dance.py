import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_dances import click, silence, tiny_dataset, write_song

from workflow_scripts.generate import dance as dance_module
from workflow_scripts.generate.dance import check_genre, main, random_source
from workflow_scripts.generate.guarantees import danced
from workflow_scripts.generate.settings import DanceConfig
from workflow_scripts.models.base import DanceModel
from workflow_scripts.motion.dataset_file import write_dataset
from workflow_scripts.motion.kinematics import bone_lengths, mean_joint_speed
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person, PoseFile, read_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.train import fit
from workflow_scripts.workflow.errors import UserError

SETTINGS = {"hidden": 32, "layers": 1, "code": 4, "max_epochs": 25, "batch_size": 4, "learning_rate": 0.01}


def run(main: Callable[[], None], *arguments: object) -> None:
    """Run an entry point's body in this process (torch takes seconds to import)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["program", *map(str, arguments)])
        main()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model and two songs, made by the entry points as the workflow calls them."""
    folder = tmp_path_factory.mktemp("generate")
    write_dataset(folder / "tiny.h5", tiny_dataset())
    config = json.dumps({"architecture": "seq2seq", "settings": SETTINGS, "seed": 1})
    paths = ["--dataset", folder / "tiny.h5", "--output", folder / "models/small", "--state", folder / "state"]
    run(fit.main, *paths, "--config", config)
    write_song(folder, "clicks", click(10.5, 112, 50))
    write_song(folder, "nothing", silence(6.0))
    return folder


def dance(folder: Path, song: str, sample: int, name: str, model: str = "small", **settings: object) -> PoseFile:
    features = [folder / "features" / group / "songs" / f"{song}.h5" for group in ("spectral", "chroma", "rhythm")]
    output = folder / f"{name}.h5"
    config = json.dumps({"seed": 1, "sample": sample} | settings)
    arguments = ["--model", folder / "models" / model, "--features", *features, "--output", output]
    run(main, *arguments, "--clip", "0000", "--config", config)
    return read_poses(output)


def test_entry_point(folder: Path) -> None:
    first, _, other = (dance(folder, "clicks", *which) for which in ((0, "first"), (0, "again"), (1, "other")))
    assert (folder / "first.h5").read_bytes() == (folder / "again.h5").read_bytes()
    person = first.clips["0000"].people[0]
    assert not np.array_equal(person.positions, other.clips["0000"].people[0].positions)
    assert len(person.root) == 315  # 10.5 s at 30 frames per second
    assert first.clips["0000"].end_s == 10.5
    assert first.backend == "seq2seq"
    assert first.source == "clicks"
    assert first.provenance["model"] == "small"
    assert first.provenance["sample"] == 0
    assert sorted(first.provenance["features"]) == ["chroma", "rhythm", "spectral"]
    np.testing.assert_allclose(bone_lengths(person.positions), SMPL24.rest_lengths, atol=1e-3)
    assert person.world[..., 1].min() > -0.03  # the floor is y = 0


@pytest.mark.parametrize("settings", [{"length": 2.0}, {"length": "frame"}, {"seed_pose": "random"}])
def test_every_way_of_dancing_repeats_bit_for_bit_and_is_recorded(folder: Path, settings: dict[str, object]) -> None:
    plain, first, _ = (dance(folder, "clicks", 0, name, **own) for name, own in
                       (("plain", {}), ("one", settings), ("two", settings)))  # fmt: skip
    assert (folder / "one.h5").read_bytes() == (folder / "two.h5").read_bytes()
    person = first.clips["0000"].people[0]
    assert len(person.root) == 315
    assert person.world[..., 1].min() > -0.03
    known = {"length": "song", "seed_pose": "none", "genre": None, "seed_file": None}
    assert {key: first.provenance[key] for key in known} == known | settings
    if settings != {"length": "frame"}:  # this network has no view to the rest of the song
        assert np.abs(person.positions - plain.clips["0000"].people[0].positions).max() > 0.01


def test_a_dance_goes_on_from_a_dance(folder: Path) -> None:
    before = dance(folder, "clicks", 0, "before").clips["0000"].people[0]
    after = dance(folder, "clicks", 1, "after", seed_pose=f"{folder / 'before.h5'}:0:200")
    person = after.clips["0000"].people[0]
    step = np.linalg.norm(before.world[200] - before.world[199], axis=-1).max()
    assert np.linalg.norm(person.world[0] - before.world[200], axis=-1).max() < 2 * step + 0.01
    assert len(after.provenance["seed_file"]) == 64


def test_only_genres_that_the_model_knows_can_be_danced(folder: Path) -> None:
    with pytest.raises(UserError, match="small knows no genres, so it cannot dance 'house'"):
        dance(folder, "clicks", 0, "genre", genre="house")
    with pytest.raises(UserError, match="m does not know 'salsa'; it knows disco, house"):
        check_genre("salsa", ("disco", "house"), "m")
    check_genre("house", ("disco", "house"), "m")
    check_genre(None, (), "m")


def test_a_model_hears_a_song_as_it_heard_its_dataset(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here as means over every beat."""
    tiny = replace(tiny_dataset(), grouping="beat")
    write_dataset(folder / "grouped.h5", tiny)
    config = json.dumps({"architecture": "seq2seq", "settings": SETTINGS | {"max_epochs": 1}, "seed": 1})
    paths = ["--dataset", folder / "grouped.h5", "--output", folder / "models/grouped", "--state", folder / "state"]
    run(fit.main, *paths, "--config", config)
    heard = []

    def noticed(model: DanceModel, music: Music, *rest: Any) -> Person:
        heard.append(music)
        return danced(model, music, *rest)

    monkeypatch.setattr(dance_module, "danced", noticed)
    for name in ("small", "grouped"):
        dance(folder, "clicks", 0, f"by {name}", model=name)
    plain, grouped = (music.features for music in heard)
    first = round(heard[0].beats[0] * 30)
    assert np.ptp(plain[:first, 0]) > 0
    np.testing.assert_allclose(grouped[:first, 0], plain[:first, 0].mean(), rtol=1e-5)
    np.testing.assert_array_equal(grouped[:, 33:], plain[:, 33:])


def test_silence_is_calm(folder: Path) -> None:
    """Without beats a pulse of 60 per minute is imagined: slower than any dance of training."""
    calm, lively = (dance(folder, song, 0, song).clips["0000"].people[0].world for song in ("nothing", "clicks"))
    assert len(calm) == 180
    assert 0 < mean_joint_speed(calm, 30).mean() < mean_joint_speed(lively, 30).mean()


def test_broken_checkpoint_heals(folder: Path) -> None:
    checkpoint = folder / "models/small/checkpoint.ckpt"
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[:1000])
    with pytest.raises(UserError, match="run the same command again"):
        dance(folder, "clicks", 0, "broken")
    assert not checkpoint.exists()
    assert not (folder / "broken.h5").exists()
    with pytest.raises(UserError, match="is missing"):
        dance(folder, "clicks", 0, "broken")
    checkpoint.write_bytes(whole)


def test_chance_differs_by_everything_that_names_a_dance() -> None:
    config = DanceConfig(seed=1, sample=0)
    draws = [
        random_source(*arguments).random()
        for arguments in (
            (config, "m", "s"),
            (DanceConfig(seed=2, sample=0), "m", "s"),
            (DanceConfig(seed=1, sample=1), "m", "s"),
            (config, "n", "s"),
            (config, "m", "t"),
        )
    ]
    assert len(set(draws)) == 5
    assert random_source(config, "m", "s").random() == draws[0]
