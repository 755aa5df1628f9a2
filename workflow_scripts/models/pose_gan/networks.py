"""The networks of the second step: a generator of paths through the pose generator's noise, a critic of dances."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from workflow_scripts.motion.metre import PHASES


class Steering(nn.Module):
    """An LSTM that hears the music, the metre, a genre and noise, and steers the generator of poses."""

    def __init__(self, features: int, genres: int, genre: int, noise: int, hidden: int, outputs: int) -> None:
        """Make an untrained network; `genre` numbers stand for each of `genres`."""
        super().__init__()
        self.genre = nn.Embedding(genres, genre)
        self.memory = nn.LSTM(features + PHASES + genre + noise, hidden, batch_first=True)
        self.hidden = nn.Sequential(nn.Linear(hidden + noise, hidden), nn.LeakyReLU(0.2))
        self.steer = nn.Linear(hidden, outputs)

    def forward(self, music: Tensor, phases: Tensor, genre: Tensor, noise: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Return (B, T, outputs), and the state in which the next part of a song goes on.

        Args:
            music: (B, T, F) standardised features.
            phases: (B, T, PHASES) place in the metre.
            genre: (B, T) numbers of genres.
            noise: (B, T, C) that changes slowly.
            state: as returned for the part before, None at the start.
        """
        told = torch.cat([music, phases, self.genre(genre), noise], dim=-1)
        remembered, state = self.memory(told, state)
        return self.steer(self.hidden(torch.cat([remembered, noise], dim=-1))), state


class DanceCritic(nn.Module):
    """Convolutions over time that look at a dance, its velocities, its music and its metre."""

    def __init__(self, columns: int, features: int, genres: int, genre: int, hidden: int, layers: int) -> None:
        """Make an untrained network of so many layers, each of which halves the rate."""
        super().__init__()
        self.genre = nn.Embedding(genres, genre)
        widths = [2 * columns + features + PHASES + genre, *[hidden] * layers]
        pairs = pairwise(widths)
        self.layers = nn.ModuleList([nn.Conv1d(a, b, 5, stride=2, padding=2) for a, b in pairs])
        self.score = nn.Linear(hidden * layers, 1)

    def forward(self, motion: Tensor, steps: float, told: dict[str, Tensor]) -> Tensor:
        """Return scores (B,).

        Args:
            motion: (B, T, D).
            steps: what differences of motion between frames are multiplied by.
            told: "music" (B, T, F), "phases" (B, T, PHASES), "genre" (B, T), "present" (B, T).
        """
        moved = steps * torch.diff(motion, dim=1, prepend=motion[:, :1])
        seen = torch.cat([motion, moved, told["music"], told["phases"], self.genre(told["genre"])], dim=-1)
        values = (seen * told["present"].unsqueeze(-1)).transpose(1, 2)
        summaries = []
        for layer in self.layers:
            values = nn.functional.leaky_relu(layer(values), 0.2)
            # What every layer sees counts: fast movement is in the first ones, choreography in the last ones.
            summaries.append(values.mean(dim=-1))
        scores: Tensor = self.score(torch.cat(summaries, dim=-1))[:, 0]
        return scores
