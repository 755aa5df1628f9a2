import sys

import pytest
from tiny_dances import click, swing, tiny_dataset

from workflow_scripts.motion.dataset_file import write_dataset
from workflow_scripts.motion.pose_file import PoseClip, PoseFile, write_poses
from workflow_scripts.motion.soundtrack_table import COLUMNS
from workflow_scripts.soundtrack import list_items
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import read_table


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A dataset of two training clips and one for validation, and a video of one clip with a dancer, one without."""
    monkeypatch.chdir(tmp_path)
    write_dataset(tmp_path / "main.h5", tiny_dataset())
    person = swing(click(2, 120))
    clips = {"0000": PoseClip(0, 2, people=[person]), "0001": PoseClip(2, 4, verdict="nobody is in the picture")}
    write_poses(tmp_path / "results" / "poses" / "mine" / "v1.h5", PoseFile(30.0, "v1", "test", clips))
    return tmp_path


def listed(folder, monkeypatch, *arguments):
    output = "results/soundtracks/graph/items.tsv"
    monkeypatch.setattr(sys, "argv", ["list_items", "--dataset", "main.h5", *arguments, "--output", output])
    list_items.main()
    return read_table(folder / output, COLUMNS)


def test_clips_of_a_split(folder, monkeypatch):
    (row,) = listed(folder, monkeypatch, "--splits", "validation")
    assert row == {
        "set": "tiny", "item": "v2.0000", "sample": "0", "wav": "results/soundtracks/graph/tiny/v2.0000_0.wav",
        "poses": "results/poses/tiny/v2.h5", "clip": "0000", "sound": "results/clips/tiny/v2/0000.wav",
        "split": "validation", "song": "tiny/v2",
    }  # fmt: skip


def test_clips_of_a_collection_are_those_with_somebody_in_them(folder, monkeypatch):
    rows = listed(folder, monkeypatch, "--poses", "results/poses/mine/v1.h5", "--samples", "2")
    assert [(row["item"], row["sample"]) for row in rows] == [("v1.0000", "0"), ("v1.0000", "1")]
    assert {row["song"] for row in rows} == {"mine/v1"}


def test_a_clip_that_is_named_twice_is_listed_once(folder, monkeypatch):
    place = "results/poses/mine/v1.h5"
    rows = listed(folder, monkeypatch, "--poses", place, "--clips", f"{place}:0000", "--splits", "train")
    assert [row["item"] for row in rows] == ["v1.0000", "v0.0000", "v1.0000"]
    assert [row["set"] for row in rows] == ["mine", "tiny", "tiny"]


def test_generated_dances_keep_their_own_samples(folder, monkeypatch):
    rows = listed(folder, monkeypatch, "--dances", "results/dances/graph_2/songs/my_song_3.h5", "--samples", "2")
    (row,) = rows
    assert (row["set"], row["item"], row["sample"]) == ("songs", "my_song.graph_2", "3")
    assert row["wav"] == "results/soundtracks/graph/songs/my_song.graph_2_3.wav"
    assert row["sound"] == "results/clips/songs/my_song/0000.wav"


def test_a_clip_of_the_dataset_keeps_its_split_and_song_however_it_is_named(folder, monkeypatch):
    person = swing(click(2, 120))
    path = folder / "results" / "poses" / "tiny" / "v0.h5"
    write_poses(path, PoseFile(30.0, "v0", "test", {"0000": PoseClip(0, 2, people=[person])}))
    for arguments in (["--poses", "results/poses/tiny/v0.h5"], ["--clips", "results/poses/tiny/v0.h5:0000"]):
        (row,) = listed(folder, monkeypatch, *arguments)
        assert (row["split"], row["song"]) == ("train", "tiny/v0")


def test_collections_in_which_nobody_is_are_said_with_the_reasons(folder, monkeypatch):
    path = folder / "results" / "poses" / "empty" / "v9.h5"
    write_poses(path, PoseFile(30.0, "v9", "test", {"0000": PoseClip(0, 2, verdict="a cat")}))
    with pytest.raises(UserError, match=r"nobody is in any clip .*empty/v9\.0000: a cat"):
        listed(folder, monkeypatch, "--poses", "results/poses/empty/v9.h5")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--splits", "test"], "no clip of the split 'test'"),
        (["--clips", "results/poses/mine/v1.h5:0001"], r"mine/v1\.0001 was left out: nobody is in the picture"),
        (["--clips", "results/poses/mine/v1.h5:0007"], "no clip '0007'; it has 0000, 0001"),
    ],
)
def test_what_cannot_have_a_sound_is_said(folder, monkeypatch, arguments, message):
    with pytest.raises(UserError, match=message):
        listed(folder, monkeypatch, *arguments)


def test_copies_of_clips_are_none(folder, monkeypatch):
    dataset = tiny_dataset()
    for clip in dataset.clips[:1]:
        clip.clip += "~mirror"
    write_dataset(folder / "main.h5", dataset)
    assert [row["item"] for row in listed(folder, monkeypatch, "--splits", "train")] == ["v1.0000"]
