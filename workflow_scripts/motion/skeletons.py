"""Skeletons of other programs as data: names in their order, parents, left/right pairs, feet and rest pose.

A joint carries smpl24's name where it is the same place in the body; `POINTS` says where the others are. All rest poses
are one and the same body, ours, in the same T-pose: what differs is where its joints and markers are taken to be.
Parents only say what to draw: `parents[j] < j` makes the nose the root of skeletons that begin with it.

Sources: COCO (Lin et al., 2014) and its 17 keypoints; BODY_25 and its pairs from OpenPose's output documentation;
Halpe-26 (Fang et al., AlphaPose, 2022); BlazePose (Bazarevsky et al., 2020); the 17 joints of Human3.6M (Ionescu et
al., 2014) in the order of VideoPose3D (Pavllo et al., 2019); the 23 markers of "Dance with Melody" (Tang et al., 2018),
whose authors give no names: these are inferred from bone lengths and motion.
"""

from collections.abc import Mapping
from types import MappingProxyType

from workflow_scripts.motion.skeleton import SMPL24, Skeleton

Point = tuple[float, float, float]


def _both_sides(points: Mapping[str, Point]) -> dict[str, Point]:
    """Return the left side's points and their mirror images, by name with the side put before it."""
    left = {f"left_{name}": point for name, point in points.items()}
    return left | {f"right_{name}": (-x, y, z) for name, (x, y, z) in points.items()}


# Where points that are no joints of smpl24 lie on its rest pose, metres. `mid_hip` is what OpenPose calls MidHip and
# Human3.6M the pelvis; `toe` is the tip of the toes.
POINTS: Mapping[str, Point] = MappingProxyType(
    {
        "mid_hip": (0.0, 0.925, 0.0),
        "waist": (0.0, 1.065, 0.045),
        "spine": (0.0, 1.180, 0.0),
        "thorax": (0.0, 1.430, 0.0),
        "nose": (0.0, 1.570, 0.100),
        "head_top": (0.0, 1.700, 0.020),
    }
    | _both_sides(
        {
            "eye_inner": (0.018, 1.605, 0.085),
            "eye": (0.032, 1.605, 0.080),
            "eye_outer": (0.045, 1.605, 0.070),
            "ear": (0.075, 1.590, 0.015),
            "mouth": (0.025, 1.535, 0.085),
            "temple": (0.055, 1.600, 0.035),
            "heel": (0.095, 0.020, -0.050),
            "toe": (0.095, 0.020, 0.190),
            "big_toe": (0.080, 0.020, 0.195),
            "small_toe": (0.130, 0.020, 0.160),
            "forearm": (0.585, 1.400, 0.0),
            "forearm_inner": (0.575, 1.400, 0.0),
            "wrist_inner": (0.730, 1.400, 0.0),
            "thumb": (0.770, 1.400, 0.0),
            "index": (0.805, 1.400, 0.0),
            "pinky": (0.795, 1.400, 0.0),
        }
    )
)
# OpenPose and Halpe call the middle of the shoulders the neck, smpl24 its joint above.
_LOW_NECK = MappingProxyType({"neck": (0.0, 1.400, 0.0)})


def _skeleton(
    name: str, joints: str, parents: tuple[int, ...], toe: str = "", places: Mapping[str, Point] = MappingProxyType({})
) -> Skeleton:
    """Build a skeleton from its joint names.

    Args:
        toe: the joint that ends a foot in `feet`; a skeleton without one has no feet.
        places: where joints lie that have a name of smpl24 but another place.
    """
    names = tuple(joints.split())
    places = dict(zip(SMPL24.joints, SMPL24.rest, strict=True)) | dict(POINTS) | dict(places)
    return Skeleton(
        name=name,
        joints=names,
        parents=parents,
        pairs=tuple(
            (left, names.index("right_" + joint.removeprefix("left_")))
            for left, joint in enumerate(names)
            if joint.startswith("left_") and "right_" + joint.removeprefix("left_") in names
        ),
        feet=tuple((names.index(f"{side}_ankle"), names.index(f"{side}_{toe}")) for side in ("left", "right"))
        if toe
        else (),
        rest=tuple(places[joint] for joint in names),
    )


COCO17 = _skeleton(
    "coco17",
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist"
    " right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle",
    (-1, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14),
)

BODY25 = _skeleton(
    "body25",
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist mid_hip right_hip"
    " right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear left_big_toe"
    " left_small_toe left_heel right_big_toe right_small_toe right_heel",
    (-1, 0, 1, 2, 3, 1, 5, 6, 1, 8, 9, 10, 8, 12, 13, 0, 0, 15, 16, 14, 19, 14, 11, 22, 11),
    toe="big_toe",
    places=_LOW_NECK,
)

HALPE26 = _skeleton(
    "halpe26",
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist"
    " right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle head_top neck mid_hip"
    " left_big_toe right_big_toe left_small_toe right_small_toe left_heel right_heel",
    (-1, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14, 0, 0, 18, 15, 16, 20, 21, 15, 16),
    toe="big_toe",
    places=_LOW_NECK,
)

BLAZEPOSE33 = _skeleton(
    "blazepose33",
    "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer left_ear right_ear"
    " left_mouth right_mouth left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_pinky"
    " right_pinky left_index right_index left_thumb right_thumb left_hip right_hip left_knee right_knee left_ankle"
    " right_ankle left_heel right_heel left_toe right_toe",
    (
        *(-1, 0, 1, 2, 0, 4, 5, 3, 6, 0, 0),
        *(0, 0, 11, 12, 13, 14, 15, 16, 15, 16, 15, 16),
        *(11, 12, 23, 24, 25, 26, 27, 28, 27, 28),
    ),
    toe="toe",
)

# Also the joints, in their order, of VideoPose3D's input and output and of everything trained on Human3.6M like it.
H36M17 = _skeleton(
    "h36m17",
    "mid_hip right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax nose head_top left_shoulder"
    " left_elbow left_wrist right_shoulder right_elbow right_wrist",
    (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15),
)

# The marker after the elbow is on the forearm and the one after that on the wrist: elbow to wrist is then 25 cm and
# hardly bends (145 to 170 degrees in all of cha-cha and rumba), as a forearm does; elbow to forearm is 11 to 17 cm.
DWM23 = _skeleton(
    "dwm23",
    "right_temple left_temple waist right_shoulder right_elbow right_forearm right_wrist right_hip right_knee"
    " right_ankle right_heel right_toe left_shoulder left_elbow left_forearm left_wrist left_hip left_knee left_ankle"
    " left_heel left_toe left_forearm_inner right_wrist_inner",
    (-1, 0, 0, 2, 3, 4, 5, 2, 7, 8, 9, 9, 2, 12, 13, 14, 2, 16, 17, 18, 18, 14, 6),
    toe="toe",
)

SKELETONS: Mapping[str, Skeleton] = MappingProxyType(
    {skeleton.name: skeleton for skeleton in (SMPL24, H36M17, COCO17, BODY25, HALPE26, BLAZEPOSE33, DWM23)}
)

# The part of the body each of `POINTS` belongs to, by the names of smpl24 (`_` stands for the side): the joint it hangs
# on, the bone it goes with, and a second bone that says how the part is turned about the first.
_HEAD = ("head", ("neck", "head"), ("right_shoulder", "left_shoulder"))
_CHEST = ("neck", ("spine3", "neck"), ("right_shoulder", "left_shoulder"))
_BELLY = ("spine2", ("spine1", "spine2"), ("right_hip", "left_hip"))
_HIPS = ("pelvis", ("pelvis", "spine1"), ("right_hip", "left_hip"))
_FOOT = ("_ankle", ("_ankle", "_foot"), ("_knee", "_ankle"))
_FOREARM = ("_elbow", ("_elbow", "_wrist"), ("_shoulder", "_elbow"))
_HAND = ("_wrist", ("_wrist", "_hand"), ("_elbow", "_wrist"))
Part = tuple[str, tuple[str, str], tuple[str, str]]
PARTS: Mapping[str, Part] = MappingProxyType(
    {"mid_hip": _HIPS, "waist": _HIPS, "spine": _BELLY, "thorax": _CHEST, "neck": _CHEST}
    | dict.fromkeys(("nose", "head_top", "eye_inner", "eye", "eye_outer", "ear", "mouth", "temple"), _HEAD)
    | dict.fromkeys(("heel", "toe", "big_toe", "small_toe"), _FOOT)
    | dict.fromkeys(("forearm", "forearm_inner"), _FOREARM)
    | dict.fromkeys(("wrist_inner", "thumb", "index", "pinky"), _HAND)
)
