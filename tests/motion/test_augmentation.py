from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from tiny_dances import FPS, click, tiny_dataset

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import extent, make_body
from workflow_scripts.figure.camera import Camera
from workflow_scripts.figure.painter import FigurePainter, Lamp
from workflow_scripts.motion.augmentation import Augmentation, augmented, mirrored, stretched, turned
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.rotation_vectors import CONTACTS, HEIGHT, ROTATIONS, VELOCITY, to_rotation_vectors
from workflow_scripts.motion.skeleton import SMPL24, Floats

OTHER = {"left": "right", "right": "left"}
SIDES = [SMPL24.index("_".join(OTHER.get(part, part) for part in name.split("_"))) for name in SMPL24.joints]


@pytest.fixture(scope="module")
def clip() -> DatasetClip:
    """A dance of the demo with the bones of smpl24, to clicks, somewhere off the middle."""
    music = click(8.0, 120.0)
    world = choreograph(music.beats, 8.0, "house", 3, FPS)
    positions = with_bone_lengths(world - world[:, :1], SMPL24.rest_lengths)
    root = world[:, 0] + [0.4, 0.0, -0.7]
    motion = Person(positions.astype(np.float32), root.astype(np.float32), quality=0.8)
    return DatasetClip("c", "v", "0000", "c/v", "house", "train", 0.8, motion, music, weight=2.0)


def lengths(person: Person) -> Floats:
    return np.linalg.norm(person.positions - person.positions[:, np.maximum(SMPL24.parents, 0)], axis=-1)


def test_the_mirror_image_moves_the_other_side(clip: DatasetClip) -> None:
    image = mirrored(clip)
    wrist, other = SMPL24.index("left_wrist"), SMPL24.index("right_wrist")
    np.testing.assert_array_equal(image.motion.world[:, other], clip.motion.world[:, wrist] * np.float32([-1, 1, 1]))
    np.testing.assert_array_equal(lengths(image.motion), lengths(clip.motion)[:, SIDES])
    again = mirrored(image)
    np.testing.assert_array_equal(again.motion.world, clip.motion.world)
    assert image.music is clip.music
    assert (image.weight, image.motion.quality) == (2.0, 0.8)


def test_the_rotations_of_the_mirror_image_are_mirrored(clip: DatasetClip) -> None:
    here, there = (to_rotation_vectors(each.motion, FPS) for each in (clip, mirrored(clip)))
    # A rotation seen in the mirror is M R M: of its first two columns the entries with one x in row or column change.
    signs = np.array([1, -1, -1, -1, 1, 1])
    numbers = here[:, ROTATIONS].reshape(-1, 24, 6)[:, SIDES] * signs
    np.testing.assert_allclose(there[:, ROTATIONS].reshape(-1, 24, 6), numbers, atol=1e-4)
    np.testing.assert_allclose(there[:, VELOCITY], here[:, VELOCITY] * [-1, 1], atol=1e-4)
    np.testing.assert_array_equal(there[:, HEIGHT], here[:, HEIGHT])
    np.testing.assert_array_equal(there[:, CONTACTS], here[:, [2, 3, 0, 1]])


def test_the_picture_of_the_mirror_image_is_the_mirror_image_of_the_picture(clip: DatasetClip) -> None:
    """Seen from in front, from x = 0, in light from x = 0; folds of cloth and pixels' corners differ a little."""
    unequal = np.linalg.norm(mirrored(clip).motion.positions - clip.motion.positions, axis=-1).mean(axis=-1)
    frame = int(np.argmax(unequal))
    worlds = [each.motion.world[frame : frame + 1] for each in (clip, mirrored(clip))]
    both = np.concatenate([np.concatenate([extent(world), extent(world) * [-1, 1, 1]]) for world in worlds])
    camera = Camera.framing(both, (240, 240), nearest=4.0)
    assert abs(camera.position[0]) < 1e-9
    pictures = []
    for world in worlds:
        picture = np.zeros((240, 240, 3), np.uint8)
        FigurePainter(make_body(world, Appearance()), camera, Lamp(direction=(0.0, 0.8, 0.6))).paint(picture, 0)
        pictures.append(picture.astype(int))
    original, image = pictures
    covered, differ = (original > 0).any(axis=-1).sum(), 40
    off = (np.abs(image - original[:, ::-1]) > differ).any(axis=-1).sum() / covered
    unlike = (np.abs(image - original) > differ).any(axis=-1).sum() / covered
    assert covered > 2000
    assert off < 0.03
    assert unlike > 0.5


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_what_is_danced_on_a_beat_stays_on_it(clip: DatasetClip, factor: float) -> None:
    slow = stretched(clip, factor, "edge35")
    assert len(slow.motion.root) == len(slow.music.features) == int((len(clip.motion.root) - 1) * factor + 1e-9) + 1
    np.testing.assert_allclose(np.diff(slow.music.beats), 60 / slow.music.tempo)
    assert slow.music.tempo == pytest.approx(120 / factor)
    world, before = slow.motion.world, clip.motion.world
    step = np.linalg.norm(np.diff(before, axis=0), axis=-1).max()
    for old, new in zip(clip.music.beats[:-1], slow.music.beats, strict=False):
        at, was = round(new * FPS), round(old * FPS)
        assert np.linalg.norm(world[at] - before[was], axis=-1).max() < step
        assert slow.music.features[at - 1 : at + 2, 34].max() == 1
    np.testing.assert_allclose(slow.music.downbeats, clip.music.downbeats[: len(slow.music.downbeats)] * factor)


def test_what_is_not_stretched_stays_as_it_is(clip: DatasetClip) -> None:
    same = stretched(clip, 1.0, "edge35")
    np.testing.assert_array_equal(same.motion.world, clip.motion.world)
    np.testing.assert_array_equal(same.music.features, clip.music.features)
    np.testing.assert_array_equal(same.music.beats, clip.music.beats)


def test_pulses_stay_pulses_and_the_rest_is_between_its_neighbours(clip: DatasetClip) -> None:
    for factor in (0.77, 1.3):
        features = stretched(clip, factor, "edge35").music.features
        assert set(np.unique(features[:, 33:])) == {0.0, 1.0}
        assert features[:, 34].sum() == clip.music.features[:, 34].sum()
        where = np.arange(len(features)) / factor
        for column in (0, 20):
            expected = np.interp(where, np.arange(len(clip.music.features)), clip.music.features[:, column])
            np.testing.assert_allclose(features[:, column], expected, atol=1e-5)


def test_pulses_that_fall_into_one_frame_are_one(clip: DatasetClip) -> None:
    features = np.ones_like(clip.music.features)
    crowded = replace(clip, music=replace(clip.music, features=features))
    assert (stretched(crowded, 0.7, "edge35").music.features == 1).all()


def test_a_single_frame_can_be_stretched(clip: DatasetClip) -> None:
    one = replace(clip, motion=clip.motion.part(slice(0, 1)), music=replace(clip.music, features=np.ones((1, 35))))
    result = stretched(one, 1.3, "edge35")
    np.testing.assert_array_equal(result.motion.world, one.motion.world)
    assert (result.music.features == 1).all()


def test_a_turned_dance_is_the_same_seen_from_itself(clip: DatasetClip) -> None:
    other = turned(clip, 1.1)
    ends = [each.motion.world[:, [0, 20, 7]] for each in (clip, other)]
    gaps = [np.linalg.norm(points[:, None, :, None] - points[None, :, None], axis=-1) for points in ends]
    np.testing.assert_allclose(gaps[1], gaps[0], atol=1e-5)
    here, there = (to_rotation_vectors(each.motion, FPS) for each in (clip, other))
    rest = np.delete(np.arange(151), np.arange(7, 13))  # all but the pelvis's own rotation
    np.testing.assert_allclose(there[:, rest], here[:, rest], atol=2e-4)
    face = clip.motion.root[0] + [0, 0, 1]
    quarter = turned(replace(clip, motion=Person(np.zeros((1, 24, 3)), face[None])), np.pi / 2)
    np.testing.assert_allclose(quarter.motion.root[0], [face[2], face[1], -face[0]], atol=1e-6)


def names(dataset: Dataset) -> list[str]:
    return [clip.name for clip in dataset.clips]


def test_copies_come_after_the_old_clips_and_only_in_training() -> None:
    dataset = tiny_dataset()
    more = augmented(dataset, Augmentation(mirror=True, tempo=0.1, turn=30, copies=2), 1)
    assert names(more)[:3] == names(dataset)
    assert len(set(names(more))) == len(more.clips) == 3 + 2 * 5
    assert names(more)[3:8] == ["tiny.v0.0000~" + end for end in ("mirrored", "1", "2", "mirrored~1", "mirrored~2")]
    assert {clip.split for clip in more.clips[3:]} == {"train"}
    for split in ("validation", "test"):
        np.testing.assert_array_equal(more.windows[split], dataset.windows[split])
    old = dataset.windows["train"]
    np.testing.assert_array_equal(more.windows["train"][: len(old)], old)
    for number, start, frames in more.windows["train"][len(old) :]:
        assert number >= 3
        assert frames == dataset.plan.frames
        assert start + frames <= len(more.clips[number].motion.root) == len(more.clips[number].music.features)
    assert set(more.windows["train"][:, 0]) == {0, 1, *range(3, 13)}
    assert more.motion is dataset.motion
    assert len(dataset.clips) == 3


def test_the_copies_of_a_clip_depend_on_its_name_and_the_seed_alone() -> None:
    both, augmentation = tiny_dataset(), Augmentation(tempo=0.2, turn=90)
    alone = replace(both, clips=both.clips[1:], windows=both.windows | {"train": both.windows["train"][:0]})
    first, again, single, other = (
        {clip.name: clip for clip in augmented(dataset, augmentation, seed).clips}["tiny.v1.0000~1"]
        for dataset, seed in ((both, 1), (both, 1), (alone, 1), (both, 2))
    )
    np.testing.assert_array_equal(first.motion.world, again.motion.world)
    np.testing.assert_array_equal(first.motion.world, single.motion.world)
    assert first.music.tempo != other.music.tempo
    assert 0.8 <= first.music.tempo / 110 <= 1.2


def test_nothing_is_done_by_default() -> None:
    dataset = tiny_dataset()
    same = augmented(dataset, Augmentation(), 1)
    assert names(same) == names(dataset)
    np.testing.assert_array_equal(same.windows["train"], dataset.windows["train"])


@pytest.mark.parametrize("factor", [0.77, 1.3])
def test_lags_grow_with_time_and_slopes_get_flatter(clip: DatasetClip, factor: float) -> None:
    frames = len(clip.music.features)
    lags = np.zeros((frames, 384), np.float32)
    lags[:, 20] = 1.0
    slopes = np.full((frames, 20), 3.0, np.float32)
    music = replace(clip.music, features=np.concatenate([slopes, lags], axis=1))
    features = stretched(replace(clip, music=music), factor, "mfcc_delta+tempogram").music.features
    np.testing.assert_allclose(features[:, :20], 3.0 / factor, rtol=1e-5)
    assert set(features[:, 20:].argmax(axis=1)) == {round(20 * factor)}
    assert not features[:, 20 + int(383 * factor) + 1 :].any()


def test_beats_after_the_end_are_dropped(clip: DatasetClip) -> None:
    last = (len(clip.motion.root) - 1) / FPS
    music = replace(clip.music, beats=np.array([0.5, last - 0.01, last + 0.02]), downbeats=np.array([last + 0.02]))
    for factor in (0.7, 1.0, 1.3):
        result = stretched(replace(clip, music=music), factor, "edge35")
        assert (result.music.beats < len(result.motion.root) / FPS).all()
        assert len(result.music.beats) >= 2


def test_copies_know_what_they_are_copies_of() -> None:
    dataset = augmented(tiny_dataset(), Augmentation(mirror=True, turn=10, copies=2), 1)
    training = dataset.split("train")
    assert {clip.original for clip in training} == {clip.name for clip in tiny_dataset().split("train")}
    stretch = replace(training[0], person=1, stretch=2, clip=f"{training[0].clip}~mirrored~1")
    assert stretch.original == replace(training[0], person=1, stretch=2).name


@pytest.mark.parametrize("mistake", [{"tempo": 0.4}, {"turn": 181}, {"copies": 0}, {"miror": True}])
def test_settings_out_of_bounds_are_errors(mistake: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(mistake))):
        Augmentation.model_validate(mistake)
