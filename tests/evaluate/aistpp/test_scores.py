"""Scores of golden motions, that stand for a user's SMPL joints, against what the published code gave for them."""

from collections.abc import Mapping

import numpy as np
import pytest
from golden import motion, needs_golden, numbers
from scipy.linalg import sqrtm
from scipy.spatial.distance import pdist

from workflow_scripts.evaluate.aistpp.scores import Dance, features_of, floors
from workflow_scripts.evaluate.aistpp.sequences import Case, smpl_joints
from workflow_scripts.evaluate.aistpp_protocol import SMPL_BODY, Table
from workflow_scripts.motion.skeleton import Floats

CASES, POOL = [f"m{n:02d}" for n in range(8)], [f"m{n:02d}" for n in range(1, 14)]


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Floats], Mapping[str, Floats], Table]:
    """{clip: music frames}, the golden numbers, and the table of the first eight clips as cases with songs of their
    own. The pool has clips that are no longer than 1,200 frames: their golden features are of the whole."""
    folder, beats = tmp_path_factory.mktemp("joints"), {}
    for name in sorted({*CASES, *POOL}):
        np.save(folder / f"{name}.npy", motion(name)["joints60"])
        beats[name] = motion(name)["music_frames60"].astype(np.float64)
    read = smpl_joints({name: folder / f"{name}.npy" for name in beats})
    seconds = {name: frames / 60 for name, frames in beats.items()}
    table = Table(features_of(read(name) for name in POOL), SMPL_BODY, seconds, seed=1)
    table.add("ground truth", "ground truth", SMPL_BODY, [Dance(Case(name, name, 0), read(name)) for name in CASES])
    return beats, numbers(), table


def rows(numbers: Mapping[str, Floats], key: str, names: list[str]) -> Floats:
    order = [str(name) for name in numbers["names"]]
    return np.asarray(numbers[key][[order.index(name) for name in names]], dtype=np.float64)


def published_fid(predicted: Floats, reference: Floats) -> float:
    """As the published scripts have it, with the root of a matrix."""
    scale = reference.std(axis=0) + 1e-10
    one, two = (predicted - reference.mean(axis=0)) / scale, (reference - reference.mean(axis=0)) / scale
    a, b = np.cov(one, rowvar=False), np.cov(two, rowvar=False)
    apart = one.mean(axis=0) - two.mean(axis=0)
    return float(apart @ apart + np.trace(a) + np.trace(b) - 2 * np.trace(np.real(sqrtm(a @ b))))


@needs_golden
@pytest.mark.filterwarnings("ignore:Matrix is singular")  # eight dances, 72 features: published code goes on
@pytest.mark.parametrize(("kind", "key"), [("k", "kinetic_f64"), ("g", "manual")])
def test_fid_and_diversity_are_those_of_the_golden_features(
    golden: tuple[dict[str, Floats], Mapping[str, Floats], Table], kind: str, key: str
) -> None:
    _, numbers, table = golden
    ours, pool = (rows(numbers, f"feat_bailando_anchored60_{key}", names) for names in (CASES, POOL))
    row = table.rows[-1]
    assert row[f"FID_{kind}"] == pytest.approx(published_fid(ours, pool), rel=1e-4)
    scale = pool.std(axis=0) + 1e-10
    assert row[f"Div_{kind}"] == pytest.approx(pdist((ours - pool.mean(axis=0)) / scale).mean(), rel=1e-5)
    assert row["FID_k_low"] < row["FID_k"] < row["FID_k_high"]


@needs_golden
def test_beat_scores_are_the_golden_ones_with_own_and_other_songs(
    golden: tuple[dict[str, Floats], Mapping[str, Floats], Table],
) -> None:
    _, numbers, table = golden
    found = {dance["sequence"]: dance for dance in table.dances}
    own = rows(numbers, "bas_bailando60", CASES)
    np.testing.assert_allclose([found[name]["BAS"] for name in CASES], own, atol=1e-9)
    cross = rows(numbers, "bas_bailando60_cross", CASES)[:, : len(CASES)]
    others = [np.delete(line, place).mean() for place, line in enumerate(cross)]
    np.testing.assert_allclose([found[name]["BAS_other_songs"] for name in CASES], others, atol=1e-9)
    assert table.rows[-1]["BAS"] == pytest.approx(own.mean(), abs=1e-9)
    assert table.rows[-1]["BAS_difference"] == pytest.approx((own - others).mean(), abs=1e-9)


def test_fid_and_diversity_need_no_place_and_only_the_first_frames() -> None:
    """A dance somewhere else is the same dance; what comes after 1,200 frames does not count."""
    rng = np.random.default_rng(1)
    worlds = [np.cumsum(rng.normal(0, 0.01, (1300, 24, 3)), axis=0) + rng.normal(size=(1, 24, 3)) for _ in range(6)]
    pool = features_of(world[:700] for world in worlds)
    cases = [Case(f"c{place}", f"s{place // 2}", 0) for place in range(6)]
    beats = {f"s{place}": np.arange(0, 20, 0.5) for place in range(3)}
    table = Table(pool, SMPL_BODY, beats, seed=1)
    moved = [world + np.array([3.0, 0.0, -2.0]) for world in worlds]
    longer = [np.concatenate([world[:1200], rng.normal(size=(300, 24, 3))]) for world in worlds]
    for name, group in (("as it is", worlds), ("moved", moved), ("goes on", longer)):
        table.add(name, "model", SMPL_BODY, [Dance(case, world) for case, world in zip(cases, group, strict=True)])
    first, second, third = table.rows[-3:]
    for key in ("FID_k", "Div_k", "FID_k_corrected", "Div_k_corrected"):
        assert second[key] == pytest.approx(first[key], rel=1e-6)
        assert third[key] == pytest.approx(first[key], rel=1e-12)
    assert third["BAS"] != first["BAS"]  # which Bailando takes of the whole dance
    assert first["shortest"] == 1200
    assert first["reference_n"] == first["n"] == 6


def test_the_floor_falls_as_cases_are_more() -> None:
    rng = np.random.default_rng(2)
    pool = features_of(np.cumsum(rng.normal(0, 0.01, (40, 24, 3)), axis=0) for _ in range(30))
    few, many = floors(5, pool, 1), floors(25, pool, 1)
    assert few["FID_k_floor"] > many["FID_k_floor"] > 0
    assert few["FID_g_floor"] > many["FID_g_floor"] > 0
