"""What other programs call the joints of smpl24: a table of synonyms, and what a name means beside its neighbours.

The names are those of rigs in use: Mixamo and Rokoko (also LAFAN1, AccuRig), the CMU motion capture database (its ASF
names and the BVH made of them), Bandai-Namco's data sets, Biped of 3ds Max, Xsens, Blender's Rigify, Daz, Unreal's
mannequin, VRM, and the names SMPL and AIST++ give. A joint is named by the bone that it moves or by the place it is at;
both kinds are here (`LeftLeg` and `LeftKnee` are one joint).
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from workflow_scripts.motion.skeleton import SMPL24, Skeleton

# Names without a side.
_MIDDLE = {
    "pelvis": "pelvis hips hip abdomenroot",
    "spine1": "spine spine0 spine1 spine01 lowerback abdomen abdomenlower belly torso waist",
    "spine2": "spine2 spine02 upperback abdomenupper chest1 midspine",
    "spine3": "spine3 spine03 chest upperchest thorax chest2 chestlower chestupper spine4 spine04 ribcage",
    "neck": "neck neck1 neck01 lowerneck necklower",
    "head": "head",
}
# Names with a side, without it.
_SIDED = {
    "hip": "hip upleg upperleg thigh femur thighbend upperlegbend",
    "knee": "knee leg lowerleg lowleg calf shin shank tibia",
    "ankle": "ankle foot",
    "foot": "toe toes toebase toe0 ball toe01 foottoe",
    "collar": "collar clavicle shoulder inshoulder innershoulder thorax collarbone",
    "shoulder": "arm upperarm uparm humerus shldr shldrbend upperarmbend",
    "elbow": "elbow forearm lowerarm lowarm radius forearmbend",
    "wrist": "wrist hand",
    "hand": "handmiddle1 middle1 middle01 fingers fingersbase palm",
}
# What a name means when its first meaning has a joint of its own: (first meaning, joint that takes it, other meaning).
_SECOND = (("collar", "collar", "shoulder"), ("ankle", "ankle", "foot"), ("wrist", "wrist", "hand"))
_AMBIGUOUS = frozenset({"shoulder", "foot", "hand"})
HELPER = "_base"  # ends the names of joints of no length that our BVH files put before some joints: they move no bone
_ROOTS = frozenset({"root", "reference"})  # the pelvis only where nothing else is

_PREFIX = re.compile(
    r"^(.*:|Bip\d+[ _]|BipP?\d+|J_Bip_(C_)?|joint_|(m|f)_avg_|Character\d+_|CC_Base_|ORG-|DEF-)", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def _table(groups: Mapping[str, str]) -> dict[str, str]:
    return {synonym: name for name, synonyms in groups.items() for synonym in synonyms.split()}


_MIDDLE_NAMES: Mapping[str, str] = MappingProxyType(_table(_MIDDLE))
_SIDED_NAMES: Mapping[str, str] = MappingProxyType(_table(_SIDED))
# One letter and a word in small print (`lfemur`, `rShin`): only what cannot be another word.
_GLUED = re.compile(r"^([lr])([a-z]\w*)$", re.IGNORECASE)


def canonical_name(name: str) -> str | None:
    """Return smpl24's name of a joint, by its name alone, or None when it is no joint of smpl24 or not known.

    The names of smpl24 stand for themselves. Where rigs differ the more common meaning is given: `LeftShoulder` is the
    collar bone, `LeftFoot` the ankle and `LeftHand` the wrist; `canonical_names` looks at the whole skeleton.
    """
    return name if name in SMPL24.joints else _meaning(name)[0]


def canonical_names(names: Sequence[str]) -> tuple[str | None, ...]:
    """Return smpl24's name, or None, of every joint of a skeleton; no name is given twice.

    A name with two meanings gets the one that is left: beside `LeftCollar`, or without a `LeftArm`, `LeftShoulder` is
    the shoulder; beside `LeftAnkle`, `LeftFoot` is the ball of the foot.
    """
    first = [canonical_name(name) for name in names]
    plain = [name in SMPL24.joints for name in names]
    sure = {known for name, known, own in zip(names, first, plain, strict=True) if known and (own or not _vague(name))}
    result = list(first)
    for index, (name, known) in enumerate(zip(names, first, strict=True)):
        if known is None or plain[index] or not _vague(name):
            continue
        side, _, part = known.partition("_")
        for meaning, rival, other in _SECOND:
            if part != meaning:
                continue
            taken = f"{side}_{rival}" in sure
            lonely = other == "shoulder" and f"{side}_shoulder" not in sure
            if (taken or lonely) and f"{side}_{other}" not in sure:
                result[index] = f"{side}_{other}"
    if "pelvis" not in result:
        result = ["pelvis" if _bare(name) in _ROOTS else known for name, known in zip(names, result, strict=True)]
    seen: set[str] = set()
    for index, known in enumerate(result):
        if known in seen:
            result[index] = None
        elif known:
            seen.add(known)
    return tuple(result)


def smpl24_map(skeleton: Skeleton) -> dict[str, int]:
    """Return {name of smpl24: index of the joint} of a skeleton.

    The spine is told by its place instead of its names: of the joints between pelvis and neck the first is spine1, the
    last, where the collars begin, spine3, and one between them spine2.
    """
    names = canonical_names(skeleton.joints)
    found = {name: index for index, name in enumerate(names) if name}
    if "pelvis" in found and "neck" in found:
        chain: list[int] = []
        joint = skeleton.parents[found["neck"]]
        while joint >= 0 and joint != found["pelvis"]:
            chain.insert(0, joint)
            joint = skeleton.parents[joint]
        reached = joint == found["pelvis"]
        chain = [joint for joint in chain if not skeleton.joints[joint].endswith(HELPER)]
        if reached and chain:
            found = {name: index for name, index in found.items() if not name.startswith("spine")}
            found["spine3"] = chain[-1]
            if len(chain) > 1:
                found["spine1"] = chain[0]
            if len(chain) > 2:
                found["spine2"] = chain[len(chain) // 2]
    return found


def _meaning(name: str) -> tuple[str | None, str]:
    """Return (smpl24's name or None, the name without its side in small letters)."""
    words = _words(name)
    for side, letters in (("left", ("left", "l")), ("right", ("right", "r"))):
        rest = [word for word in words if word not in letters]
        if len(rest) == len(words) - 1:
            bare = "".join(rest)
            known = _SIDED_NAMES.get(bare)
            return (f"{side}_{known}" if known else None), bare
    bare = "".join(words)
    if bare in _MIDDLE_NAMES:
        return _MIDDLE_NAMES[bare], bare
    if (match := _GLUED.match(bare)) and match[2] in _SIDED_NAMES:
        return f"{'left' if match[1] == 'l' else 'right'}_{_SIDED_NAMES[match[2]]}", match[2]
    return None, bare


def _words(name: str) -> list[str]:
    bare = name
    while match := _PREFIX.match(bare):
        bare = bare[match.end() :]
    return [word.lower() for word in _WORD.findall(bare)]


def _bare(name: str) -> str:
    return _meaning(name)[1]


def _vague(name: str) -> bool:
    return _bare(name) in _AMBIGUOUS
