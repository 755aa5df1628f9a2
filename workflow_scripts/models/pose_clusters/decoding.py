"""From clusters to real steps: of each cluster's members those that join best are danced."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.models.pieces.joins import join_costs
from workflow_scripts.models.pose_clusters.steps import Ints, Steps
from workflow_scripts.motion.skeleton import Floats

CANDIDATES = 96  # members that are tried for a step, besides those that continue the ones before
AHEAD = 16  # steps the search looks ahead; half of what it finds is kept
RECENT = 8  # steps within which a repetition is avoided
REPEAT_COST = 1.0  # of that: more than any join
WARP_WEIGHT = 0.25  # cost of changing a step's speed, per factor e
JITTER = 0.05  # of costs, so that samples differ; small against a bad join


@dataclass
class Members:
    """What may be danced: the steps, and pose and velocity (N, 24, 3) at their starts and ends."""

    steps: Steps
    cluster: Ints
    starts: tuple[Floats, Floats]
    ends: tuple[Floats, Floats]
    fps: float

    def joins(self, before: Ints, after: Ints) -> Floats:
        """Return the cost (A, B) of each of the steps `after` directly after each of those `before`."""
        costs = join_costs(*(part[before] for part in self.ends), *(part[after] for part in self.starts))
        costs[before[:, None] == after] += REPEAT_COST
        costs[before[:, None] == self.steps.follows[after]] = 0.0
        return costs


def choose_members(
    clusters: Ints,
    seconds: Floats,
    members: Members,
    allowed: npt.NDArray[np.bool_],
    rng: np.random.Generator,
    start: tuple[Floats, Floats] | None = None,
    ahead: int = AHEAD,
    danced: Sequence[int] = (),
) -> list[int]:
    """Return a step for each of `clusters` (K,), by dynamic programming over a few steps at a time.

    Args:
        clusters: of each step of the song; each has allowed members.
        seconds: (K,) how long each step of the song lasts.
        members: to choose from.
        allowed: (N,) true for those that may be chosen.
        rng: the only source of chance.
        start: pose and velocity (1, 24, 3) the dance goes on from.
        ahead: steps the search looks ahead; half of them are kept, none from a repetition on.
        danced: the steps before, oldest first, which are not to be repeated either.
    """
    pools = [np.flatnonzero(allowed & (members.cluster == number)) for number in range(int(clusters.max()) + 1)]
    lengths = (members.steps.end - members.steps.start) / members.fps
    path: list[int] = []
    recent = list(danced)[-RECENT:]
    while len(path) < len(clusters):
        first, stop = len(path), min(len(path) + ahead, len(clusters))
        layers: list[Ints] = []
        back: list[Ints] = []
        cost = np.zeros(1)
        for place in range(first, stop):
            before = layers[-1] if layers else np.array(path[-1:], dtype=np.int64)
            now = _candidates(pools[clusters[place]], before, members.steps, rng)
            own = WARP_WEIGHT * np.abs(np.log(lengths[now] / seconds[place])) + rng.uniform(0, JITTER, len(now))
            own += REPEAT_COST * np.isin(now, recent)
            if layers:
                through = cost[:, None] + members.joins(before, now)
                back.append(through.argmin(axis=0))
                cost = through.min(axis=0) + own
            elif len(before):
                cost = members.joins(before, now)[0] + own
            elif start is not None:
                cost = join_costs(*start, *(part[now] for part in members.starts))[0] + own
            else:
                cost = own
            layers.append(now)
        choice = int(cost.argmin())
        found = [int(layers[-1][choice])]
        for layer, pointers in zip(reversed(layers[:-1]), reversed(back), strict=True):
            choice = int(pointers[choice])
            found.append(int(layer[choice]))
        kept = max(ahead // 2, 1) if stop < len(clusters) else None
        for number, member in enumerate(found[::-1][:kept]):
            # The search knows what was danced before, not what it places itself. It has weighed the first one.
            if number and member in recent:
                break
            path.append(member)
            recent = [*recent, member][-RECENT:]
    return path


def _candidates(pool: Ints, before: Ints, steps: Steps, rng: np.random.Generator) -> Ints:
    if len(pool) <= CANDIDATES:
        return pool
    drawn = rng.choice(pool, CANDIDATES, replace=False)
    return np.union1d(drawn, pool[np.isin(steps.follows[pool], before)])
