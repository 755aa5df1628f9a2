"""When a dancer accents: the moments of (near) rest between movements, of one person whose motion may have gaps."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.motion.kinematics import SPEED_SMOOTHING_S, kinematic_minima, mean_joint_speed
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats

# A body that stands sways and its estimate trembles, both with minima of speed by the score. Only what comes between
# movements is an accent: somewhere from the accent before to the one after, the joints' mean speed is at least this.
LEAST_SPEED = 0.15  # m/s


def accents(person: Person, fps: float) -> Floats:
    """Return the accents of a clip, seconds from its first frame, ascending.

    They are the motion beats of the beat alignment score (`kinematic_minima`; Siyao et al., Bailando, CVPR 2022) inside
    of each stretch of continuous motion, less those of a dancer who stands.

    Args:
        person: the motion; frames outside of its stretches say nothing.
        fps: frames per second.
    """
    found: list[Floats] = [np.empty(0)]
    for run in person.runs():
        world = person.world[run]
        minima = kinematic_minima(world, fps)
        if not len(minima):
            continue
        speed = gaussian_filter1d(mean_joint_speed(world, fps), SPEED_SMOOTHING_S * fps)
        edges = np.concatenate([[0], minima, [len(speed)]])
        fastest = np.maximum.reduceat(speed, edges[:-1])  # between each and the next
        moved = np.maximum(fastest[:-1], fastest[1:]) >= LEAST_SPEED
        # A minimum is numbered by the speed from one frame to the next, which is that of the moment between both.
        found.append((run.start + minima[moved] + 0.5) / fps)
    return np.concatenate(found)
