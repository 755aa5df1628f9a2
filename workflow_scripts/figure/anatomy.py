"""The solids a clothed body is made of, placed around the joints of its rest pose. Radii in metres for 1.72 m height.

Each part (shirt, trousers, head, ...) is one smooth union; every solid names the bones that carry it.
"""

from collections.abc import Callable, Sequence

import numpy as np

from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.surface import Ellipsoid, Solid, Tube
from workflow_scripts.motion.skeleton import SMPL24, Floats

# Material numbers, shared with the shading kernel.
SKIN, HEAD, HAIR, SHIRT, TROUSERS, SHOE, SOLE = range(7)
# Edge of the mesh's cells in metres, for each material: fine where the shape is.
CELLS = {SKIN: 0.013, HEAD: 0.011, HAIR: 0.013, SHIRT: 0.019, TROUSERS: 0.019, SHOE: 0.014, SOLE: 0.014}
HAND_CELL = 0.0085
# Their factors for a draft: half the triangles; fingers and noses bear less.
COARSER = {SKIN: 1.5, HEAD: 1.15, HAIR: 1.35, SHIRT: 1.45, TROUSERS: 1.45, SHOE: 1.3, SOLE: 1.3}
COARSER_HAND = 1.2

# Thickness along a limb: (position, radius), 0 at the shoulder or hip, 1 at elbow or knee, 2 at wrist or ankle.
ARM = np.array(
    [(0, 0.045), (0.3, 0.046), (0.6, 0.043), (0.9, 0.037), (1, 0.036), (1.25, 0.0405), (1.5, 0.037), (2, 0.025)]
)
LEG = np.array(
    [(0, 0.072), (0.3, 0.077), (0.6, 0.068), (0.9, 0.056), (1, 0.054), (1.3, 0.058), (1.6, 0.049), (2, 0.036)]
)
HEAD_SIZE = 1.05

Weights = dict[str, float]


def head_centre(rest: Floats, scale: float) -> Floats:
    """Return the middle of the head (3,) in the rest pose: between the ears, at the height of the eyes."""
    return rest[SMPL24.index("head")] + scale * HEAD_SIZE * np.array([0.0, 0.070, -0.008])


def solids(look: Appearance, rest: Floats, scale: float) -> dict[int, list[list[Solid]]]:
    """Return the solids of each material, as separate unions (left and right hand, say, are never joined).

    Args:
        rest: (24, 3) joints of the rest pose.
        scale: height of this body over that of the skeleton's own rest pose.
    """
    at = {name: rest[index] for index, name in enumerate(SMPL24.joints)}
    sides = ("left", "right")
    skin: list[list[Solid]] = [[_neck(at, scale)]]
    for side in sides:
        skin.append([_arm(at, scale * look.width, side, look.sleeve - 0.2, 2.0, lambda u: 0.0)])
        skin.append(_hand(at, scale, side))
        if look.leg < 1.5:
            skin.append([_leg(at, scale * look.width, side, look.leg - 0.15, 2.0, lambda u: 0.0)])
    return {
        SKIN: skin,
        HEAD: [_head(at, scale)],
        HAIR: [_hair(at, scale, look.hair_style)],
        SHIRT: [_shirt(at, scale, look)],
        TROUSERS: [_trousers(at, scale, look)],
        SHOE: [_shoe(at, scale, side) for side in sides],
        SOLE: [_sole(at, scale, side) for side in sides],
    }


def _torso(at: dict[str, Floats], s: float, look: Appearance) -> list[Solid]:
    w, c = s * look.width, look.curve
    bust, waist, hip = 1 + 0.03 * c, 1 - 0.13 * c, 1 + 0.03 * c
    x, y, z = np.eye(3) * s
    chest, spine, pelvis = {"chest": 1.0}, {"spine": 1.0}, {"pelvis": 1.0}
    upper = at["spine3"] + 0.058 * y
    parts: list[Solid] = [
        Ellipsoid(
            upper - 0.004 * z, w * np.array([0.150 - 0.012 * c, 0.150, 0.104 * bust]), blend=0.08 * s, weights=[chest]
        ),
        Ellipsoid(
            at["spine2"] - 0.015 * y,
            w * np.array([0.141 * waist, 0.145, 0.100 * waist]),
            blend=0.09 * s,
            weights=[spine],
        ),
        Ellipsoid(
            at["pelvis"] + 0.040 * y, w * np.array([0.143 * hip, 0.115, 0.107]), blend=0.07 * s, weights=[pelvis]
        ),
    ]
    for sign in (1, -1):
        # The chest's two sides: muscle or bust.
        parts.append(
            Ellipsoid(
                upper + sign * 0.068 * x + (0.0 - 0.020 * c) * y + (0.040 + 0.022 * c) * z,
                w * np.array([0.072, 0.062, 0.058 + 0.006 * c]),
                blend=0.05 * s,
                weights=[chest],
            )
        )
    return parts


def _shirt(at: dict[str, Floats], s: float, look: Appearance) -> list[Solid]:
    w = s * look.width
    y, z = np.eye(3)[1:] * s
    parts = _torso(at, s, look)
    # The hem hangs loosely over the trousers.
    hem = Ellipsoid(
        at["pelvis"] - 0.010 * y,
        w * np.array([0.184 + 0.003 * look.curve, 0.150, 0.132]),
        blend=0.05 * s,
        weights=[{"pelvis": 1.0}],
    )
    parts.append(hem)
    for side in ("left", "right"):
        shoulder, collar = at[f"{side}_shoulder"], at[f"{side}_collar"]
        base = at["neck"] - 0.052 * y - 0.012 * z
        half = {"chest": 0.5, f"{side}_collar": 0.5}
        top = {"chest": 0.15, f"{side}_collar": 0.6, f"{side}_upper_arm": 0.25}
        parts.append(_cone(base, shoulder - 0.008 * y - 0.006 * z, 0.054 * w, 0.046 * w, 0.04 * s, {"chest": 1.0}, top))
        parts.append(_cone(collar - 0.05 * y, shoulder - 0.02 * y, 0.076 * w, 0.048 * w, 0.05 * s, half, top))
        parts.append(_arm(at, w, side, 0.0, look.sleeve, lambda u: 0.008 + 0.006 * min(u, 1.0), blend=0.05 * s))
    return parts


def _trousers(at: dict[str, Floats], s: float, look: Appearance) -> list[Solid]:
    w = s * look.width
    x, y, z = np.eye(3) * s
    pelvis = {"pelvis": 1.0}
    hip = 1 + 0.04 * look.curve
    parts: list[Solid] = [
        Ellipsoid(at["pelvis"] - 0.005 * y, w * np.array([0.147 * hip, 0.100, 0.106]), blend=0.05 * s, weights=[pelvis])
    ]
    for side, sign in (("left", 1), ("right", -1)):
        thigh = {"pelvis": 0.6, f"{side}_thigh": 0.4}
        glute = at["pelvis"] + sign * 0.068 * x - 0.060 * y - (0.040 + 0.008 * look.curve) * z
        parts.append(Ellipsoid(glute, w * np.array([0.078, 0.080, 0.080]), blend=0.05 * s, weights=[thigh]))
        loose = (
            (lambda u: 0.003 + 0.011 * min(u / 0.5, 1.0))
            if look.leg < 1.5
            else (lambda u: 0.006 + 0.010 * max(u - 1.2, 0.0))
        )
        parts.append(_leg(at, w, side, 0.0, look.leg, loose, blend=0.04 * s))
    return parts


def _arm(
    at: dict[str, Floats],
    w: float,
    side: str,
    start: float,
    end: float,
    extra: Callable[[float], float],
    blend: float = 0.02,
) -> Solid:
    bones = (f"{side}_collar", f"{side}_upper_arm", f"{side}_forearm", f"{side}_hand")
    chain = [at[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist")]
    return _limb(chain, bones, ARM, w, start, end, extra, blend)


def _leg(
    at: dict[str, Floats],
    w: float,
    side: str,
    start: float,
    end: float,
    extra: Callable[[float], float],
    blend: float = 0.02,
) -> Solid:
    bones = ("pelvis", f"{side}_thigh", f"{side}_shin", f"{side}_foot")
    chain = [at[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")]
    # Calves bulge to the back.
    bulge = [(0.0, 0.0, 0.0), (0.0, 0.0, -0.012 * w)]
    return _limb(chain, bones, LEG, w, start, end, extra, blend, bulge)


def _limb(
    chain: list[Floats],
    bones: Sequence[str],
    profile: Floats,
    w: float,
    start: float,
    end: float,
    extra: Callable[[float], float],
    blend: float,
    bulge: Sequence[tuple[float, float, float]] = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
) -> Solid:
    """A tube along a two-bone limb between the positions `start` and `end` (0, 1, 2 are its three joints)."""
    stations = np.unique(
        np.clip([0, 0.12, 0.3, 0.55, 0.8, 0.92, 1, 1.08, 1.2, 1.45, 1.75, 2, start, end], max(start, 0), end)
    )

    def place(u: float) -> Floats:
        part = min(int(u), 1)
        share = u - part
        return (
            chain[part]
            + share * (chain[part + 1] - chain[part])
            + np.sin(np.pi * min(share / 0.8, 1)) * np.array(bulge[part])
        )

    def radius(u: float) -> float:
        return w * (float(np.interp(u, *profile.T)) + extra(u))

    return Tube(
        np.stack([place(u) for u in stations]),
        np.array([radius(u) for u in stations]),
        [_limb_weights(bones, u) for u in stations],
        blend,
    )


def _cone(
    start: Floats, end: Floats, start_radius: float, end_radius: float, blend: float, first: Weights, last: Weights
) -> Solid:
    return Tube(np.stack([start, end]), np.array([start_radius, end_radius]), [first, last], blend)


def _limb_weights(bones: Sequence[str], u: float) -> dict[str, float]:
    """Bones change over around each joint: within 0.2 of a bone's length on either side."""
    parent, upper, lower, end = bones
    at_joint = np.clip(0.5 + (u - np.array([0.0, 1.0, 2.06])) / 0.4, 0, 1)
    first, second, third = at_joint * at_joint * (3 - 2 * at_joint)
    return {parent: 1 - first, upper: first * (1 - second), lower: second * (1 - third), end: third}


def _neck(at: dict[str, Floats], s: float) -> Solid:
    y, z = np.eye(3)[1:] * s
    low, high = at["neck"] - 0.06 * y - 0.010 * z, at["head"] + 0.02 * y - 0.022 * z
    return _cone(low, high, 0.054 * s, 0.051 * s, 0.02, {"chest": 1.0}, {"head": 0.8, "chest": 0.2})


def _hand(at: dict[str, Floats], s: float, side: str) -> list[Solid]:
    wrist, hand = at[f"{side}_wrist"], at[f"{side}_hand"]
    along = (hand - wrist) / np.linalg.norm(hand - wrist)
    thumb = np.array([0.0, 0.0, 1.0])
    back = np.cross(thumb, along) * (1 if side == "left" else -1)
    weights = {f"{side}_hand": 1.0}
    palm = Ellipsoid(
        wrist + 0.050 * s * along,
        s * np.array([0.054, 0.018, 0.037]),
        np.stack([along, back, thumb], axis=-1),
        0.03 * s,
        [weights],
    )
    wrist_weights = {f"{side}_forearm": 0.6, f"{side}_hand": 0.4}
    parts: list[Solid] = [
        palm,
        _cone(
            wrist - 0.03 * s * along, wrist + 0.02 * s * along, 0.025 * s, 0.022 * s, 0.03 * s, wrist_weights, weights
        ),
    ]
    for offset, length in ((0.027, 0.060), (0.009, 0.066), (-0.009, 0.062), (-0.026, 0.048)):
        base = wrist + s * (0.088 * along + offset * thumb)
        middle = base + s * (0.55 * length * along + 0.12 * offset * thumb - 0.004 * back)
        tip = middle + s * (0.45 * length * along - 0.014 * back)
        parts.append(_cone(base, middle, 0.0105 * s, 0.0095 * s, 0.008 * s, weights, weights))
        parts.append(_cone(middle, tip, 0.0095 * s, 0.0085 * s, 0.008 * s, weights, weights))
    root = wrist + s * (0.025 * along + 0.026 * thumb)
    knuckle = root + s * (0.038 * along + 0.026 * thumb - 0.008 * back)
    parts.append(_cone(root, knuckle, 0.0155 * s, 0.0115 * s, 0.015 * s, weights, weights))
    parts.append(
        _cone(
            knuckle, knuckle + s * (0.030 * along + 0.008 * thumb), 0.0115 * s, 0.0095 * s, 0.008 * s, weights, weights
        )
    )
    return parts


def _head(at: dict[str, Floats], scale: float) -> list[Solid]:
    s = scale * HEAD_SIZE
    centre = head_centre(np.stack(list(at.values())), scale)
    weights = {"head": 1.0}

    def place(x: float, y: float, z: float) -> Floats:
        return centre + s * np.array([x, y, z])

    def ball(x: float, y: float, z: float, radii: tuple[float, float, float], blend: float) -> Solid:
        return Ellipsoid(place(x, y, z), s * np.array(radii), blend=blend * s, weights=[weights])

    parts = [
        ball(0, 0.022, -0.008, (0.076, 0.100, 0.094), 0.04),
        ball(0, -0.042, 0.020, (0.062, 0.070, 0.066), 0.05),
        ball(0, -0.086, 0.056, (0.028, 0.020, 0.023), 0.04),
        _cone(place(0, 0.012, 0.083), place(0, -0.024, 0.101), 0.009 * s, 0.0135 * s, 0.016 * s, weights, weights),
        ball(0, -0.058, 0.080, (0.022, 0.010, 0.010), 0.012),
    ]
    for sign in (1, -1):
        parts.append(ball(sign * 0.077, -0.006, -0.006, (0.012, 0.029, 0.019), 0.010))
        parts.append(ball(sign * 0.040, -0.018, 0.056, (0.024, 0.020, 0.022), 0.03))
    return parts


def _hair(at: dict[str, Floats], scale: float, style: str) -> list[Solid]:
    s = scale * HEAD_SIZE
    centre = head_centre(np.stack(list(at.values())), scale)
    weights = {"head": 1.0}

    def place(x: float, y: float, z: float) -> Floats:
        return centre + s * np.array([x, y, z])

    def ball(x: float, y: float, z: float, radii: tuple[float, float, float], blend: float) -> Solid:
        return Ellipsoid(place(x, y, z), s * np.array(radii), blend=blend * s, weights=[weights])

    def lock(a: tuple[float, float, float], b: tuple[float, float, float], ra: float, rb: float) -> Solid:
        return _cone(place(*a), place(*b), ra * s, rb * s, 0.03 * s, weights, weights)

    parts = [
        ball(0, 0.046, -0.026, (0.0855, 0.096, 0.095), 0.03),
        ball(0, -0.010, -0.058, (0.070, 0.072, 0.052), 0.04),
    ]
    if style == "short":
        parts.append(lock((0.048, 0.084, 0.044), (-0.044, 0.092, 0.050), 0.027, 0.022))
    else:
        parts.append(lock((-0.020, 0.104, 0.050), (0.062, 0.060, 0.030), 0.026, 0.020))
        parts.append(lock((-0.020, 0.104, 0.050), (-0.066, 0.060, 0.026), 0.026, 0.020))
    if style == "bun":
        parts.append(ball(0, 0.110, -0.092, (0.044, 0.044, 0.044), 0.015))
    if style in ("bob", "long"):
        for sign in (1, -1):
            parts.append(lock((sign * 0.070, 0.045, -0.022), (sign * 0.078, -0.082, -0.022), 0.030, 0.025))
        parts.append(ball(0, -0.055, -0.062, (0.084, 0.090, 0.045), 0.05))
    if style == "long":
        parts.append(lock((0.0, -0.08, -0.080), (0.0, -0.20, -0.085), 0.062, 0.040))
        parts.append(lock((0.045, -0.08, -0.070), (0.040, -0.18, -0.080), 0.045, 0.030))
        parts.append(lock((-0.045, -0.08, -0.070), (-0.040, -0.18, -0.080), 0.045, 0.030))
    return parts


def _shoe(at: dict[str, Floats], s: float, side: str) -> list[Solid]:
    ankle, heel, toe = _foot(at, s, side)
    foot = {f"{side}_foot": 1.0}
    joint = {f"{side}_foot": 0.6, f"{side}_shin": 0.4}
    up = np.array([0, s, 0])
    middle = heel + 0.55 * (toe - heel)
    return [
        _cone(ankle + 0.012 * up, heel + 0.28 * (toe - heel) + 0.016 * up, 0.042 * s, 0.041 * s, 0.04 * s, joint, foot),
        _cone(heel + 0.010 * (toe - heel), middle + 0.006 * up, 0.038 * s, 0.040 * s, 0.03 * s, foot, foot),
        _cone(middle + 0.006 * up, toe - 0.06 * (toe - heel), 0.041 * s, 0.034 * s, 0.03 * s, foot, foot),
    ]


def _sole(at: dict[str, Floats], s: float, side: str) -> list[Solid]:
    _, heel, toe = _foot(at, s, side)
    foot = {f"{side}_foot": 1.0}
    drop = np.array([0, -0.014 * s, 0])
    middle = heel + 0.6 * (toe - heel)
    return [
        _cone(heel + drop, middle + drop, 0.036 * s, 0.042 * s, 0.02 * s, foot, foot),
        _cone(middle + drop, toe + drop, 0.042 * s, 0.035 * s, 0.02 * s, foot, foot),
    ]


def _foot(at: dict[str, Floats], s: float, side: str) -> tuple[Floats, Floats, Floats]:
    """Ankle, heel and tip, the latter two at the height of the foot's middle (the sole is 5.5 cm lower)."""
    ankle, ball = at[f"{side}_ankle"], at[f"{side}_foot"]
    forward = ball - ankle
    forward[1] = 0.0
    forward = forward / np.linalg.norm(forward)
    level = np.array([ankle[0], ankle[1] - 0.029 * s, ankle[2]])
    return ankle, level - 0.045 * s * forward, level + 0.155 * s * forward
