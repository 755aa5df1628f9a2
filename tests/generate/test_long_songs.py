"""Memory of an hour's dance: what the stage and a network's way back to motion hold besides the model."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
import torch
from tiny_dances import FPS, tiny_dataset

from workflow_scripts.generate.guarantees import danced
from workflow_scripts.models.base import DanceModel
from workflow_scripts.models.scales import Scales
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person

FRAMES = 30 * 60 * 60
DANCE = FRAMES * (24 + 1) * 3 * 4  # bytes


class Still(DanceModel):
    """Returns the mean pose of its data by the way that all networks take."""

    def __init__(self) -> None:
        self.scales = Scales.of(tiny_dataset())

    def generate(self, music: Music, seconds: float, *rest: Any) -> Person:
        return self.scales.person(torch.zeros(round(FPS * seconds), 72), FPS, 0.03)

    state = from_state = from_dataset = None  # type: ignore[assignment]


@pytest.mark.slow
def test_an_hour_is_danced_in_few_copies_of_the_dance() -> None:
    beats = np.arange(0.2, 3600, 0.5)
    music = Music(np.zeros((FRAMES, 1), np.float32), beats, beats[::4], 120.0, FPS)
    model = Still()
    tracemalloc.start()
    dance = danced(model, music, np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(dance.root) == FRAMES
    assert peak < 4.5 * DANCE
