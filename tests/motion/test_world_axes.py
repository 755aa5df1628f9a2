import numpy as np
import pytest
from motion.moving_body import rigid_dance

from workflow_scripts.motion.frame_rates import rate_of
from workflow_scripts.motion.skeleton import SMPL24, Skeleton
from workflow_scripts.motion.world_axes import UNITS, Y_UP, Z_UP, Up, unit_of, up_of, with_y_up, with_z_up

DANCE = rigid_dance()
TURNS = {  # our y-up joints as they lie in a file in which another axis is up
    Up(0, 1): lambda p: np.stack([p[..., 1], -p[..., 0], p[..., 2]], axis=-1),
    Up(0, -1): lambda p: np.stack([-p[..., 1], p[..., 0], p[..., 2]], axis=-1),
    Up(1, 1): lambda p: p,
    Up(1, -1): lambda p: p * [1, -1, -1],
    Up(2, 1): with_z_up,
    Up(2, -1): lambda p: np.stack([p[..., 0], p[..., 2], -p[..., 1]], axis=-1),
}


@pytest.mark.parametrize("up", TURNS, ids=str)
def test_up_is_seen_from_the_standing_body_and_made_y_without_a_mirror(up: Up) -> None:
    turned = TURNS[up](DANCE.joints)
    assert up_of(turned, SMPL24) == up
    np.testing.assert_allclose(with_y_up(turned, up), DANCE.joints)


def test_who_lies_and_who_is_not_known_tells_nothing() -> None:
    turning = np.concatenate([with_z_up(DANCE.joints), DANCE.joints])
    assert up_of(turning, SMPL24, Y_UP) == Y_UP
    assert up_of(turning, SMPL24, Z_UP) == Z_UP
    strange = Skeleton("rig", tuple(f"bone{number}" for number in range(24)), SMPL24.parents, (), ())
    assert up_of(with_z_up(DANCE.joints), strange) == Y_UP
    assert up_of(np.full_like(DANCE.joints, np.nan), SMPL24) == Y_UP


@pytest.mark.parametrize(("name", "metres"), UNITS.items())
@pytest.mark.parametrize("size", [0.8, 1.0, 1.2])
def test_the_unit_follows_from_the_legs(name: str, metres: float, size: float) -> None:
    assert unit_of(DANCE.joints * size / metres, SMPL24) == (name, metres)


def test_a_body_of_no_known_unit_becomes_a_usual_person() -> None:
    name, metres = unit_of(DANCE.joints * 26, SMPL24)
    assert "no known unit" in name
    assert metres * 26 == pytest.approx(1.0, abs=0.05)


def test_a_body_without_known_names_is_measured_by_its_extent() -> None:
    strange = Skeleton("rig", tuple(f"bone{number}" for number in range(24)), SMPL24.parents, (), ())
    assert unit_of(DANCE.joints * 100, strange)[0] == "centimetres"


TIMES = [
    (0.0333333, 7, 30),
    (0.033, 3, 30),
    (0.0083, 4, 120),
    (0.016666, 6, 60),
    (0.01, 6, 100),
    (0.04, 2, 25),
    (0.033367, 6, 30000 / 1001),
    (0.0417083, 7, 24000 / 1001),
    (0.0071, 6, 1 / 0.0071),
]


@pytest.mark.parametrize(("written", "decimals", "fps"), TIMES)
def test_a_rounded_frame_time_means_a_rate_in_use(written: float, decimals: int, fps: float) -> None:
    assert rate_of(written, decimals) == pytest.approx(fps, rel=1e-6)
