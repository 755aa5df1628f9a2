"""How fast the joints of a dance are on average: the features of FID_k and Div_k.

From Onuma, Faloutsos and Hodgins, FMDistance, Eurographics 2008, in the form of fairmotion and the AIST++ code (Li et
al., ICCV 2021), which every table of dance generation uses.
"""

import numpy as np

from workflow_scripts.evaluate.metrics.form import Form
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
from workflow_scripts.motion.skeleton import Floats

NEIGHBOURS = 2  # frames at `RATE` before and after, over which velocities and accelerations are averaged
PER_JOINT = 3
LEAST_SCALE = np.array([0.001, 0.001, 0.1])
"""The least scales of `frechet.frechet_distance` in its corrected form, for the three features of a joint.

(3 cm/s)², twice, and 0.1 m/s²: what the joints of a person do who stands and sways, 3 cm/s at 0.5 Hz. Among ballroom
dances, of which the trunk is the quietest part, features have deviations from 0.005 m²/s² and 0.5 m/s² on.
"""


def anchored(world: Floats) -> Floats:
    """Return world joints (T, J, 3) less the root's place in the first frame, which is the protocol of Bailando.

    Only the `published` kinetic features can tell the difference.
    """
    return world - world[:1, :1]


def kinetic_features(world: Floats, fps: float, form: Form = "published") -> Floats:
    """Return (3 J,): for joint j in the columns 3 j + 0, 1, 2 the means over time of three numbers.

    The squared horizontal speed, the squared vertical speed (m²/s²), and the length of the acceleration (m/s²);
    velocities and accelerations are first averaged over `NEIGHBOURS` frames before and after.

    `published` takes every frame for 1/60 s, whatever `fps`, and has a misplaced bracket in the acceleration, which
    adds 3540 (1/s²) times the joint's place: a frozen joint 1 m from the origin has 3540, and a third of all columns
    are little else than the mean distance from the start. `corrected` has the second difference in its place, and
    motion of other frame rates is brought to 60 per second first (cubic), so that the averages are over the same time.

    Args:
        world: (T, J, 3), metres, y up. Fewer than three frames (after `corrected`'s change of rate) give NaN.
        fps: frames per second of `world`.
        form: see `form.Form`.
    """
    world = np.asarray(world, dtype=np.float64)
    if form == "corrected":
        world = resampled(world, fps)
    if len(world) < 3:
        return np.full(PER_JOINT * world.shape[1], np.nan)
    velocity = np.diff(world, axis=0) * RATE
    earlier = velocity[:-1] if form == "corrected" else world[1:-1] - world[:-2] * RATE
    acceleration = (velocity[1:] - earlier) * RATE
    speeds = _averaged(velocity, len(velocity)) ** 2
    energy = np.linalg.norm(_averaged(acceleration, len(velocity)), axis=-1)
    columns = [speeds[..., 0] + speeds[..., 2], speeds[..., 1], energy]
    return np.stack([column.mean(axis=0) for column in columns], axis=-1).reshape(-1)


def _averaged(values: Floats, frames: int) -> Floats:
    """Return the means (frames, J, 3) over those of frames i - NEIGHBOURS ... i + NEIGHBOURS that values (N, J, 3) has.

    Summed anew for each frame: a running sum would leave rounding errors where nothing moves.
    """
    total = np.zeros((frames + 2 * NEIGHBOURS, *values.shape[1:]))
    count = np.zeros((len(total), 1, 1))
    for first in range(2 * NEIGHBOURS + 1):
        total[first : first + len(values)] += values
        count[first : first + len(values)] += 1
    inside = slice(NEIGHBOURS, NEIGHBOURS + frames)
    return np.asarray(total[inside] / count[inside])
