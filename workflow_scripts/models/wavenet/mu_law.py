"""Sound as classes: mu-law companding to 256 levels, in its continuous form.

As in van den Oord et al., WaveNet (2016), section 2.2, after ITU-T G.711 (mu = 255).
"""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

Classes = npt.NDArray[np.int64]

CLASSES = 256
_MU = CLASSES - 1
# The class of 0. None of an even number of levels is 0 itself: this one decodes to 8.6e-5, 81 dB below full scale.
SILENCE = 128


def encode(sound: npt.ArrayLike) -> Classes:
    """Return the classes, 0 to 255, of samples of any shape; what is beyond [-1, 1] is taken as -1 or 1.

    Raises:
        ValueError: a sample is NaN.
    """
    samples = np.clip(np.asarray(sound, dtype=np.float64), -1, 1)
    if np.isnan(samples).any():
        raise ValueError("sound with NaN has no classes")
    companded = np.sign(samples) * np.log1p(_MU * np.abs(samples)) / np.log1p(_MU)
    return np.floor((companded + 1) / 2 * _MU + 0.5).astype(np.int64)


def decode(classes: npt.ArrayLike) -> Floats:
    """Return the samples, float32 in [-1, 1], at the middle of each class (companded)."""
    companded = 2 * np.asarray(classes, dtype=np.float64) / _MU - 1
    return (np.sign(companded) * np.expm1(np.abs(companded) * np.log1p(_MU)) / _MU).astype(np.float32)
