import logging
from pathlib import Path

import numpy as np
import pytest
from motion.moving_body import OFFSETS, bending_dance, rigid_dance
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import bvh
from workflow_scripts.motion.formats.bvh_text import BvhText, read_bvh_text
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.world_axes import with_z_up
from workflow_scripts.workflow.errors import UserError

# Every joint has channels in another order, one has places, one a single angle, one none.
ODD = """HIERARCHY
ROOT Bip01 Pelvis
{
  OFFSET 0 94 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Bip01 L Thigh
  {
    OFFSET 9 -2 0
    CHANNELS 6 Yrotation Zposition Xposition Yposition Zrotation Xrotation
    JOINT Bip01 L Calf {
      OFFSET\t0.0\t-4.2e1\t0.0
      CHANNELS 1 xrotation
      JOINT Bip01 L Foot
      {
        OFFSET 0 -42 0
        CHANNELS 0
        End Site
        {
          OFFSET 0 -5 12
        }
      }
    }
  }
  JOINT Head
  {
    OFFSET 0 60 0
    CHANNELS 3 Xrotation Zrotation Yrotation
    End Site
    {
      OFFSET 0 0 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
1 2 3 10 20 30  5 0.5 9 -2 15 25  40  1 2 3
4 5 6 -1e1 2.0E+1 -30  -5 0 9 -2 -15 25  -40  -1 2 -3
"""


def written(tmp_path: Path, text: str, name: str = "odd.bvh") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def plain_joints(text: BvhText) -> Floats:
    """Forward kinematics as one would do by hand, in the file's own unit and axes."""
    result = np.zeros((len(text.values), len(text.nodes), 3))
    for frame, values in enumerate(text.values):
        turned: list[Rotation] = []
        numbers = iter(values)
        for index, node in enumerate(text.nodes):
            place, own = list(node.offset), Rotation.identity()
            for channel in node.channels:
                axis, value = channel[0], next(numbers)
                if channel.endswith("position"):
                    place["xyz".index(axis)] = value
                else:
                    own = own * Rotation.from_euler(axis, value, degrees=True)
            if node.parent < 0:
                turned.append(own)
                result[frame, index] = place
            else:
                turned.append(turned[node.parent] * own)
                result[frame, index] = result[frame, node.parent] + turned[node.parent].apply(place)
    return result


def by_name(motion: JointMotion, names: tuple[str, ...] = SMPL24.joints) -> Floats:
    return motion.joints[:, [motion.skeleton.index(name) for name in names]]


def test_any_channels_in_any_order(tmp_path: Path) -> None:
    path = written(tmp_path, ODD)
    motion = bvh.read(path, fps=99)
    assert motion.skeleton.joints == (
        "Bip01 Pelvis", "Bip01 L Thigh", "Bip01 L Calf", "Bip01 L Foot", "Bip01 L Foot_end", "Head"
    )  # fmt: skip
    assert motion.skeleton.parents == (-1, 0, 1, 2, 3, 0)
    assert motion.fps == 30
    np.testing.assert_allclose(motion.joints, plain_joints(read_bvh_text(path))[:, :-1] / 100, atol=1e-12)


@pytest.mark.parametrize("change", ["crlf", "old mac", "tabs", "one line", "bom", "small letters"])
def test_the_same_file_written_in_other_ways(tmp_path: Path, change: str) -> None:
    expected = bvh.read(written(tmp_path, ODD), 30)
    header, table = ODD.split("Frame Time")
    text = {
        "crlf": ODD.replace("\n", "\r\n"),
        "old mac": ODD.replace("\n", "\r"),
        "tabs": ODD.replace("  ", "\t"),
        "one line": header + "Frame Time" + table.replace("\n", " ").replace("0.0333333", "0.0333333\n"),
        "bom": "\ufeff" + ODD,
        "small letters": ODD.replace("CHANNELS", "Channels")
        .replace("rotation", "ROTATION")
        .replace("OFFSET", "Offset"),
    }[change]
    found = bvh.read(written(tmp_path, text), 30)
    np.testing.assert_array_equal(found.joints, expected.joints)
    assert found.skeleton == expected.skeleton


FAULTS = {
    "no bvh": ("%PDF-1.4", "no BVH file"),
    "no motion": (ODD.split("MOTION")[0], "no BVH file"),
    "fewer frames": (ODD.replace("Frames: 2", "Frames: 3"), "says it has 3 frames of 16 numbers, but there are 2$"),
    "more frames": (ODD.replace("Frames: 2", "Frames: 1"), "says it has 1 frames of 16 numbers, but there are 2$"),
    "cut off": (ODD[:-14], "but there are 1 and 12 numbers of another"),
    "no frames": (ODD.split("1 2 3 10")[0].replace("Frames: 2", "Frames: 0"), "holds no frames"),
    "no count": (ODD.replace("Frames: 2\n", ""), "there must be lines 'Frames: <count>'"),
    "odd count": (ODD.replace("Frames: 2", "Frames: two"), "'Frames: two' is no number of frames"),
    "no time": (ODD.replace("0.0333333", "0"), "a frame time of 0 s cannot be"),
    "rate as time": (ODD.replace("0.0333333", "30"), "a frame time of 30 s cannot be"),
    "word": (ODD.replace("-1e1", "x"), "'x' is no number"),
    "comma": (ODD.replace("0.5", "0,5"), "'0,5' is no number"),
    "not a number": (ODD.replace("0.5", "nan"), "'nan' is no number"),
    "offset": (ODD.replace("OFFSET 9 -2 0", "OFFSET 9 -2 q"), "'q' is no number"),
    "short offset": (ODD.replace("OFFSET 9 -2 0", "OFFSET 9 -2"), "cannot make sense of 'OFFSET 9 -2'"),
    "channel": (ODD.replace("Yrotation Zposition", "Yrotation Zscale"), "Bip01 L Thigh has an unknown channel Zscale"),
    "channel count": (ODD.replace("CHANNELS 1 ", "CHANNELS 2 "), "cannot make sense of 'CHANNELS 2 xrotation'"),
    "open brace": (ODD.replace("}\nMOTION", "MOTION"), "a } is missing"),
    "two bodies": (ODD.replace("MOTION", "ROOT Other\n{\n}\nMOTION"), "holds several bodies"),
    "orphan": (ODD.replace("ROOT", "JOINT", 1), "has no parent"),
    "empty": ("HIERARCHY\nMOTION\nFrames: 1\nFrame Time: 0.03\n", "the hierarchy is empty"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_named(tmp_path: Path, fault: str) -> None:
    text, message = FAULTS[fault]
    with pytest.raises(UserError, match=message) as error:
        bvh.read(written(tmp_path, text), 30)
    assert str(error.value).startswith(f"{tmp_path / 'odd.bvh'}: ")
    assert "\n" not in str(error.value)


def test_long_files_are_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bvh.write(tmp_path / "d.bvh", rigid_dance())
    whole = bvh.read(tmp_path / "d.bvh", 30)
    monkeypatch.setattr(bvh, "AT_ONCE", 7)
    np.testing.assert_array_equal(bvh.read(tmp_path / "d.bvh", 30).joints, whole.joints)


def test_a_missing_file_and_a_monster(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        bvh.read(tmp_path / "none.bvh", 30)
    many = "".join(f"JOINT j{number}\n{{\nOFFSET 0 1 0\n" for number in range(1001))
    with pytest.raises(UserError, match="over 1000 joints"):
        bvh.read(written(tmp_path, "HIERARCHY\nROOT r\n{\n" + many + "MOTION\n"), 30)


@pytest.mark.parametrize("make", [rigid_dance, bending_dance])
def test_written_joints_come_back(tmp_path: Path, make: type[rigid_dance]) -> None:
    dance = make(fps=60)
    bvh.write(tmp_path / "d.bvh", dance)
    again = bvh.read(tmp_path / "d.bvh", 30)
    assert again.fps == 60
    assert np.abs(by_name(again) - dance.joints).max() < 1e-5
    text = read_bvh_text(tmp_path / "d.bvh")
    assert np.abs(np.diff(text.values[:, 3:], axis=0)).max() < 90
    places = [[node.name for node in text.nodes].index(name) for name in SMPL24.joints]
    np.testing.assert_allclose(plain_joints(text)[:, places] / 100, dance.joints, atol=1e-5)


def test_a_rigid_body_needs_no_helping_joints_and_keeps_its_rest(tmp_path: Path) -> None:
    bvh.write(tmp_path / "d.bvh", rigid_dance())
    again = bvh.read(tmp_path / "d.bvh", 30)
    assert set(again.skeleton.joints) == set(SMPL24.joints)
    rest = again.skeleton.rest_positions[[again.skeleton.index(name) for name in SMPL24.joints]]
    np.testing.assert_allclose(rest, SMPL24.rest_positions - [0, SMPL24.rest_positions[:, 1].min(), 0], atol=1e-6)
    bvh.write(tmp_path / "bend.bvh", bending_dance())
    helpers = set(bvh.read(tmp_path / "bend.bvh", 30).skeleton.joints) - set(SMPL24.joints)
    assert helpers
    assert all(name.endswith("_base") for name in helpers)


def test_a_motion_that_was_read_is_written_as_it_was(tmp_path: Path) -> None:
    first = bvh.read(
        written(
            tmp_path, ODD.replace("9 -2 0", "9 -2 0.25").replace(" 0.5 9", " 0.25 9").replace("-5 0 9", "-5 0.25 9")
        ),
        30,
    )
    bvh.write(tmp_path / "again.bvh", first)
    again = bvh.read(tmp_path / "again.bvh", 30)
    np.testing.assert_allclose(by_name(again, first.skeleton.joints), first.joints, atol=1e-6)
    assert "End Site" in (tmp_path / "again.bvh").read_text()


def test_what_is_no_bone_gets_places(tmp_path: Path) -> None:
    """A root on the floor below hips that move: the way Bandai-Namco's files are made."""
    dance = rigid_dance()
    names = ("floor", *SMPL24.joints)
    parents = (-1, 0, *(parent + 1 for parent in SMPL24.parents[1:]))
    skeleton = type(SMPL24)("rig", names, parents, (), ())
    joints = np.concatenate([np.zeros((len(dance.joints), 1, 3)), dance.joints], axis=1)
    bvh.write(tmp_path / "d.bvh", JointMotion(skeleton, joints, 30))
    np.testing.assert_allclose(by_name(bvh.read(tmp_path / "d.bvh", 30)), dance.joints, atol=1e-6)


def test_bones_that_stretch_become_their_median(tmp_path: Path) -> None:
    dance = rigid_dance()
    noisy = dance.joints + np.random.default_rng(0).normal(0, 0.003, dance.joints.shape)
    bvh.write(tmp_path / "d.bvh", JointMotion(SMPL24, noisy, 30))
    error = np.linalg.norm(by_name(bvh.read(tmp_path / "d.bvh", 30)) - noisy, axis=-1)
    assert error.mean() < 0.012


def test_the_same_motion_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        bvh.write(tmp_path / f"{name}.bvh", bending_dance())
    assert (tmp_path / "a.bvh").read_bytes() == (tmp_path / "b.bvh").read_bytes()


def test_gaps_cannot_be_written(tmp_path: Path) -> None:
    joints = rigid_dance().joints.copy()
    joints[3, 5] = np.nan
    with pytest.raises(ValueError, match="no way to leave out joints"):
        bvh.write(tmp_path / "d.bvh", JointMotion(SMPL24, joints, 30))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("unit", "factor"), [("inches", 1 / 2.54), ("metres", 0.01), ("millimetres", 10.0)])
def test_other_units_and_z_up_are_seen_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, unit: str, factor: float
) -> None:
    """The file is turned to z up and scaled by hand: offsets stay, the root's turns and places change."""
    dance = rigid_dance(20)
    bvh.write(tmp_path / "d.bvh", dance)
    lines = (tmp_path / "d.bvh").read_text().splitlines()
    start = lines.index("MOTION") + 3
    order = next(line for line in lines if "CHANNELS 6" in line).split()[-3:]
    axes = "".join(word[0] for word in order)
    result = []
    for line in lines[:start]:
        words = line.split()
        if words and words[0] == "OFFSET":
            line = "OFFSET " + " ".join(str(float(word) * factor) for word in words[1:])
        result.append(line)
    for line in lines[start:]:
        values = np.array(line.split(), dtype=float)
        values[:3] = with_z_up(values[:3]) * factor
        turned = Rotation.from_euler("x", 90, degrees=True) * Rotation.from_euler(axes, values[3:6], degrees=True)
        values[3:6] = turned.as_euler(axes, degrees=True)
        result.append(" ".join(f"{value:.6f}" for value in values))
    with caplog.at_level(logging.INFO):
        again = bvh.read(written(tmp_path, "\n".join(result)), 30)
    assert f"z up, unit: {unit}" in caplog.text
    np.testing.assert_allclose(by_name(again), dance.joints, atol=2e-4)


def test_many_joints_with_one_name_stay_apart(tmp_path: Path) -> None:
    text = ODD.replace("Head", "Bip01 L Foot")
    names = bvh.read(written(tmp_path, text), 30).skeleton.joints
    assert len(set(names)) == len(names)
    assert names[-1] == "Bip01 L Foot_2"


def test_pairs_and_feet_are_found(tmp_path: Path) -> None:
    bvh.write(tmp_path / "d.bvh", rigid_dance())
    skeleton = bvh.read(tmp_path / "d.bvh", 30).skeleton
    assert {(skeleton.joints[a], skeleton.joints[b]) for a, b in skeleton.pairs} == {
        (SMPL24.joints[a], SMPL24.joints[b]) for a, b in SMPL24.pairs
    }
    assert [tuple(skeleton.joints[joint] for joint in foot) for foot in skeleton.feet] == [
        ("left_ankle", "left_foot"),
        ("right_ankle", "right_foot"),
    ]
    assert len(OFFSETS) == skeleton.size
