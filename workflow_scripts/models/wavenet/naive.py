"""Generation as defined: the network on the whole receptive field, for every sample. The measure of `cached`."""

import numpy as np
import torch

from workflow_scripts.models.soundtrack import Sampling
from workflow_scripts.models.wavenet.cached import Classes, Prompt
from workflow_scripts.models.wavenet.kernel import draw
from workflow_scripts.models.wavenet.mu_law import CLASSES, SILENCE
from workflow_scripts.models.wavenet.network import WaveNet


def generate(network: WaveNet, prompt: Prompt, sampling: Sampling | None = None) -> Classes:
    """Return the classes (steps,) uint8 that follow a prompt, as `cached.generate` does."""
    sampling, reach = sampling or Sampling(), network.shape.receptive_field
    local = None if prompt.local is None else torch.as_tensor(prompt.local, dtype=torch.float32)[None]
    at = None if prompt.at is None else torch.as_tensor(prompt.at, dtype=torch.int64)[None]
    global_ = None if prompt.global_ is None else torch.as_tensor(prompt.global_, dtype=torch.float32)[None]
    given = reach + len(prompt.primer)
    audio = np.full(given + prompt.steps, SILENCE)
    audio[reach:given] = prompt.primer
    for now in range(given, len(audio)):
        window = slice(now - reach, now)
        heard = None if at is None else at[:, window]
        with torch.no_grad():
            found = network(torch.from_numpy(audio[None, window]), local, heard, global_)[0, 0]
        audio[now] = draw(found.numpy(), prompt.rng.random(), sampling.temperature, sampling.top_k or CLASSES)
    return audio[given:].astype(np.uint8)
