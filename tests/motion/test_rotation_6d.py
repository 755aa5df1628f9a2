import numpy as np
import torch
from scipy.spatial.transform import Rotation

from workflow_scripts.motion.rotation_6d import rotation_matrices, six_numbers


def plain_matrix(numbers: np.ndarray) -> np.ndarray:
    """Gram-Schmidt of one rotation, as in the paper's equation."""
    first, second = numbers[:3], numbers[3:]
    b1 = first / np.sqrt(sum(value**2 for value in first))
    b2 = second - sum(a * b for a, b in zip(b1, second, strict=True)) * b1
    b2 = b2 / np.sqrt(sum(value**2 for value in b2))
    return np.column_stack([b1, b2, np.cross(b1, b2)])


def test_rotations_come_back_through_their_first_two_columns() -> None:
    matrices = Rotation.random(35, random_state=1).as_matrix().reshape(5, 7, 3, 3)
    numbers = six_numbers(torch.from_numpy(matrices))
    assert numbers.shape == (5, 7, 6)
    np.testing.assert_array_equal(numbers[2, 3], [*matrices[2, 3, :, 0], *matrices[2, 3, :, 1]])
    np.testing.assert_allclose(rotation_matrices(numbers), matrices, atol=1e-12)


def test_any_six_numbers_are_the_rotation_of_the_plain_way() -> None:
    numbers = np.random.default_rng(1).normal(size=(4, 3, 6)) * 3
    found = rotation_matrices(torch.from_numpy(numbers)).numpy()
    for place in np.ndindex(4, 3):
        np.testing.assert_allclose(found[place], plain_matrix(numbers[place]), atol=1e-12)


def test_numbers_that_span_no_plane_are_rotations_with_finite_gradients() -> None:
    numbers = torch.tensor(
        [[0.0] * 6, [1, 2, 3, 2, 4, 6], [0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0]],
        dtype=torch.float64,
        requires_grad=True,
    )
    matrices = rotation_matrices(numbers)
    same = torch.eye(3, dtype=torch.float64).expand(5, 3, 3)
    torch.testing.assert_close(matrices @ matrices.mT, same)
    torch.testing.assert_close(torch.linalg.det(matrices), torch.ones(5, dtype=torch.float64))
    (matrices * torch.arange(9.0).reshape(3, 3)).sum().backward()
    assert torch.isfinite(numbers.grad).all()


def test_gradients_are_those_of_differences() -> None:
    numbers = torch.randn(3, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    assert torch.autograd.gradcheck(rotation_matrices, (numbers,))
