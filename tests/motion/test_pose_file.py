from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, read_poses, write_poses

FRAMES = 40


def person(seed: int = 0, **changes: object) -> Person:
    rng = np.random.default_rng(seed)
    arrays = {
        "positions": rng.normal(size=(FRAMES, 24, 3)).astype(np.float32),
        "root": rng.normal(size=(FRAMES, 3)).astype(np.float32),
        "keypoints_2d": rng.normal(size=(FRAMES, 24, 2)).astype(np.float32),
        "confidence": rng.random((FRAMES, 24)).astype(np.float32),
        "valid": rng.random(FRAMES) < 0.9,
        "interpolated": rng.random(FRAMES) < 0.1,
        "stretches": np.array([[2, 10], [10, 31]], dtype=np.int32),
        "contacts": rng.random((FRAMES, 2)) < 0.5,
        "quality": 0.1 * (seed % 10),
    }
    return Person(**(arrays | changes))  # type: ignore[arg-type]


def saved(path: Path, *people: Person) -> PoseClip:
    clip = PoseClip(1.0, 2.0, 0.7, people=list(people), quality_terms={"detection": 0.9, "jitter": 0.5})
    write_poses(path, PoseFile(30.0, "v", "test 1", {"0000": clip}))
    return read_poses(path).clips["0000"]


def test_everything_comes_back_of_several_people(tmp_path: Path) -> None:
    people = [person(seed) for seed in range(11)]  # people/10 comes after people/9
    clip = saved(tmp_path / "p.h5", *people)
    assert (clip.quality, clip.quality_terms) == (0.7, {"detection": 0.9, "jitter": 0.5})
    assert len(clip.people) == 11
    for before, after in zip(people, clip.people, strict=True):
        for name, values in vars(before).items():
            np.testing.assert_array_equal(values, getattr(after, name))
            assert np.asarray(values).dtype == np.asarray(getattr(after, name)).dtype


def test_what_is_not_known_is_not_there(tmp_path: Path) -> None:
    bare = saved(tmp_path / "p.h5", Person(person().positions, person().root)).people[0]
    assert bare.stretches is None
    assert bare.contacts is None
    assert bare.runs() == [slice(0, FRAMES)]
    none = saved(tmp_path / "p.h5", person(stretches=np.empty((0, 2), dtype=np.int32))).people[0]
    assert none.runs() == []


def test_a_part_has_its_share_of_the_stretches() -> None:
    part = person().part(slice(5, 20))
    assert part.stretches is not None
    assert part.stretches.tolist() == [[0, 5], [5, 15]]
    assert part.runs() == [slice(0, 5), slice(5, 15)]
    np.testing.assert_array_equal(part.contacts, person().contacts[5:20])  # type: ignore[index]
    empty = person().part(slice(35, 60))
    assert len(empty.root) == 5
    assert empty.runs() == []
    assert person().part(slice(50, 60)).runs() == []
    assert Person(person().positions, person().root).part(slice(3, 6)).runs() == [slice(0, 3)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"root": np.full((FRAMES, 3), np.nan)}, "root: 40 frames for 40, or not finite"),
        ({"keypoints_2d": np.full((FRAMES, 24, 2), np.inf)}, "not finite"),
        ({"contacts": np.zeros((FRAMES - 1, 2), dtype=bool)}, "contacts: 39 frames for 40"),
        ({"stretches": np.array([[0, 10], [9, 20]])}, "not in order"),
        ({"stretches": np.array([[10, 20], [0, 5]])}, "not in order"),
        ({"stretches": np.array([[10, 10]])}, "not in order"),
        ({"stretches": np.array([[10, FRAMES + 1]])}, "not in order"),
        ({"stretches": np.array([[-1, 5]])}, "not in order"),
    ],
)
def test_nonsense_is_not_written(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        saved(tmp_path / "p.h5", person(**changes))
    assert not (tmp_path / "p.h5").exists()
