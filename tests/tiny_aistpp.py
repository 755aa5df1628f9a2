"""A miniature of AIST++, made here in the layout that its users have: two pieces of music to test on, two to learn."""

import pickle
from pathlib import Path

import numpy as np
import soundfile

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.songs import RATE, compose
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats.smpl import fitted_poses, smpl24_joints
from workflow_scripts.motion.skeleton import SMPL24, Floats

FPS, SCALE = 60.0, 93.77
# {music: genre of the demo}; mBR0 and mPO1 are two of the ten that the official split keeps for validation and test.
MUSIC = {"mBR0": "house", "mPO1": "disco", "mBR1": "house", "mPO2": "disco"}
CASES = [
    f"g{m[1:3]}_sBM_cAll_{d}_{m}_{ch}" for m in ("mBR0", "mPO1") for d in ("d04", "d05") for ch in ("ch01", "ch02")
]
TRAIN = [f"g{m[1:3]}_sBM_cAll_d04_{m}_{ch}" for m in ("mBR1", "mPO2") for ch in ("ch03", "ch04", "ch05")]
# A choreography of the test to music of the training, and a dance to the music of the test: in no split.
NO_SPLIT = ["gBR_sBM_cAll_d06_mBR1_ch01", "gPO_sBM_cAll_d06_mPO1_ch07"]
IGNORED = ["gBR_sBM_cAll_d06_mBR1_ch03"]


def captured(name: str, seconds: float) -> Floats:
    """World joints (T, 24, 3) of a sequence, 60 frames/s: a demo choreography to its music, another one for each."""
    music = name.split("_")[4]
    song = compose(MUSIC[music], list(MUSIC).index(music) + 1, seconds)
    seed = [*CASES, *TRAIN, *NO_SPLIT, *IGNORED].index(name)
    return choreograph(song.beats, seconds, MUSIC[music], seed, FPS, song.sections)


def write_tiny_aistpp(root: Path, seconds: float = 3.0, song_s: float = 0.0) -> Path:
    """Write motions/, splits/, ignore_list.txt, and music/ if `song_s` says how long its pieces are."""
    for folder in ("motions", "splits", "music"):
        (root / folder).mkdir(parents=True)
    for name in [*CASES, *TRAIN, *NO_SPLIT, *IGNORED]:
        joints = smpl24_joints(JointMotion(SMPL24, captured(name, seconds), FPS))
        poses, _ = fitted_poses(joints)
        content = {
            "smpl_loss": 0.5,
            "smpl_poses": np.asarray(poses).reshape(len(joints), 72),
            "smpl_scaling": np.array([SCALE]),
            "smpl_trans": joints[:, 0] * SCALE,
        }
        (root / "motions" / f"{name}.pkl").write_bytes(pickle.dumps(content))
    for part, names in (
        ("train", TRAIN),
        ("val", [name for name in CASES if "ch01" in name]),
        ("test", [name for name in CASES if "ch02" in name]),
    ):
        (root / "splits" / f"crossmodal_{part}.txt").write_text("\n".join(names))  # as published, without a last line
    (root / "ignore_list.txt").write_text("\n".join(IGNORED) + "\n")
    for number, (music, genre) in enumerate(MUSIC.items()):
        if song_s:
            soundfile.write(root / "music" / f"{music}.wav", compose(genre, number + 1, song_s).samples, RATE)
    return root
