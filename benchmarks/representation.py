"""How far motion comes back from its vectors, in both forms of docs/datasets.md: demo truth and captured dances.

    PLAYLIST2DANCE_DATA=folder python benchmarks/representation.py

Distances are between world joints of whole dances, the path included, in millimetres. The baseline is what rotations
would give if bones kept their directions and nothing reached out for the joints (as plain inverse kinematics does).
Writes benchmarks/results/representation.json. Captured dances (`dance_with_melody` in the folder) are left out where
there are none.
"""

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.motion import rotation_vectors
from workflow_scripts.motion.formats import dance_with_melody
from workflow_scripts.motion.kinematics import bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.representation import to_person, to_vectors
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.rotations import fitted_rotations
from workflow_scripts.workflow.files import write_json

OUTPUT = Path(__file__).parent / "results" / "representation.json"
FPS, TARGET_MM = 30.0, 5.0
Forth, Back = Callable[[Person, float], np.ndarray], Callable[..., Person]


def distances(person: Person, forth: Forth, back: Back) -> np.ndarray:
    """Millimetres (T, 24) by which joints come back elsewhere, with the dancer's own bones."""
    start = (float(person.root[0, 0]), float(person.root[0, 2]))
    lengths = bone_lengths(person.positions.astype(np.float64))
    again = back(forth(person, FPS), FPS, start=start, lengths=lengths)
    return 1000 * np.linalg.norm(again.world.astype(np.float64) - person.world, axis=-1)


def without_reach(person: Person, fps: float) -> np.ndarray:
    """Rotations found without making up for trunks that are not rigid."""
    rotation_vectors.fitted_rotations = lambda *a, reach: fitted_rotations(*a, reach=False)  # type: ignore[attr-defined]
    try:
        return rotation_vectors.to_rotation_vectors(person, fps)
    finally:
        rotation_vectors.fitted_rotations = fitted_rotations  # type: ignore[attr-defined]


def measured(name: str, people: Iterable[Person]) -> list[dict[str, Any]]:
    """Return the rows of some dances."""
    ways: dict[str, tuple[Forth, Back]] = {
        "positions": (to_vectors, to_person),
        "rotations": (rotation_vectors.to_rotation_vectors, rotation_vectors.from_rotation_vectors),
        "without_reach": (without_reach, rotation_vectors.from_rotation_vectors),
    }
    means: dict[str, list[float]] = {way: [] for way in ways}
    weights = []
    for person in people:
        weights.append(len(person.root))
        for way, (forth, back) in ways.items():
            means[way].append(float(distances(person, forth, back).mean()))
    mean = {way: float(np.average(values, weights=weights)) for way, values in means.items()}
    row = partial(dict, unit="mm", target=TARGET_MM)
    rows = []
    for way in ("positions", "rotations"):
        baseline = mean["without_reach"] if way == "rotations" else None
        ratio = round(baseline / mean[way], 2) if baseline and mean[way] > 0.005 else None
        rows.append(row(name=f"{name}_{way}", value=round(mean[way], 2), baseline=baseline and round(baseline, 2)))
        rows[-1]["ratio"] = ratio
        rows.append(row(name=f"{name}_{way}_worst", value=round(max(means[way]), 2), baseline=None, ratio=None))
    return rows


def demo_dances() -> Iterable[Person]:
    """Dances as the demo's films have them."""
    for seed in range(4):
        for genre in ("disco", "hiphop", "house"):
            world = choreograph(np.arange(0.3, 14.0, 0.5), 14.0, genre, seed, FPS).astype(np.float64)
            yield Person((world - world[:, :1]).astype(np.float32), world[:, 0].astype(np.float32))


def main() -> None:
    """Measure, print, write."""
    rows = measured("demo", demo_dances())
    folder = Path(os.environ.get("PLAYLIST2DANCE_DATA", "")) / "dance_with_melody" / "motion"
    if paths := sorted(folder.glob("*.npz")):
        rows += measured("dance_with_melody", (to_smpl24(dance_with_melody.read(path, FPS)) for path in paths))
    else:
        print("PLAYLIST2DANCE_DATA names no folder with dance_with_melody: captured dances are left out")
    for one in rows:
        print(f"{one['name']}: {one['value']} mm (target {one['target']}), beside {one['baseline']}")
    write_json(OUTPUT, rows)


if __name__ == "__main__":
    main()
