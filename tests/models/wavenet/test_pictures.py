"""Features of pictures: one row each, in any company; of movement; at any time between."""

import numpy as np
import pytest
import torch
from torch import Tensor

from workflow_scripts.models.wavenet.pictures import PictureEncoder, features_at


def film(seed: int, speeds: list[float], side: int = 64) -> Tensor:
    """A bright square on a place of its own, that goes across at `speeds` pixels per picture; (F, side, side, 3)."""
    rng = np.random.default_rng(seed)
    place = np.kron(rng.integers(30, 160, (8, 8, 3)), np.ones((side // 8, side // 8, 1))).astype(np.uint8)
    x, y = rng.uniform(0, side), int(rng.integers(0, side - 16))
    pictures = []
    for speed in speeds:
        x = (x + speed) % side
        picture = place.copy()
        picture[y : y + 16, (np.arange(16) + round(x)) % side] = 240
        pictures.append(picture)
    return torch.from_numpy(np.stack(pictures))


@pytest.fixture
def encoder() -> PictureEncoder:
    torch.manual_seed(1)
    return PictureEncoder(8)


def test_a_row_for_each_picture(encoder: PictureEncoder) -> None:
    pictures = torch.stack([film(seed, [2.0] * 7) for seed in range(3)])
    features = encoder(pictures)
    assert features.shape == (3, 7, 8)
    assert features.dtype == torch.float32
    for alone, among in zip(pictures, features, strict=True):
        torch.testing.assert_close(encoder(alone), among, atol=1e-5, rtol=1e-5)
    assert encoder(pictures[:, :1]).shape == (3, 1, 8)
    assert PictureEncoder(3)(torch.zeros(1, 2, 16, 24, 3, dtype=torch.uint8)).shape == (1, 2, 3)


def test_a_part_with_one_picture_before_it_is_as_in_the_whole(encoder: PictureEncoder) -> None:
    whole = film(1, [1.0, 3.0, 0.0, 2.0, 2.0, 5.0])
    torch.testing.assert_close(encoder(whole[2:])[1:], encoder(whole)[3:], atol=1e-5, rtol=1e-5)


def test_features_are_of_movement_and_not_only_of_the_picture(encoder: PictureEncoder) -> None:
    """The same last picture, reached from the left, from the right, and not at all."""
    going, coming = film(4, [0.0, 6.0]), film(4, [12.0, -6.0])
    resting = going[[1, 1]]
    torch.testing.assert_close(going[1], coming[1], atol=0, rtol=0)
    last = torch.stack([encoder(pictures)[1] for pictures in (going, coming, resting)])
    assert torch.pdist(last).min() > 0.01
    # A picture that stands has the features of a first one.
    torch.testing.assert_close(encoder(resting)[0], encoder(resting)[1], atol=1e-5, rtol=1e-5)


def test_it_learns_how_fast_something_moves_in_places_it_never_saw() -> None:
    torch.manual_seed(1)
    encoder = PictureEncoder(1)
    rng = np.random.default_rng(1)
    speeds = torch.from_numpy(rng.uniform(0, 4, (40, 8))).float()
    pictures = torch.stack([film(seed, row.tolist()) for seed, row in enumerate(speeds)])
    optimiser = torch.optim.Adam(encoder.parameters(), 2e-3)
    for _ in range(60):
        chosen = torch.from_numpy(rng.choice(32, 8, replace=False))
        error = (encoder(pictures[chosen])[:, 1:, 0] - speeds[chosen, 1:]).square().mean()
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
    with torch.no_grad():
        guessed = encoder(pictures[32:])[:, 1:, 0]
    correlation = np.corrcoef(guessed.flatten(), speeds[32:, 1:].flatten())[0, 1]
    assert correlation > 0.8


def test_features_between_pictures() -> None:
    features = torch.tensor([[[0.0, 0.0], [1.0, 10.0], [3.0, 30.0]], [[5.0, 5.0], [6.0, 6.0], [7.0, 7.0]]])
    times = torch.tensor([-1.0, 0.0, 0.05, 0.1, 0.15, 0.2, 9.0])
    expected = torch.tensor([0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 3.0])
    found = features_at(features, times, fps=10.0)
    assert found.shape == (2, 7, 2)
    torch.testing.assert_close(found[0], torch.stack([expected, 10 * expected], dim=1))
    torch.testing.assert_close(found[1, 4], torch.tensor([6.5, 6.5]))
    each = features_at(features, torch.tensor([[0.0], [0.2]]), fps=10.0)
    torch.testing.assert_close(each[:, 0], torch.stack([features[0, 0], features[1, 2]]))
    alone = features_at(features[:, :1], times, fps=10.0)  # a clip of one picture
    torch.testing.assert_close(alone, features[:, :1].expand(2, 7, 2))


def test_gradients_reach_every_weight(encoder: PictureEncoder) -> None:
    features_at(encoder(film(1, [2.0] * 4)[None]), torch.linspace(0, 0.2, 9), 15.0).square().sum().backward()
    for name, weight in encoder.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().max() > 0, name
