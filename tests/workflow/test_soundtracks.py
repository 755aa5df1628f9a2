"""Sound for dances in a whole run: clips of held-out videos and generated dances, by both kinds of model."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from workflow_runs import Workflow, started

from workflow_scripts.workflow.media import probe

pytestmark = pytest.mark.workflow

TINY_WAVENET = {
    "residual": 8, "skip": 8, "layers": 4, "channels": 4, "window_s": 1.0, "batch_size": 8, "max_epochs": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def sounding(finished: Workflow, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """A copy of the finished tiny run, which then makes soundtracks."""
    folder = tmp_path_factory.mktemp("sounding")
    shutil.copytree(finished.project, folder / "project")
    shutil.copytree(finished.work, folder / "work", symlinks=True)
    shutil.copy2(finished.config, folder / "tiny.yaml")
    workflow = Workflow(folder / "project", folder / "work", folder / "tiny.yaml")
    workflow.configure(
        {
            "use": {"models": ["motion_graph"], "soundtracks": ["soundtrack_retrieval", "wavenet", "watcher"]},
            "models": {
                "wavenet": {"settings": TINY_WAVENET},
                "watcher": {
                    "architecture": "wavenet",
                    "dataset": "main",
                    "settings": TINY_WAVENET | {"condition": "video"},
                },
            },
            "soundtrack": {"in_gallery": True},
        }
    )
    done = workflow.run("soundtracks", "results/animations")
    assert done.returncode == 0, done.stdout
    assert "1 dance and 6 videos of soundtracks: open results/animations/index.html" in done.stdout
    assert "5 soundtracks in results/soundtracks: see results/evaluation/soundtracks.csv" in done.stdout
    return workflow


def results(workflow: Workflow, pattern: str) -> list[Path]:
    return sorted((workflow.work / "results").glob(pattern))


def test_every_item_has_a_sound_as_long_as_its_dance(sounding: Workflow) -> None:
    for model, rate in (("soundtrack_retrieval", 44100), ("wavenet", 8000)):
        names = [path.name for path in results(sounding, f"soundtracks/{model}/*/*.wav")]
        assert names == ["v02.0000_0.wav", "song01.motion_graph_0.wav"]
        for name, kind, video in (
            (names[0], "demo", "clips/demo/v02/0000.mp4"),
            (names[1], "songs", "renders/motion_graph/songs/song01_0.mp4"),
        ):
            sound = soundfile.info(sounding.work / f"results/soundtracks/{model}/{kind}/{name}")
            seconds = probe(sounding.work / "results" / video).duration_s
            assert sound.samplerate == rate
            assert sound.duration == pytest.approx(seconds, abs=0.05)


def test_who_looks_at_videos_makes_sound_for_videos_alone(sounding: Workflow) -> None:
    assert [path.name for path in results(sounding, "soundtracks/watcher/*/*.wav")] == ["v02.0000_0.wav"]


def test_sounds_are_seen_with_their_dances_beside_the_originals(sounding: Workflow) -> None:
    gallery = sounding.work / "results" / "animations"
    # A dance, an original, two models with two items, one with one.
    assert len(list(gallery.glob("*.mp4"))) == 1 + 1 + 2 * 2 + 1
    page = (gallery / "index.html").read_text()
    for words in ("original sound", "sound by wavenet", "sound by soundtrack retrieval"):
        assert words in page
    for video in results(sounding, "renders/*/demo/*.mp4"):
        info = probe(video)
        assert info.audio_rate is not None
        assert info.video is not None


def test_scores_stand_beside_their_controls(sounding: Workflow) -> None:
    with (sounding.work / "results/evaluation/soundtracks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for kind in ("clips", "dances"):
        named = [row["name"] for row in rows if row["kind"] == kind]
        assert {"soundtrack_retrieval", "wavenet", "silence", "noise", "metronome", "metronome_random", "truth"} <= set(
            named
        )
    truth = next(row for row in rows if row["kind"] == "clips" and row["name"] == "truth")
    silence = next(row for row in rows if row["kind"] == "clips" and row["name"] == "silence")
    assert float(truth["onset_f"]) > float(silence["onset_f"]) == 0


def test_a_second_run_has_nothing_to_do(sounding: Workflow) -> None:
    done = sounding.run("soundtracks", "results/animations")
    assert done.returncode == 0, done.stdout
    assert "Nothing to be done" in done.stdout


@pytest.mark.parametrize(
    ("change", "clips", "dances"),
    [
        ({"models": {"wavenet": {"soundtrack": {"temperature": 0.5}}}}, 1, 1),
        ({"soundtrack": {"temperature": 0.5}}, 2, 1),  # of both networks; what plays music draws nothing
    ],
)
def test_another_temperature_trains_nothing_again(
    sounding: Workflow, change: dict[str, object], clips: int, dances: int
) -> None:
    before = sounding.config.read_text()
    sounding.configure(change)
    try:
        jobs = started(sounding.run("--dry-run", "soundtracks").stdout)
    finally:
        sounding.config.write_text(before)
    assert jobs["generate_soundtrack"] == jobs["dub_clip"] == clips
    assert jobs["generate_soundtrack_of_dance"] == jobs["render_dance_with_sound"] == dances
    assert jobs["evaluate_soundtracks"] == clips
    assert not {"train_wavenet", "build_soundtrack_retrieval", "gather_sound", "generate_dance"} & set(jobs)


def test_a_clip_that_was_not_listed_can_be_asked_for(sounding: Workflow) -> None:
    path = "results/soundtracks/soundtrack_retrieval/demo/v01.0000_1.wav"
    done = sounding.run(path)
    assert done.returncode == 0, done.stdout
    samples, _ = soundfile.read(sounding.work / path)
    assert np.abs(samples).max() > 0.1


def test_more_variants_are_heard_and_seen_in_one_run(sounding: Workflow) -> None:
    before = sounding.config.read_text()
    sounding.configure({"use": {"soundtracks": ["soundtrack_retrieval"]}, "soundtrack": {"samples": 2}})
    try:
        done = sounding.run("soundtracks", "results/animations")
    finally:
        sounding.config.write_text(before)
    assert done.returncode == 0, done.stdout
    for kind, suffix in (("soundtracks", "wav"), ("renders", "mp4")):
        assert (sounding.work / f"results/{kind}/soundtrack_retrieval/demo/v02.0000_1.{suffix}").exists()
    assert (sounding.work / "results/animations/soundtrack_retrieval.demo.v02.0000_1.mp4").exists()


@pytest.mark.parametrize(
    ("of", "message"),
    [
        (["everything"], "'everything' is neither a split (train, validation, test), nor a collection (demo)"),
        (["test"], "no clip of the split 'test'"),
        (["demo/v01.0007"], "demo/v01 has no clip '0007'; it has 0000"),
    ],
)
def test_what_cannot_get_a_sound_is_said(sounding: Workflow, of: list[str], message: str) -> None:
    before = sounding.config.read_text()
    sounding.configure({"soundtrack": {"of": of}})
    try:
        done = sounding.run("results/soundtracks/soundtrack_retrieval/items.tsv")
    finally:
        sounding.config.write_text(before)
        sounding.run("results/soundtracks/soundtrack_retrieval/items.tsv")
    assert done.returncode != 0
    assert message in done.stdout
