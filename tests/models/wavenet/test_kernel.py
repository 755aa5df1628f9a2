import numba
import numpy as np
import pytest
import torch

from workflow_scripts.models.wavenet.kernel import FAST, draw, tanh

LOGITS = np.random.default_rng(1).normal(size=256, scale=2).astype(np.float32)


def frequencies(temperature, top_k):
    # Evenly spread chances meet each class as often as it is likely.
    chances = (np.arange(50_000) + 0.5) / 50_000
    return np.bincount([draw(LOGITS, chance, temperature, top_k) for chance in chances], minlength=256) / 50_000


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_classes_come_as_often_as_the_softmax_says(temperature):
    expected = torch.softmax(torch.from_numpy(LOGITS).double() / temperature, dim=0).numpy()
    assert np.abs(frequencies(temperature, 256) - expected).max() < 1e-4


def test_top_k_leaves_the_likeliest_and_their_proportions():
    expected = np.exp(LOGITS.astype(float))
    expected[np.argsort(LOGITS)[:-10]] = 0
    found = frequencies(1.0, 10)
    assert (found > 0).sum() == 10
    assert np.abs(found - expected / expected.sum()).max() < 1e-4


def test_the_likeliest_alone_and_almost_alone():
    for chance in (1e-12, 0.5, 1 - 1e-12):
        assert draw(LOGITS, chance, 1.0, 1) == LOGITS.argmax()
        assert draw(LOGITS, chance, 0.001, 256) == LOGITS.argmax()


def test_equal_logits():
    equal = np.zeros(256, np.float32)
    assert [draw(equal, chance, 1.0, 256) for chance in (0.0, 0.5, 1 - 1e-12)] == [0, 128, 255]
    assert [draw(equal, chance, 1.0, 4) for chance in (0.0, 0.25, 0.5, 1 - 1e-12)] == [0, 1, 2, 3]
    assert draw(equal, 0.99, 1.0, 1) == 0


def test_hopeless_classes_are_never_drawn():
    logits = np.full(256, -1e4, np.float32)
    logits[[3, 200]] = 0
    assert {draw(logits, chance, 0.01, 256) for chance in np.linspace(0, 1 - 1e-12, 99)} == {3, 200}


@numba.njit(**FAST | {"cache": False})
def tanhs(x, out):
    for i in range(len(x)):
        out[i] = tanh(x[i])


def test_tanh_alone_and_in_vectors():
    x = np.concatenate([np.linspace(-30, 30, 60_001), [0, -0.0, 1e-30, -1e-12, 1e30]]).astype(np.float32)
    vectors = np.empty_like(x)
    tanhs(x, vectors)
    for found in (vectors, np.array([tanh(value) for value in x[::10]])):
        assert np.isfinite(found).all()
    assert np.abs(vectors - np.tanh(x.astype(float))).max() < 3e-7
    assert np.abs([tanh(value) for value in x[::10]] - np.tanh(x[::10].astype(float))).max() < 3e-7
