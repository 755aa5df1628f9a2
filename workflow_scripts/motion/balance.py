"""Where the weight of a body is, and what carries it."""

import numpy as np

from workflow_scripts.motion.skeleton import SMPL24, Floats

# Share of the body's mass in each segment, the joints at its two ends, and how far from the first its centre lies:
# de Leva, "Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters", J. Biomechanics 1996, mean of women and
# men; trunk from the middle of the hips to the neck. Arms and legs count once for each side.
_TRUNK_SHARE, _TRUNK_CENTRE = 0.43, 0.55
_HEAD_SHARE = 0.068
_LIMBS = (
    (0.026, "shoulder", "elbow", 0.58),
    (0.015, "elbow", "wrist", 0.46),
    (0.006, "wrist", "hand", 0.8),
    (0.145, "hip", "knee", 0.39),
    (0.046, "knee", "ankle", 0.44),
    (0.0133, "ankle", "foot", 0.5),
)
# A foot reaches from 5 cm behind the ankle to 7 cm before its ball: its middle is this share of the way between.
_MIDDLE_OF_FOOT = 0.6


def _mass_shares() -> Floats:
    shares = np.zeros(SMPL24.size)
    shares[SMPL24.index("head")] += _HEAD_SHARE
    shares[SMPL24.index("neck")] += _TRUNK_SHARE * _TRUNK_CENTRE
    for side in ("left", "right"):
        shares[SMPL24.index(f"{side}_hip")] += _TRUNK_SHARE * (1 - _TRUNK_CENTRE) / 2
        for mass, start, end, centre in _LIMBS:
            shares[SMPL24.index(f"{side}_{start}")] += mass * (1 - centre)
            shares[SMPL24.index(f"{side}_{end}")] += mass * centre
    return shares / shares.sum()


_MASS_SHARES = _mass_shares()


def centre_of_mass(joints: Floats) -> Floats:
    """Return the centre of mass (..., 3) of a body of joints (..., 24, 3), in their unit and frame of reference."""
    return np.einsum("j,...jd->...d", _MASS_SHARES, joints)


def middle_of_feet(joints: Floats, scale: float = 1.0) -> Floats:
    """Return the point (..., 3) midway between the middles of the two soles, at the height of the ankles.

    Over seconds the centre of mass of somebody on their feet is above it: they would fall otherwise.

    Args:
        joints: (..., 24, 3), y up. Only the heading of the feet is used, of a foot that is level and of smpl24's
            length times `scale`: estimators see its pitch, and with it the length, badly.
        scale: of the body, in units of smpl24's.
    """
    ankles, toes = (list(side) for side in zip(*SMPL24.feet, strict=True))
    heading = (joints[..., toes, :] - joints[..., ankles, :]) * np.array([1.0, 0.0, 1.0])
    heading /= np.maximum(np.linalg.norm(heading, axis=-1, keepdims=True), 1e-9)
    rest = SMPL24.rest_positions[toes[0]] - SMPL24.rest_positions[ankles[0]]
    reach = _MIDDLE_OF_FOOT * scale * float(np.hypot(rest[0], rest[2]))
    return np.asarray((joints[..., ankles, :] + reach * heading).mean(axis=-2))
