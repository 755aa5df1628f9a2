import pytest

from workflow_scripts.motion.joint_names import canonical_name, canonical_names, smpl24_map
from workflow_scripts.motion.skeleton import SMPL24, Skeleton

LEFT_LIMBS = ("left_hip", "left_knee", "left_ankle", "left_foot", "left_shoulder", "left_elbow", "left_wrist")
RIGS = {
    "mixamo": "mixamorig:LeftUpLeg mixamorig:LeftLeg mixamorig:LeftFoot mixamorig:LeftToeBase mixamorig:LeftArm"
    " mixamorig:LeftForeArm mixamorig:LeftHand mixamorig:LeftShoulder mixamorig:Hips mixamorig:Neck mixamorig:Head",
    "cmu": "lfemur ltibia lfoot ltoes lhumerus lradius lwrist lclavicle root lowerneck head",
    "bandai": "UpperLeg_L LowerLeg_L Foot_L Toes_L UpperArm_L LowerArm_L Hand_L Shoulder_L Hips Neck Head",
    "xsens": "LeftHip LeftKnee LeftAnkle LeftToe LeftShoulder LeftElbow LeftWrist LeftCollar Hips Neck Head",
    "smpl": "L_Hip L_Knee L_Ankle L_Foot L_Shoulder L_Elbow L_Wrist L_Collar Pelvis Neck Head",
    "aistpp": "lhip lknee lankle ltoes lshoulder lelbow lwrist linshoulder root neck head",
    "unreal": "thigh_l calf_l foot_l ball_l upperarm_l lowerarm_l hand_l clavicle_l pelvis neck_01 head",
    "rigify": "thigh.L shin.L foot.L toe.L upper_arm.L forearm.L hand.L shoulder.L hips neck head",
    "daz": "lThighBend lShin lFoot lToe lShldrBend lForearmBend lHand lCollar hip neckLower head",
    "vrm": "J_Bip_L_UpperLeg J_Bip_L_LowerLeg J_Bip_L_Foot J_Bip_L_ToeBase J_Bip_L_UpperArm J_Bip_L_LowerArm"
    " J_Bip_L_Hand J_Bip_L_Shoulder J_Bip_C_Hips J_Bip_C_Neck J_Bip_C_Head",
}


@pytest.mark.parametrize("rig", RIGS)
def test_rigs_in_use_are_known(rig: str) -> None:
    assert canonical_names(RIGS[rig].split()) == (*LEFT_LIMBS, "left_collar", "pelvis", "neck", "head")


def test_biped_of_3ds_max_has_spaces_in_its_names() -> None:
    names = (
        "L Thigh",
        "L Calf",
        "L Foot",
        "L Toe0",
        "L UpperArm",
        "L Forearm",
        "L Hand",
        "L Clavicle",
        "Pelvis",
        "Neck",
    )
    assert canonical_names([f"Bip01 {name}" for name in names]) == (*LEFT_LIMBS, "left_collar", "pelvis", "neck")
    assert canonical_name("Bip01") is None


def test_our_own_names_stand_for_themselves() -> None:
    assert canonical_names(SMPL24.joints) == SMPL24.joints


def test_a_shoulder_is_the_collar_bone_only_beside_an_arm() -> None:
    assert canonical_name("LeftShoulder") == "left_collar"
    assert canonical_names(["LeftShoulder", "LeftArm"]) == ("left_collar", "left_shoulder")
    assert canonical_names(["LShoulder", "LElbow", "LWrist"]) == ("left_shoulder", "left_elbow", "left_wrist")


def test_the_root_is_the_pelvis_only_without_one() -> None:
    assert canonical_names(["joint_Root", "Hips"]) == (None, "pelvis")
    assert canonical_names(["root", "lfemur"]) == ("pelvis", "left_hip")


@pytest.mark.parametrize(
    "name", ["", "LeftHandThumb1", "LHipJoint", "Camera", "Head_end", "RightHandIndex3", "éà", "l", "Eye_L"]
)
def test_other_names_are_no_joints_of_ours(name: str) -> None:
    assert canonical_name(name) is None


SPINES = {
    "Chest": {"spine3": 1},
    "Spine Chest": {"spine1": 1, "spine3": 2},
    "Spine Spine1 Spine2": {"spine1": 1, "spine2": 2, "spine3": 3},
    "Chest Chest2 Chest3 Chest4": {"spine1": 1, "spine2": 3, "spine3": 4},
}


@pytest.mark.parametrize(("spine", "expected"), SPINES.items())
def test_the_spine_is_told_by_its_place(spine: str, expected: dict[str, int]) -> None:
    names = ("Hips", *spine.split(), "Neck")
    skeleton = Skeleton("rig", names, tuple(range(-1, len(names) - 1)), (), ())
    assert smpl24_map(skeleton) == {"pelvis": 0, "neck": len(names) - 1} | expected
