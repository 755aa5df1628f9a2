"""Dancers in places of their own, and looks by name."""

import warnings
from itertools import pairwise

import numpy as np

from tests.render.moving import turning, walking
from workflow_scripts.figure.performer import ACCENTS
from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.render.bodies import CHUNK, staged_body
from workflow_scripts.render.looks import choose_looks
from workflow_scripts.render.scene import Dancer
from workflow_scripts.render.staging import outline, stage


def test_places_do_not_overlap_and_keep_their_order() -> None:
    worlds = [walking(50, 9.0), turning(50, 1.0), walking(30, 0.0) + np.array([40.0, 0, -7])]
    staged = stage([Dancer(world, "x") for world in worlds], 60)
    for one in staged:
        reach = one.reach(0, 60).reshape(-1, 3)
        assert (reach >= one.low - 1e-9).all()
        assert (reach <= one.high + 1e-9).all()
        np.testing.assert_allclose(one.middle[1], 0, atol=1e-9)
        assert (np.diff(one.path(), axis=0)[len(one.dancer.world) :] == 0).all()  # the last pose is held
    for left, right in pairwise(staged):
        assert left.high[0] < right.low[0]


def test_places_of_like_dances_are_equally_wide() -> None:
    staged = stage([Dancer(walking(30, metres), "x") for metres in (0.2, 0.0, 0.5)], 30)
    middles = [one.middle[0] for one in staged]
    np.testing.assert_allclose(np.diff(middles)[0], np.diff(middles)[1])


def test_one_dancer_stays_where_it_dances() -> None:
    world = walking(10) + np.array([3.0, 0, 2])
    np.testing.assert_array_equal(stage([Dancer(world, "x")], 10)[0].joints(0, 10), world)


def test_the_path_crosses_gaps_without_a_word() -> None:
    world = walking(30, 2.9)
    whole = stage([Dancer(world, "x")], 30)[0].path()
    world[4:9, 0] = np.nan
    world[12] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = stage([Dancer(world, "x")], 30)[0].path()
    np.testing.assert_allclose(path, whole, atol=1e-6)


def test_the_outline_holds_everything_for_any_skeleton() -> None:
    world = np.random.default_rng(0).normal(size=(3000, 17, 3))
    world[5, 3] = np.nan
    staged = stage([Dancer(world, "x", skeleton=H36M17)], 3000)
    points = outline(staged, 3000)
    assert len(points) < 1000
    reach = staged[0].reach(0, 3000).reshape(-1, 3)
    directions = np.random.default_rng(1).normal(size=(50, 3))
    np.testing.assert_allclose((points @ directions.T).max(axis=0), np.nanmax(reach @ directions.T, axis=0))


def test_bodies_move_as_when_worked_out_at_once() -> None:
    from workflow_scripts.figure.body import make_body

    world = turning(2 * CHUNK + 10)
    staged = stage([Dancer(world, "x")], len(world) + 20)[0]
    look = choose_looks(["x"])[0].appearance
    whole, part = make_body(world, look), staged_body(staged, look, coarse=False)
    for frame in (0, 2 * CHUNK + 3, CHUNK - 1, CHUNK, 5, 2 * CHUNK + 9):
        np.testing.assert_allclose(part.transforms[frame], whole.transforms[frame], atol=1e-5)
        np.testing.assert_array_equal(part.world[frame, 3], world[frame, 3])
    np.testing.assert_array_equal(part.transforms[len(world) + 19], part.transforms[len(world) - 1])


def test_equal_names_look_equal_and_no_two_colours_are_alike_while_they_last() -> None:
    assert choose_looks(["seq2seq"]) == choose_looks(["seq2seq"])
    names = ["seq2seq", "motion graph", "replay", "diffusion"]
    assert len({look.appearance for look in choose_looks(names)}) == len(names)
    for name in names:  # with others beside it, it is still the same dancer
        assert choose_looks([*names, name])[-1].appearance == choose_looks([name])[0].appearance
    many = [f"model {number}" for number in range(2 * len(ACCENTS))]
    accents = [look.accent for look in choose_looks(many)]
    assert len(set(accents[: len(ACCENTS)])) == len(ACCENTS)
    assert all(accents.count(accent) == 2 for accent in ACCENTS)
    assert choose_looks(["same", "same"])[0].accent != choose_looks(["same", "same"])[1].accent
