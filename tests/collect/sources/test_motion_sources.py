import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from tiny_aistpp import CASES, IGNORED, NO_SPLIT, TRAIN, write_tiny_aistpp

from workflow_scripts.collect.sources.motion import KINDS, motion_rows, motion_source
from workflow_scripts.motion.formats.registry import MODULES, module_of, read_motion
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import Row

NAMES = ["gBR_sBM_cAll_d04_mBR0_ch01", "gKR_sFM_cAll_d30_mKR2_ch21", "gPO_sBM_cAll_d10_mPO1_ch02"]


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def listed(kind: str, source: Path, music: Path | None = None) -> list[Row]:
    return list(motion_rows(kind, source, music, 30.0))


def test_every_kind_has_a_reader_and_a_lister() -> None:
    assert set(KINDS) == set(MODULES)
    for kind in KINDS:
        folder = Path(__file__).parents[3] / "workflow_scripts"
        assert (folder / "motion" / "formats" / f"{module_of(kind)}.py").is_file()
        assert (folder / "collect" / "sources" / "motion" / f"{motion_source(kind)}.py").is_file()
    assert (module_of("edge"), module_of("smpl"), motion_source("bvh")) == ("smpl", "smpl", "generic")


def test_motion_is_read_by_the_name_of_its_form(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"pos": np.zeros((3, 3)), "q": np.zeros((3, 72))}))
    motion = read_motion("edge", path, 30.0)
    assert motion.skeleton == SMPL24
    assert motion.fps == 60


def test_each_motion_comes_with_the_sound_of_its_name(tmp_path: Path) -> None:
    source = make(tmp_path / "motion", "b.bvh", "b.wav", "a.BVH", "c/d.bvh", "c/D.mp3", "e.bvh", "notes.txt", "f.bvh")
    music = make(tmp_path / "music", "a.flac", "deep/e.mp4", "e.ogg", "b.mp3", "other.wav")
    rows = listed("bvh", source, music)
    assert [(row["id"], row["audio"]) for row in rows] == [
        ("a", str(music / "a.flac")),
        ("b", str(source / "b.wav")),
        ("d", str(source / "c" / "D.mp3")),
        ("e", str(music / "e.ogg")),
        ("f", ""),
    ]
    assert rows[0] == {
        "id": "a", "title": "a", "url": str(source / "a.BVH"), "audio": str(music / "a.flac"),
        "genre": "", "dancer": "", "split": "", "song": "", "offset": "0", "left_out": "",
    }  # fmt: skip


def test_a_single_file_is_a_source(tmp_path: Path) -> None:
    make(tmp_path, "a.bvh", "a.mp4", "b.bvh")
    assert [(row["id"], row["audio"]) for row in listed("bvh", tmp_path / "a.bvh")] == [("a", str(tmp_path / "a.mp4"))]


def test_nothing_hidden_linked_from_outside_or_unlistable_gets_in(tmp_path: Path) -> None:
    source = make(tmp_path / "motion", "a.bvh", ".b.bvh", ".hidden/c.bvh", "new\nline.bvh", "tab\t.bvh")
    outside = make(tmp_path / "outside", "secret.bvh", "a.wav")
    (source / "link.bvh").symlink_to(outside / "secret.bvh")
    (source / "folder").symlink_to(outside)
    (source / "gone.bvh").symlink_to(source / "nowhere.bvh")
    (source / "inside.bvh").symlink_to(source / "a.bvh")
    (source / "a.wav").symlink_to(outside / "a.wav")
    os.mkdir(source / "directory.bvh")
    with open(os.fsencode(source) + b"/bad\xff.bvh", "wb") as file:
        file.write(b"x")
    assert [(row["id"], row["audio"]) for row in listed("bvh", source)] == [("a", ""), ("inside", "")]


@pytest.mark.parametrize("kind", ["bvh", "aistpp", "edge", "learn2dance"])
def test_a_source_without_motion_is_said(tmp_path: Path, kind: str) -> None:
    make(tmp_path, "a.doc")
    for source in (tmp_path, tmp_path / "a.doc"):
        with pytest.raises(UserError, match=r"holds no motion of the form|no AIST\+\+ found"):
            listed(kind, source)


def test_edge_s_files_carry_the_names_of_aistpp(tmp_path: Path) -> None:
    make(tmp_path, f"motions_sliced/{NAMES[0]}_slice3.pkl", f"wavs_sliced/{NAMES[0]}_slice3.wav")
    (row,) = listed("edge", tmp_path / "motions_sliced", tmp_path / "wavs_sliced")
    assert (row["genre"], row["song"]) == ("break", "mBR0")
    assert row["audio"].endswith(f"wavs_sliced/{NAMES[0]}_slice3.wav")


def published(tmp_path: Path, folder: str) -> Path:
    root = make(tmp_path / "aist", *(f"{folder}/{name}.pkl" for name in [*NAMES, "gBR_sBM_cAll_d05_mBR0_ch09"]))
    make(
        root, "cameras/mapping.txt", "music/mBR0.mp3", f"music/{NAMES[1]}.wav", "music/mKR2.wav", f"{folder}/other.pkl"
    )
    (root / "ignore_list.txt").write_text("gBR_sBM_cAll_d05_mBR0_ch09\n\ngXX\n")
    splits = make(root / "splits", "x") / "."
    (splits / "crossmodal_train.txt").write_text(f"{NAMES[0]}\n")
    (splits / "crossmodal_val.txt").write_text(f"{NAMES[1]}\r\n")
    (splits / "crossmodal_test.txt").write_text(NAMES[2])
    return root


@pytest.mark.parametrize("folder", ["motions", "keypoints3d"])
@pytest.mark.parametrize("point_at", ["", "inside"])
def test_aistpp_as_published(tmp_path: Path, folder: str, point_at: str) -> None:
    root = published(tmp_path, folder)
    found = listed("aistpp", root / folder if point_at else root)
    assert {row["id"]: row["left_out"].split(" (")[0] for row in found if row["left_out"]} == {
        "gBR_sBM_cAll_d05_mBR0_ch09": "on AIST++'s ignore_list.txt"
    }
    rows = [row for row in found if not row["left_out"]]
    assert [(row["id"], row["genre"], row["split"], row["song"]) for row in rows] == [
        (NAMES[0], "break", "train", "mBR0"),
        (NAMES[1], "krump", "validation", "mKR2"),
        (NAMES[2], "pop", "test", "mPO1"),
    ]
    assert [row["audio"] for row in rows] == [str(root / "music/mBR0.mp3"), str(root / f"music/{NAMES[1]}.wav"), ""]
    assert {row["offset"] for row in rows} == {"0"}


def test_aistpp_prefers_rotations_takes_music_from_elsewhere_and_one_file_alone(tmp_path: Path) -> None:
    root = published(tmp_path, "keypoints3d")
    make(root, f"motions/{NAMES[2]}.pkl")
    music = make(tmp_path / "sounds", "cd1/mPO1.flac")
    assert [(row["url"], row["audio"]) for row in listed("aistpp", root, music)] == [
        (str(root / f"motions/{NAMES[2]}.pkl"), str(music / "cd1/mPO1.flac"))
    ]
    (row,) = listed("aistpp", root / "keypoints3d" / f"{NAMES[0]}.pkl")
    assert (row["split"], row["audio"]) == ("train", str(root / "music/mBR0.mp3"))


def test_the_official_split_of_aistpp_is_kept_and_what_it_leaves_out_is_said(tmp_path: Path) -> None:
    rows = {row["id"]: row for row in listed("aistpp", write_tiny_aistpp(tmp_path / "aist", 2.0))}
    splits = {name: "validation" if "ch01" in name else "test" for name in CASES} | dict.fromkeys(TRAIN, "train")
    assert {name: row["split"] for name, row in rows.items() if not row["left_out"]} == splits
    assert {name: row["left_out"][:27] for name, row in rows.items() if row["left_out"]} == {
        **dict.fromkeys(IGNORED, "on AIST++'s ignore_list.txt"),
        **dict.fromkeys(NO_SPLIT, "in none of AIST++'s cross-m"),
    }


def test_aistpp_without_lists_and_music(tmp_path: Path) -> None:
    rows = listed("aistpp", make(tmp_path, f"{NAMES[0]}.pkl"))
    assert [(row["split"], row["audio"], row["left_out"]) for row in rows] == [("", "", "")]
