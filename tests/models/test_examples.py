from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from workflow_scripts.models.examples import Examples, as_they_are

# Clips 2 and 5 of 7 and 4 frames, whose values tell clip and frame.
CLIPS = {
    number: {
        "motion": (100.0 * number + torch.arange(float(length)))[:, None].expand(-1, 3),
        "phrase": 10 * number + torch.arange(length),
    }
    for number, length in ((2, 7), (5, 4))
}
WINDOWS = np.array([[2, 0, 5], [2, 2, 5], [5, 1, 3], [5, 0, 4]])


def plain(index: int) -> dict[str, Any]:
    number, start, length = WINDOWS[index]
    rows = [min(start + step, start + length - 1) for step in range(5)]
    clip = CLIPS[int(number)]
    return {name: torch.stack([values[row] for row in rows]) for name, values in clip.items()} | {
        "present": torch.tensor([1.0 if step < length else 0.0 for step in range(5)])
    }


def test_an_example_is_what_slicing_gives() -> None:
    examples = Examples(CLIPS, WINDOWS)
    assert len(examples) == 4
    for number, example in enumerate(examples):
        expected = plain(number)
        assert example.keys() == expected.keys()
        for name, values in expected.items():
            torch.testing.assert_close(example[name], values, rtol=0, atol=0)
    assert number == 3


def test_a_batch_is_a_stack_of_examples() -> None:
    examples = Examples(CLIPS, WINDOWS)
    (batch,) = DataLoader(examples, 4, sampler=[3, 0, 0, 2], collate_fn=as_they_are)  # type: ignore[arg-type]
    for name, values in batch.items():
        torch.testing.assert_close(values, torch.stack([plain(number)[name] for number in (3, 0, 0, 2)]))
    assert batch["phrase"].dtype == torch.int64


def test_no_window_is_stored() -> None:
    examples = Examples(CLIPS, np.tile(WINDOWS, (1000, 1)))
    assert sum(len(values) for values in examples.columns.values()) == 2 * 11


def test_no_windows_are_no_examples() -> None:
    empty = Examples({}, np.empty((0, 3), dtype=np.int64))
    assert len(empty) == 0
    assert list(empty) == []
    with pytest.raises(IndexError):
        empty[0]
