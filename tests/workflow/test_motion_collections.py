"""Collections of motion with their music: they enter as poses, and every later stage sees no difference."""

import numpy as np
import pytest
import soundfile
from workflow_runs import Workflow, new_workflow, started

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.songs import RATE, compose
from workflow_scripts.motion.alignment import pa_mpjpe
from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import bvh
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.tables import read_table

pytestmark = pytest.mark.workflow
SECONDS, FPS = 8.0, 60.0


@pytest.fixture(scope="module")
def mocap(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    workflow = new_workflow(tmp_path_factory.mktemp("mocap"))
    folder, music = workflow.work / "bvh", workflow.work / "music"
    folder.mkdir()
    music.mkdir()
    for seed, genre in ((1, "house"), (2, "disco"), (3, "house")):
        song = compose(genre, seed, SECONDS)
        joints = choreograph(song.beats, SECONDS, genre, seed, FPS, song.sections)
        bvh.write(folder / f"dance{seed}.bvh", JointMotion(SMPL24, joints, FPS))
        if seed < 3:
            soundfile.write(music / f"dance{seed}.wav", song.samples, RATE)
    (folder / "broken.bvh").write_text("HIERARCHY\n")
    workflow.configure(
        {
            "collections": {"mocap": {"source": "bvh", "motion": "bvh", "music": "music"}},
            "use": {"collections": ["mocap"], "models": ["motion_graph"]},
        }
    )
    done = workflow.run("results/animations")
    assert done.returncode == 0, done.stdout
    return workflow


def test_motion_becomes_dances(mocap: Workflow) -> None:
    assert len(list((mocap.work / "results/animations").glob("*.mp4"))) == 1
    clips = read_dataset(mocap.work / "results/datasets/main.h5").clips
    assert [clip.video for clip in clips] == ["dance1", "dance2"]
    assert {len(clip.motion.root) for clip in clips} == {round(SECONDS * 30)}


def test_poses_keep_the_native_rate_and_the_dance(mocap: Workflow) -> None:
    poses = read_poses(mocap.work / "results/poses/mocap/dance1.h5")
    assert (poses.fps, poses.backend) == (FPS, "import bvh")
    song = compose("house", 1, SECONDS)
    truth = choreograph(song.beats, SECONDS, "house", 1, FPS, song.sections)
    person = poses.clips["0000"].people[0]
    assert len(person.root) == round(SECONDS * FPS)
    assert pa_mpjpe(person.world, truth).mean() < 0.02


def test_clips_hold_the_music_alone(mocap: Workflow) -> None:
    (row,) = read_table(mocap.work / "results/clips/mocap/dance1/clips.tsv", ("frames", "samples", "video", "audio"))
    assert (row["frames"], row["samples"], row["video"]) == (str(round(SECONDS * FPS)), str(round(SECONDS * 44100)), "")
    sound, rate = soundfile.read(mocap.work / "results/clips/mocap/dance1" / row["audio"])
    expected = np.asarray(compose("house", 1, SECONDS).samples)
    assert rate == 44100
    assert np.corrcoef(sound[:, 0], expected[: len(sound), 0])[0, 1] > 0.99


def test_motion_without_music_or_sense_is_in_the_ledger(mocap: Workflow) -> None:
    rows = read_table(mocap.work / "results/quarantine.tsv", ("item", "reason"))
    reasons = {row["item"]: row["reason"] for row in rows}
    assert reasons.keys() == {"dance3", "broken"}
    assert "no music found" in reasons["dance3"]
    assert "broken.bvh" in reasons["broken"]


def test_captured_motion_without_a_genre_gets_a_sound_and_is_drawn_with_it(mocap: Workflow) -> None:
    before = mocap.config.read_text()
    # As one does who wants sound alone.
    mocap.configure({"songs": [], "use": {"models": [], "songs": "all"}, "soundtrack": {"of": ["mocap"]}})
    try:
        done = mocap.run("soundtracks")
    finally:
        mocap.config.write_text(before)
    assert done.returncode == 0, done.stdout
    for model in ("soundtrack_retrieval", "original"):
        videos = sorted((mocap.work / "results/renders" / model / "mocap").glob("*.mp4"))
        assert [video.name for video in videos] == ["dance1.0000_0.mp4", "dance2.0000_0.mp4"]
    sound = soundfile.info(mocap.work / "results/soundtracks/soundtrack_retrieval/mocap/dance1.0000_0.wav")
    assert sound.duration == pytest.approx(SECONDS)


def test_music_that_comes_later_lets_its_motion_in(mocap: Workflow) -> None:
    song = compose("house", 3, SECONDS)
    soundfile.write(mocap.work / "music" / "dance3.wav", song.samples, RATE)
    done = mocap.run("results/datasets/main.h5")
    assert done.returncode == 0, done.stdout
    assert started(done.stdout)["import_motion"] == 1
    clips = read_dataset(mocap.work / "results/datasets/main.h5").clips
    assert [clip.video for clip in clips] == ["dance1", "dance2", "dance3"]
