"""The dancers' vocabulary: key poses on beats, gathered into moves of four beats; every genre has its own moves.

A key pose is given in the dancer's own frame: metres and degrees, +x to the dancer's left, y up, +z where the dancer
faces. Limbs are given per side as (outward, up, forward), so that the mirror image of a pose swaps the two sides.
"""

from dataclasses import dataclass, replace
from typing import Any

Direction = tuple[float, float, float]
BEATS_PER_MOVE = 4


@dataclass(frozen=True)
class Arm:
    """Directions of upper arm and forearm in the chest's frame, (outward, up, forward); need not be unit vectors."""

    upper: Direction
    fore: Direction


@dataclass(frozen=True)
class Foot:
    """Where the ball of a foot is: outward and forward of the dancer's spot and above the floor (m).

    `toe_out` and `heel_up` are degrees; the heel rises about the ball.
    """

    out: float = 0.12
    forward: float = 0.09
    lift: float = 0.0
    toe_out: float = 12.0
    heel_up: float = 0.0


HANGING = Arm((0.30, -1.0, 0.05), (0.10, -0.75, 0.60))
STANDING = Foot()


@dataclass(frozen=True)
class Pose:
    """One key pose.

    Attributes:
        shift, advance, drop: the pelvis to the left, forward and below standing height, metres.
        hip_yaw, hip_tilt, hip_lean: the pelvis about y, z and x (lean > 0: forward), degrees.
        chest_yaw, chest_roll, chest_pitch: the chest relative to the pelvis, spread over the spine.
        head_yaw, head_roll, head_pitch: the head relative to the chest (pitch > 0: nod).
        turn: heading of dancer and feet together, degrees, relative to where the phrase began.
    """

    shift: float = 0.0
    advance: float = 0.0
    drop: float = 0.03
    hip_yaw: float = 0.0
    hip_tilt: float = 0.0
    hip_lean: float = 0.0
    chest_yaw: float = 0.0
    chest_roll: float = 0.0
    chest_pitch: float = 0.0
    head_yaw: float = 0.0
    head_roll: float = 0.0
    head_pitch: float = 0.0
    turn: float = 0.0
    left_arm: Arm = HANGING
    right_arm: Arm = HANGING
    left_foot: Foot = STANDING
    right_foot: Foot = STANDING

    def mirrored(self) -> "Pose":
        """Return the mirror image: sides swapped, turns about y and z reversed."""
        return replace(
            self,
            **{name: -getattr(self, name) for name in _ODD},
            left_arm=self.right_arm,
            right_arm=self.left_arm,
            left_foot=self.right_foot,
            right_foot=self.left_foot,
        )


_ODD = ("shift", "hip_yaw", "hip_tilt", "chest_yaw", "chest_roll", "head_yaw", "head_roll", "turn")
Move = tuple[Pose, Pose, Pose, Pose]


def _there_and_back(pose: Pose, between: Pose) -> Move:
    return (pose, between, pose.mirrored(), between)


def _side_to_side(pose: Pose) -> Move:
    return (pose, pose.mirrored(), pose, pose.mirrored())


def _both(arm: Arm) -> dict[str, Any]:
    return {"left_arm": arm, "right_arm": arm}


def _wide(out: float, toe_out: float = 18.0) -> dict[str, Any]:
    foot = Foot(out=out, toe_out=toe_out)
    return {"left_foot": foot, "right_foot": foot}


ON_HIP = Arm((0.75, -0.62, -0.22), (-0.68, -0.38, 0.55))
GUARD = Arm((0.35, -0.8, 0.35), (-0.15, 0.75, 0.65))
BACK_SWING = Arm((0.35, -0.85, -0.50), (0.12, -0.85, 0.25))
FRONT_SWING = Arm((0.25, -0.75, 0.60), (-0.25, 0.35, 0.90))
WIDE_ARM = Arm((1.0, 0.05, 0.10), (1.0, 0.12, 0.20))
UP_ARM = Arm((0.35, 0.95, 0.15), (-0.12, 1.0, 0.20))


def _step_touch() -> Move:
    step = Pose(shift=0.05, drop=0.03, chest_yaw=-8, **_both(GUARD), **_wide(0.22))
    touch = Pose(
        shift=0.15, drop=0.07, hip_tilt=-4, chest_yaw=14, chest_roll=6, head_roll=-6,
        left_arm=BACK_SWING, right_arm=FRONT_SWING,
        left_foot=Foot(out=0.22, toe_out=18), right_foot=Foot(out=-0.04, heel_up=22, toe_out=20),
    )  # fmt: skip
    return (step, touch, step.mirrored(), touch.mirrored())


def _hip_sway() -> Move:
    pose = Pose(
        shift=0.09,
        drop=0.05,
        hip_tilt=9,
        chest_roll=-11,
        head_roll=7,
        head_yaw=12,
        left_arm=ON_HIP,
        right_arm=ON_HIP,
        left_foot=Foot(out=0.17),
        right_foot=Foot(out=0.17, heel_up=18),
    )  # fmt: skip
    return _side_to_side(pose)


def _rolling_arms() -> Move:
    high = Arm((0.45, -0.50, 0.65), (-0.75, 0.50, 0.45))
    low = Arm((0.45, -0.80, 0.35), (-0.75, -0.15, 0.65))
    a = Pose(shift=0.06, drop=0.09, chest_yaw=16, chest_roll=4, head_yaw=10, left_arm=high, right_arm=low, **_wide(0.2))
    return (
        a,
        replace(a, left_arm=low, right_arm=high),
        a.mirrored(),
        replace(a.mirrored(), left_arm=high, right_arm=low),
    )


def _disco_point() -> Move:
    up = Pose(
        shift=0.07, drop=0.10, chest_yaw=-20, chest_roll=8, head_yaw=25, head_pitch=-14,
        left_arm=Arm((0.72, 0.65, 0.22), (0.72, 0.66, 0.25)), right_arm=ON_HIP,
        left_foot=Foot(out=0.24), right_foot=Foot(out=0.18, heel_up=25),
    )  # fmt: skip
    across = Pose(
        shift=-0.04, drop=0.09, chest_yaw=-26, chest_roll=-6, head_yaw=-12, head_pitch=14,
        left_arm=Arm((-0.05, -0.75, 0.65), (-0.70, -0.62, 0.40)), right_arm=ON_HIP,
        left_foot=Foot(out=0.24, heel_up=15), right_foot=Foot(out=0.18),
    )  # fmt: skip
    return (up, across, up, across)


def _star_lunge() -> Move:
    out = Pose(
        shift=0.17, drop=0.17, hip_tilt=-5, chest_roll=8, head_yaw=28,
        left_arm=WIDE_ARM, right_arm=replace(WIDE_ARM, fore=(1.0, 0.35, 0.2)),
        left_foot=Foot(out=0.47, toe_out=40), right_foot=Foot(out=0.14, toe_out=10),
    )  # fmt: skip
    home = Pose(drop=0.03, head_pitch=10, **_both(Arm((0.45, -0.65, 0.55), (-0.65, 0.40, 0.65))), **_wide(0.14))
    return _there_and_back(out, home)


def _spin() -> Move:
    open_arm, near_arm = Arm((0.85, -0.30, 0.25), (0.80, 0.0, 0.55)), Arm((0.75, -0.50, 0.30), (-0.40, 0.10, 0.90))
    quarter = Pose(drop=0.05, left_arm=open_arm, right_arm=near_arm, **_wide(0.11, 8))
    final = Pose(drop=0.08, turn=360, head_pitch=-8, **_both(UP_ARM), **_wide(0.18))
    return (replace(quarter, turn=90), replace(quarter, turn=180, drop=0.03), replace(quarter, turn=270), final)


def _rock_bounce() -> Move:
    left = Pose(
        shift=0.08, drop=0.13, chest_yaw=18, chest_roll=10, chest_pitch=10, head_roll=8, head_pitch=10,
        left_arm=Arm((0.55, -0.85, -0.25), (0.05, -0.35, 0.95)),
        right_arm=Arm((0.55, -0.75, 0.40), (-0.35, 0.10, 0.95)),
        left_foot=Foot(out=0.18, toe_out=25), right_foot=Foot(out=0.18, toe_out=18),
    )  # fmt: skip
    return _side_to_side(left)


def _chest_pump() -> Move:
    feet = _wide(0.18, 22)
    open_ = Pose(
        drop=0.10,
        hip_lean=4,
        chest_pitch=-14,
        head_pitch=-6,
        **_both(Arm((0.8, -0.60, -0.35), (0.30, -0.55, 0.75))),
        **feet,
    )
    closed = Pose(
        drop=0.16,
        hip_lean=6,
        chest_pitch=20,
        head_pitch=12,
        **_both(Arm((0.65, -0.60, 0.50), (-0.75, 0.05, 0.65))),
        **feet,
    )
    return (open_, closed, open_, closed)


def _b_stance() -> Move:
    crossed = Arm((0.45, -0.70, 0.50), (-0.95, 0.15, 0.30))
    stance = Pose(
        shift=0.05, drop=0.08, advance=-0.05, hip_lean=-6, chest_yaw=-18, chest_pitch=-8, chest_roll=-8,
        head_pitch=-8, head_yaw=10, head_roll=-8, left_arm=crossed, right_arm=crossed,
        left_foot=Foot(out=0.18, forward=0.24, toe_out=28), right_foot=Foot(out=0.18, toe_out=26),
    )  # fmt: skip
    dip = Pose(drop=0.20, hip_lean=14, chest_pitch=14, head_pitch=8, **_both(BACK_SWING), **_wide(0.18, 26))
    return _there_and_back(stance, dip)


def _jab() -> Move:
    pose = Pose(
        shift=0.05,
        advance=0.03,
        drop=0.12,
        hip_yaw=-10,
        chest_yaw=-26,
        chest_pitch=6,
        head_pitch=4,
        left_arm=Arm((0.10, -0.05, 1.0), (-0.05, 0.02, 1.0)),
        right_arm=Arm((0.60, -0.75, -0.30), (-0.10, 0.45, 0.90)),
        left_foot=Foot(out=0.18),
        right_foot=Foot(out=0.18, heel_up=16),
    )  # fmt: skip
    return _side_to_side(pose)


def _robot() -> Move:
    pose = Pose(
        shift=0.04,
        drop=0.09,
        chest_roll=7,
        chest_yaw=10,
        head_yaw=28,
        left_arm=Arm((0.98, 0.10, 0.12), (0.18, 1.0, 0.18)),
        right_arm=Arm((0.95, -0.15, 0.12), (0.15, -0.98, 0.28)),
        left_foot=Foot(out=0.18),
        right_foot=Foot(out=0.18),
    )  # fmt: skip
    return _side_to_side(pose)


def _kick_slide() -> Move:
    kick = Pose(
        shift=-0.10, drop=0.06, advance=-0.04, hip_lean=-9, chest_yaw=16, chest_pitch=8,
        left_arm=BACK_SWING, right_arm=FRONT_SWING,
        left_foot=Foot(out=0.14, forward=0.46, lift=0.26, toe_out=6), right_foot=Foot(out=0.17, toe_out=20),
    )  # fmt: skip
    land = Pose(
        drop=0.18, hip_lean=10, chest_pitch=8, **_both(Arm((0.85, -0.45, 0.20), (0.35, -0.65, 0.65))), **_wide(0.17, 28)
    )
    return _there_and_back(kick, land)


def _running_man() -> Move:
    knee = Pose(
        drop=0.05, advance=0.03, hip_lean=7, chest_yaw=12, left_arm=BACK_SWING, right_arm=FRONT_SWING,
        left_foot=Foot(out=0.11, forward=0.26, lift=0.30, toe_out=4, heel_up=25),
        right_foot=Foot(out=0.11, forward=0.04, toe_out=6),
    )  # fmt: skip
    split = Pose(
        drop=0.11, hip_lean=9, chest_pitch=5, left_arm=FRONT_SWING, right_arm=BACK_SWING,
        left_foot=Foot(out=0.12, forward=0.26), right_foot=Foot(out=0.12, forward=-0.14, heel_up=24),
    )  # fmt: skip
    return (knee, split, knee.mirrored(), split.mirrored())


def _twist() -> Move:
    pose = Pose(
        drop=0.13,
        hip_yaw=26,
        chest_yaw=-42,
        shift=0.03,
        left_arm=Arm((0.60, -0.75, 0.25), (-0.10, 0.10, 1.0)),
        right_arm=Arm((0.60, -0.75, -0.10), (0.30, 0.10, 0.95)),
        left_foot=Foot(out=0.16, toe_out=36, heel_up=14),
        right_foot=Foot(out=0.16, toe_out=-14, heel_up=14),
    )  # fmt: skip
    return _side_to_side(pose)


def _shuffle() -> Move:
    spread = Arm((0.85, -0.50, 0.15), (0.55, -0.40, 0.70))
    out = Pose(
        shift=-0.11, drop=0.06, hip_tilt=5, chest_roll=8, chest_yaw=-12, left_arm=spread, right_arm=GUARD,
        left_foot=Foot(out=0.42, forward=0.10, lift=0.05, toe_out=30), right_foot=Foot(out=0.13, toe_out=24),
    )  # fmt: skip
    in_ = Pose(
        shift=-0.05, drop=0.10, chest_yaw=10, left_arm=GUARD, right_arm=spread,
        left_foot=Foot(out=0.13, toe_out=-6), right_foot=Foot(out=0.13, toe_out=-12, heel_up=18),
    )  # fmt: skip
    return _there_and_back(out, in_)


def _jumping_jack() -> Move:
    open_ = Pose(
        drop=0.10, head_pitch=-8, chest_pitch=-4, **_both(Arm((0.75, 0.75, 0.1), (0.10, 1.0, 0.15))), **_wide(0.30)
    )
    closed = Pose(drop=0.06, **_both(Arm((0.50, -0.85, 0.15), (0.05, -0.75, 0.60))), **_wide(0.10, 8))
    return (open_, closed, open_, closed)


def _knee_up() -> Move:
    knee = Pose(
        shift=-0.09, drop=0.02, chest_yaw=14, chest_pitch=4, left_arm=BACK_SWING, right_arm=UP_ARM,
        left_foot=Foot(out=0.13, forward=0.27, lift=0.42, toe_out=4, heel_up=20), right_foot=Foot(out=0.13),
    )  # fmt: skip
    landing = Pose(drop=0.11, chest_pitch=6, **_both(GUARD), **_wide(0.13))
    return _there_and_back(knee, landing)


def _fist_pump() -> Move:
    high = Pose(
        shift=0.05, drop=0.03, chest_roll=-5, head_pitch=-14, left_arm=Arm((0.30, 0.98, 0.15), (0.0, 1.0, 0.12)),
        right_arm=Arm((0.60, -0.70, 0.20), (-0.20, 0.15, 0.95)),
        left_foot=Foot(out=0.17, heel_up=22), right_foot=Foot(out=0.17, heel_up=22),
    )  # fmt: skip
    low = replace(
        high, drop=0.14, head_pitch=4, chest_pitch=10, left_arm=Arm((0.85, 0.15, 0.30), (0.05, 0.95, 0.30)),
        left_foot=Foot(out=0.17), right_foot=Foot(out=0.17),
    )  # fmt: skip
    return (high, low, high, low)


# genre -> section of the music -> name -> move. An introduction takes the verse's first move: the basic step.
VOCABULARY: dict[str, dict[str, dict[str, Move]]] = {
    "disco": {
        "verse": {"step_touch": _step_touch(), "hip_sway": _hip_sway(), "rolling_arms": _rolling_arms()},
        "chorus": {"disco_point": _disco_point(), "star_lunge": _star_lunge(), "spin": _spin()},
    },
    "hiphop": {
        "verse": {"rock_bounce": _rock_bounce(), "chest_pump": _chest_pump(), "b_stance": _b_stance()},
        "chorus": {"jab": _jab(), "robot": _robot(), "kick_slide": _kick_slide()},
    },
    "house": {
        "verse": {"running_man": _running_man(), "twist": _twist(), "shuffle": _shuffle()},
        "chorus": {"jumping_jack": _jumping_jack(), "knee_up": _knee_up(), "fist_pump": _fist_pump()},
    },
}
