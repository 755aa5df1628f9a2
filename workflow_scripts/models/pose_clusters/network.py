"""The classifier: a bidirectional LSTM hears the music of the steps, a decoder says which cluster comes next."""

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Scores of clusters for every step. The last of `clusters` + 1 numbers of clusters before stands for none."""

    def __init__(self, heard: int, clusters: int, genres: int, hidden: int, dropout: float) -> None:
        """Make an untrained network.

        Args:
            heard: numbers that describe the music of a step.
            clusters: K.
            genres: how many there are; number `genres` stands for none in particular.
            hidden: size of the LSTMs.
            dropout: of what enters the decoder and of its output.
        """
        super().__init__()
        self.encoder = nn.LSTM(heard, hidden, bidirectional=True, batch_first=True)
        self.before = nn.Embedding(clusters + 1, hidden)
        self.genre = nn.Embedding(genres + 1, hidden)
        self.decoder = nn.LSTM(4 * hidden, hidden, batch_first=True)
        self.scores = nn.Linear(hidden, clusters)
        self.dropout = nn.Dropout(dropout)

    def forward(self, heard: Tensor, before: Tensor, genre: Tensor) -> Tensor:
        """Return scores (B, T, K).

        Args:
            heard: (B, T, H) music of each step and its place in the metre.
            before: (B, T) the cluster danced before each step.
            genre: (B,) which genre.
        """
        music, _ = self.encoder(heard)
        asked = self.genre(genre)[:, None].expand(-1, heard.shape[1], -1)
        told = self.dropout(torch.cat([music, self.before(before), asked], dim=-1))
        decoded, _ = self.decoder(told)
        scores: Tensor = self.scores(self.dropout(decoded))
        return scores
