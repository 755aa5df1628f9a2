"""Where units of motion go in a song: what a choice costs, and the search for the cheapest one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workflow_scripts.models.motion_graph.units import Units
from workflow_scripts.models.pieces.perform import Placement
from workflow_scripts.motion.skeleton import Floats

BENT_TOO_FAR = 0.45  # |log| of a change of speed that shows; beyond it a unit costs 1 more
SLOW_COST = 3.0  # of a unit in which nobody moves; it fades to 0 at the speed floor
REPEAT_COST = 10.0  # of a unit danced lately: more than all else, so that it comes back only where no other is left
HORIZON = 12  # beats the search looks ahead
COMMIT = 4  # beats of what it found that are kept
JITTER = 0.1  # of costs, so that samples differ; small against a bad join (0.2 to 0.5)
TEMPO_WEIGHT = 0.2  # per octave between the tempo a unit was danced to and the song's
SKIP_COST = 0.3  # per beat without an accent
GENRE_COST = 3.0  # per beat of a unit of another genre than asked for, where too few are of that genre
PREDECESSORS = 256  # the cheapest ways to reach a beat that are tried for a join


@dataclass(frozen=True)
class Weights:
    """The part of the costs a user may set; see `MotionGraphConfig`."""

    warp: float
    bar: float
    speed_floor: float
    repeat_window: int


def spans_of(beats_per_bar: int) -> tuple[int, ...]:
    """Return how many beats a unit may last: one, two, or a bar (a waltz's rise and fall takes three)."""
    return (1, 2, beats_per_bar)


def place_units(
    units: Units,
    joins: Floats,
    grid: Floats,
    phases: Floats,
    fps: float,
    tempo: float,
    weights: Weights,
    rng: np.random.Generator,
    first_cost: Floats | None = None,
    beats_per_bar: int = 4,
    avoided: Floats | float = 0.0,
    stepwise: bool = False,
    danced: Sequence[int] = (),
) -> list[Placement]:
    """Choose units for a song by dynamic programming, so that kinematic minima fall on its beats.

    Repetitions cannot be seen by dynamic programming (the future would depend on the whole past). So the choice is made
    `HORIZON` beats ahead, its first `COMMIT` beats are kept, what was danced lately is made expensive, and so on. That
    also keeps memory flat: nothing of beats times units is ever held for the whole song.

    Args:
        units: N units.
        joins: (N, N) cost of unit b directly after unit a.
        grid: (K,) times of the beats, seconds.
        phases: (K,) bar phase of each beat, radians or NaN.
        fps: frames per second of the units.
        tempo: of the song, beats per minute.
        weights: of the costs.
        rng: the only source of chance.
        first_cost: (N,) of each unit as the first one.
        beats_per_bar: of the song.
        avoided: (N,) additional cost of each unit per beat.
        stepwise: choose each unit by its own cost alone, the cheapest per beat, without a look at what comes after.
        danced: the units danced before the grid, oldest first; they count as repetitions like those placed here.

    Returns:
        Placements that cover the grid without gap or overlap.
    """
    fixed = _unit_costs(units, tempo, weights) + avoided
    seconds = (units.end - units.start) / fps
    spans = spans_of(beats_per_bar)
    jitter: dict[int, Floats] = {}  # of the beats from now to the horizon, drawn as they come into view

    def cost(first: int, last: int) -> Floats:
        bend = np.abs(np.log(seconds / (grid[last] - grid[first])))
        bar = (1 - np.cos(units.start_phase - phases[first])) + (1 - np.cos(units.end_phase - phases[last]))
        per_beat = weights.warp * bend + (bend > BENT_TOO_FAR) + np.nan_to_num(weights.bar * bar) + fixed
        return (per_beat + jitter[first]) * (last - first) + SKIP_COST * (last - first - 1) + lately

    search = _cheapest_next if stepwise else _cheapest_path
    path: list[Placement] = []
    used = list(danced)
    drawn = 0
    lately = np.zeros(len(units), dtype=np.float32)
    start = np.zeros(len(units), dtype=np.float32) if first_cost is None else first_cost
    while not path or path[-1].last < len(grid) - 1:
        now = path[-1].last if path else 0
        horizon = min(now + HORIZON, len(grid) - 1)
        lately[:] = 0.0
        if weights.repeat_window:
            lately[used[-weights.repeat_window :]] = REPEAT_COST
        jitter = {beat: row for beat, row in jitter.items() if beat >= now}
        while drawn < horizon:
            jitter[drawn] = rng.uniform(0, JITTER, len(units)).astype(np.float32)
            drawn += 1
        ahead = search(units, joins, now, horizon, cost, start, spans)
        for number, placement in enumerate(ahead):
            recent = used[max(len(used) - weights.repeat_window, 0) :]
            # The first one is kept in any case: the search has weighed its repetition.
            if number and (placement.first >= now + COMMIT or (weights.repeat_window and placement.unit in recent)):
                break
            path.append(placement)
            used.append(placement.unit)
        start = joins[path[-1].unit].copy()
        start[units.follows == path[-1].unit] = 0.0
    return path


def _unit_costs(units: Units, tempo: float, weights: Weights) -> Floats:
    slow = np.clip(1 - units.speed / max(weights.speed_floor * float(np.mean(units.speed)), 1e-6), 0, 1)
    octaves = np.abs(np.log2(np.where(units.tempo > 0, units.tempo, tempo) / tempo)) if tempo > 0 else 0.0
    return SLOW_COST * np.sqrt(slow) + TEMPO_WEIGHT * np.minimum(octaves, 1.0)


def _cheapest_next(
    units: Units,
    joins: Floats,
    first: int,
    last: int,
    cost: Callable[[int, int], Floats],
    start: Floats,
    spans: tuple[int, ...],
) -> list[Placement]:
    """Return the one placement from beat `first` on that is cheapest per beat; arguments as `_cheapest_path`."""
    costs = {span: (start + cost(first, first + span)) / span for span in spans if first + span <= last}
    span = min(costs, key=lambda span: float(costs[span].min()))
    return [Placement(int(costs[span].argmin()), first, first + span)]


def _cheapest_path(
    units: Units,
    joins: Floats,
    first: int,
    last: int,
    cost: Callable[[int, int], Floats],
    start: Floats,
    spans: tuple[int, ...],
) -> list[Placement]:
    """Return the cheapest placements from beat `first` to beat `last`; `start` (N,) is the cost to begin with each."""
    beats, number = last - first + 1, len(units)
    # reach[k, u]: the cheapest way to start unit u at beat k; done[k, u]: to end it there, after lasts[k, u] beats.
    reach = np.full((beats, number), np.inf, dtype=np.float32)
    done = np.full((beats, number), np.inf, dtype=np.float32)
    lasts = np.zeros((beats, number), dtype=np.int8)
    reach[0] = start
    # ends[k]: the units that are tried as the ones before beat k.
    ends = np.zeros((beats, min(PREDECESSORS, number)), dtype=np.int64)
    continued = np.flatnonzero(units.follows >= 0)
    for beat in range(1, beats):
        for span in spans:
            if span > beat:
                break
            total = reach[beat - span] + cost(first + beat - span, first + beat)
            better = total < done[beat]
            done[beat][better] = total[better]
            lasts[beat][better] = span
        ends[beat] = np.argpartition(done[beat], ends.shape[1] - 1)[: ends.shape[1]]
        through = joins[ends[beat]]
        through += done[beat][ends[beat], None]
        through.min(axis=0, out=reach[beat])
        natural = done[beat][units.follows[continued]]
        reach[beat][continued] = np.minimum(natural, reach[beat][continued])
    unit, beat, path = int(done[-1].argmin()), beats - 1, []
    while beat > 0:
        begin = beat - int(lasts[beat, unit])
        path.append(Placement(unit, first + begin, first + beat))
        if begin:
            # Which unit came before is only asked along the path: keeping it for all units would cost most of the time.
            before = ends[begin]
            costs = done[begin][before] + joins[before, unit]
            choice, natural = int(costs.argmin()), int(units.follows[unit])
            unit = natural if natural >= 0 and done[begin, natural] <= costs[choice] else int(before[choice])
        beat = begin
    return path[::-1]
