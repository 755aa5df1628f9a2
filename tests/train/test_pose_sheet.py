import numpy as np

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.train.pose_sheet import sheet


def test_a_sheet_shows_a_figure_per_place() -> None:
    bodies = np.tile(SMPL24.rest_positions, (3, 1, 1))
    picture = sheet([("a", bodies), ("b", bodies)], "epoch 1")
    left = np.all(picture == (32, 110, 190), axis=-1)
    rows, places = np.nonzero(left)
    assert picture.dtype == np.uint8
    for column in range(3):  # a left arm in every place, of a person who faces us: at the right of the middle
        inside = places[(places // 120) == column] % 120
        assert inside.min() > 55
        assert inside.max() > 110
    assert len(np.unique((rows - 26) // 196)) == 2
