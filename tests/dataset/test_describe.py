"""The page of a dataset, and the numbers on it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from tiny_dances import tiny_dataset

from workflow_scripts.dataset.describe import left_out
from workflow_scripts.dataset.drawings import POSES, stick_figures
from workflow_scripts.dataset.page import dataset_page
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.motion.dataset_summary import examples, histogram, shares, whole
from workflow_scripts.motion.pose_file import PoseClip, PoseFile, write_poses
from workflow_scripts.workflow.tables import write_table


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Three clips of 6 s at 100, 110 and 120 bpm: two songs of house, one without a genre, which validates."""
    made = tiny_dataset()
    changes = [("house", "Ana", 1.0), ("house", "Bo", 0.62), ("", "", 0.3)]
    clips = [
        replace(clip, genre=genre, dancer=dancer, quality=quality)
        for clip, (genre, dancer, quality) in zip(made.clips, changes, strict=True)
    ]
    return replace(made, clips=clips)


def test_shares(dataset: Dataset) -> None:
    none, house = shares(dataset, lambda clip: clip.genre)
    assert (house.name, house.clips, house.videos, house.songs, house.dancers) == ("house", 2, 2, 2, 2)
    assert house.minutes == pytest.approx({"train": 0.2, "validation": 0, "test": 0})
    assert (none.name, none.dancers, none.minutes["validation"]) == ("", 0, pytest.approx(0.1))
    assert whole(dataset).all_minutes == pytest.approx(0.3)


def test_histograms(dataset: Dataset) -> None:
    tempi = histogram(dataset, lambda clip: clip.music.tempo, 5)
    assert (tempi.edges[0], tempi.edges[-1]) == (100, 125)
    np.testing.assert_allclose(tempi.minutes, [0.1, 0, 0.1, 0, 0.1])
    quality = histogram(dataset, lambda clip: clip.quality, 0.05, (0, 1))
    assert (len(quality.minutes), quality.edges[0], quality.edges[-1]) == (20, 0, 1)
    assert [number for number, minutes in enumerate(quality.minutes) if minutes] == [6, 12, 19]


def test_examples_are_of_different_videos(dataset: Dataset) -> None:
    twice = replace(dataset, clips=[*dataset.clips, replace(dataset.clips[0], clip="0001")])
    assert [clip.name for clip in examples(twice, lambda clip: clip.genre, 2)] == [
        "tiny.v2.0000", "tiny.v0.0000", "tiny.v1.0000",
    ]  # fmt: skip


def test_stick_figures_stand_on_the_floor_and_face_the_viewer(dataset: Dataset) -> None:
    drawing = stick_figures(dataset.clips[0].motion)
    assert drawing.count("<circle") == POSES
    heights = [float(y) for y in re.findall(r' y2="([\d.]+)" stroke', drawing)]
    assert max(heights) <= 162  # the floor's line
    assert min(heights) > 0
    # Facing the viewer, the dancer's left hand is at the viewer's right.
    left = [float(x) for x in re.findall(r'x2="([\d.]+)" y2="[\d.]+" stroke="#7fd4ff"', drawing)]
    right = [float(x) for x in re.findall(r'x2="([\d.]+)" y2="[\d.]+" stroke="#ff8fc7"', drawing)]
    assert np.mean(left) > np.mean(right)


def test_the_page_says_it_all_and_is_sound_html(dataset: Dataset) -> None:
    hostile = replace(dataset.clips[0], genre="<script>x</script>", dancer="<b>")
    reasons = {"demo/v3": "private & gone", "demo/v1.0002": "no person", **{f"a/{k}": "no sound" for k in range(20)}}
    page = dataset_page("main", replace(dataset, clips=[hostile, *dataset.clips[1:]]), reasons)
    assert "3 clips · 3 videos · 3 songs · 0.3 minutes" in page
    assert "&lt;script&gt;x" in page
    assert "<script>" not in page
    assert "private &amp; gone" in page
    assert "and 8 more" in page
    assert "Left out (22)" in page
    checker = Balance()
    checker.feed(page)
    assert checker.open == []


class Balance(HTMLParser):
    """Checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_what_was_left_out_comes_from_every_stage(dataset: Dataset, tmp_path: Path) -> None:
    person = dataset.clips[0].motion
    clips = {
        "0000": PoseClip(0, 6, people=[replace(person, quality=0.9)]),
        "0001": PoseClip(6, 12, 0.0, "no person found in 80 % of the frames"),
        "0002": PoseClip(12, 18, people=[replace(person, quality=0.4)]),
    }
    write_poses(tmp_path / "poses/tiny/v0.h5", PoseFile(30, "v0", "test", clips))
    rows = [{"id": "v0", "verdict": "ok"}, {"id": "v9", "verdict": "https://x/v9: private"}]
    write_table(tmp_path / "admitted/tiny.tsv", ("id", "verdict"), rows)
    dataset.provenance["left_out"] = {"tiny/v5": "its song is in the test split: tiny/v4"}
    dataset.provenance["config"]["min_quality"] = 0.5
    assert left_out(dataset, [tmp_path / "admitted/tiny.tsv"], tmp_path) == {
        "tiny/v5": "its song is in the test split: tiny/v4",
        "tiny/v0.0001": "no person found in 80 % of the frames",
        "tiny/v0.0002": "pose quality 0.40 is below the dataset's 0.5",
        "tiny/v9": "https://x/v9: private",
    }
