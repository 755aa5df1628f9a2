import numpy as np

from workflow_scripts.models.wavenet.kernel import tanh


def test_tanh():
    x = np.linspace(-30, 30, 6001, dtype=np.float32)
    found = np.array([tanh(value) for value in x])
    assert np.abs(found - np.tanh(x.astype(float))).max() < 3e-7
