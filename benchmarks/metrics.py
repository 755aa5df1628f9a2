"""What the metrics cost beside the loops over frames and joints that they are published as.

    python benchmarks/metrics.py

The loops are a plain transcription of the definitions, frame by frame and joint by joint on small numpy vectors, as
the published code goes about it; that their numbers are ours is checked. Both sides get the same dances in one process
and are timed in processor seconds, the loops once (they take most of a minute), ours several times of which the median
counts. Writes benchmarks/results/metrics.json: rows of name, value, unit, baseline (the loops), ratio (baseline /
value), target (least ratio).
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from results.table import keep

from workflow_scripts.evaluate.metrics.geometric import HIPS, HUMERUS, SHOULDERS, geometric_features
from workflow_scripts.evaluate.metrics.kinetic import kinetic_features
from workflow_scripts.motion.skeleton import SMPL24, Floats

OUTPUT = Path(__file__).parent / "results" / "metrics.json"
DANCES, FRAMES, FPS = 40, 1200, 60.0
RUNS = 7
TARGET = 20.0
UP, ORIGIN = np.array([0.0, 1.0, 0.0]), np.zeros(3)
AT = {name: index for index, name in enumerate(SMPL24.joints)}


def dances() -> list[Floats]:
    """Every joint on its own sum of sines about its place at rest: (FRAMES, 24, 3), metres."""
    made = []
    t = np.arange(FRAMES)[:, None, None, None] / FPS
    for seed in range(DANCES):
        rng = np.random.default_rng(seed)
        frequency = rng.uniform(0.2, 3, (4, 24, 3))
        waves = rng.normal(0, 0.1, (4, 24, 3)) * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 7, (4, 24, 3)))
        made.append(SMPL24.rest_positions + waves.sum(axis=1))
    return made


def looped_kinetic(world: Floats) -> Floats:
    """The 72 kinetic features as published, in loops."""
    dt = 1 / 60
    frames, joints, _ = world.shape

    def velocity(joint: int, i: int) -> Floats:
        total, count = np.zeros(3), 0
        for k in range(i - 2, i + 3):
            if k - 1 >= 0 and k < frames:
                total = total + (world[k][joint] - world[k - 1][joint]) / dt
                count += 1
        return total / count

    def acceleration(joint: int, i: int) -> Floats:
        total, count = np.zeros(3), 0
        for k in range(i - 2, i + 3):
            if k - 1 >= 0 and k + 1 < frames:
                before, here, after = world[k - 1][joint], world[k][joint], world[k + 1][joint]
                total = total + ((after - here) / dt - (here - before / dt)) / dt
                count += 1
        return total / count

    features = []
    for joint in range(joints):
        horizontal = vertical = energy = 0.0
        for i in range(1, frames):
            horizontal += np.linalg.norm(velocity(joint, i)[[0, 2]]) ** 2
        for i in range(1, frames):
            vertical += velocity(joint, i)[1] ** 2
        for i in range(1, frames):
            energy += np.linalg.norm(acceleration(joint, i))
        features += [horizontal / (frames - 1), vertical / (frames - 1), energy / (frames - 1)]
    return np.array(features)


def frame_predicates(now: Floats, before: Floats) -> list[bool]:
    """The 32 predicates of one frame and the one before, as published."""
    rate = 120.0
    lowest = np.array([0.0, min(joint[1] for joint in now), 0.0])

    def unit(arrow: Floats) -> Floats:
        return arrow / np.linalg.norm(arrow)

    def at(name: str) -> Floats:
        return now[AT[name]]

    def was(name: str) -> Floats:
        return before[AT[name]]

    def normal(a: str, b: str, c: str) -> Floats:
        return unit(np.cross(at(c) - at(a), at(b) - at(a)))

    def nmove(a: str, b: str, c: str, d: str, least: float) -> bool:
        return np.dot((at(d) - at(a)) - (was(d) - was(a)), normal(a, b, c)) * rate > least

    def move(a: str, b: str, c: str, least: float) -> bool:
        return np.dot((at(c) - at(a)) - (was(c) - was(a)), unit(at(b) - at(a))) * rate > least

    def plane(a: str, b: str, c: str, d: str, least: float) -> bool:
        return np.dot(at(d) - at(a), normal(a, b, c)) > least

    def away(a: Floats, b: Floats, c: Floats, d: Floats, least: float) -> bool:
        return np.dot(d - c, unit(b - a)) > least

    def angle(a: Floats, b: Floats, c: Floats, d: Floats, low: float, high: float) -> bool:
        cosine = np.clip(np.dot(unit(b - a), unit(d - c)), -1, 1)
        return low < np.degrees(np.arccos(cosine)) < high

    def fast(a: str, least: float) -> bool:
        return np.linalg.norm(at(a) - was(a)) * rate > least

    def bent(side: str, upper: str, middle: str, lower: str) -> bool:
        knot = at(f"{side}_{middle}")
        return angle(knot, at(f"{side}_{upper}"), knot, at(f"{side}_{lower}"), 0, 110)

    def spread(side: str, upper: str, lower: str, low: float) -> bool:
        return angle(at("neck"), at("pelvis"), at(f"{side}_{upper}"), at(f"{side}_{lower}"), low, 180)

    left, right = "left", "right"
    return [
        nmove("neck", "right_hip", "left_hip", "right_wrist", 1.8 * HUMERUS),
        nmove("neck", "left_hip", "right_hip", "left_wrist", 1.8 * HUMERUS),
        away(at("spine3"), at("neck"), at("neck"), at("right_wrist"), 0.2 * HUMERUS),
        away(at("spine3"), at("neck"), at("neck"), at("left_wrist"), 0.2 * HUMERUS),
        move("spine1", "spine3", "spine3", 1.8 * HUMERUS),
        move("spine1", "spine3", "spine3", 1.8 * HUMERUS),
        bent(right, "shoulder", "elbow", "wrist"),
        bent(left, "shoulder", "elbow", "wrist"),
        away(at("left_shoulder"), at("right_shoulder"), at("left_wrist"), at("right_wrist"), 2.5 * SHOULDERS),
        move("left_wrist", "right_wrist", "right_wrist", 1.4 * HUMERUS),
        move("right_wrist", "pelvis", "left_wrist", 1.4 * HUMERUS),
        move("left_wrist", "pelvis", "right_wrist", 1.4 * HUMERUS),
        fast("right_wrist", 2.5 * HUMERUS),
        fast("left_wrist", 2.5 * HUMERUS),
        plane("pelvis", "left_hip", "left_foot", "right_ankle", 0.38 * HUMERUS),
        plane("pelvis", "right_hip", "right_foot", "left_ankle", 0.38 * HUMERUS),
        away(ORIGIN, UP, lowest, at("right_ankle"), 1.2 * HUMERUS),
        away(ORIGIN, UP, lowest, at("left_ankle"), 1.2 * HUMERUS),
        away(at("left_hip"), at("right_hip"), at("left_ankle"), at("right_ankle"), 2.1 * HIPS),
        bent(right, "hip", "knee", "ankle"),
        bent(left, "hip", "knee", "ankle"),
        fast("right_ankle", 2.5 * HUMERUS),
        fast("left_ankle", 2.5 * HUMERUS),
        spread(right, "shoulder", "elbow", 25),
        spread(left, "shoulder", "elbow", 25),
        spread(right, "hip", "knee", 50),
        spread(left, "hip", "knee", 50),
        plane("right_ankle", "neck", "left_ankle", "pelvis", 0.5 * HUMERUS),
        angle(at("neck"), at("pelvis"), ORIGIN, UP, 70, 110),
        away(ORIGIN, -UP, lowest, at("right_wrist"), -1.2 * HUMERUS),
        away(ORIGIN, -UP, lowest, at("left_wrist"), -1.2 * HUMERUS),
        fast("pelvis", 2.3 * HUMERUS),
    ]


def looped_features(world: Floats) -> tuple[Floats, Floats]:
    """The kinetic and the geometric features as published, in loops."""
    predicates = [frame_predicates(world[i], world[i - 1]) for i in range(1, len(world))]
    return looped_kinetic(world), np.mean(np.array(predicates, dtype=np.float64), axis=0)


def features(world: Floats) -> tuple[Floats, Floats]:
    """The same, ours."""
    return kinetic_features(world, FPS), geometric_features(world, FPS)


def seconds(run: Callable[[], Any]) -> float:
    """How long a call takes the processor."""
    start = time.process_time()
    run()
    return time.process_time() - start


def measure_features(worlds: Sequence[Floats]) -> dict[str, Any]:
    """Return the row of the features of FID_k and FID_g."""
    baseline = 0.0
    for world in worlds:
        start = time.process_time()
        kinetic, geometric = looped_features(world)
        baseline += time.process_time() - start
        ours = features(world)
        np.testing.assert_allclose(ours[0], kinetic, rtol=1e-11)
        # A predicate on its very threshold may fall either way.
        np.testing.assert_allclose(ours[1], geometric, rtol=0, atol=1.5 / len(world))
    value = float(np.median([seconds(lambda: [features(world) for world in worlds]) for _ in range(RUNS)]))
    return {
        "name": "fid_features",
        "value": round(value, 3),
        "unit": f"processor s for {DANCES} dances of {FRAMES} frames, kinetic and geometric",
        "baseline": round(baseline, 2),
        "ratio": round(baseline / value, 1),
        "target": TARGET,
    }


def main() -> None:
    """Measure, print, write."""
    rows = [measure_features(dances())]
    for one in rows:
        print(f"{one['name']}: {one['value']} beside {one['baseline']} {one['unit']}, ratio {one['ratio']}")
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
