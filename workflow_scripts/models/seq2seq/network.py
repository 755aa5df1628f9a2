"""The network of seq2seq: encoder, decoder, attention."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from workflow_scripts.motion.metre import PHASES

# Where the decoder hears the music itself, the encoder hears means over this many frames: a summary needs no more, and
# training takes two thirds of the time.
ENCODER_STRIDE = 3
# Attention reaches back over so many frames, and not ahead: a song of any length takes the same memory, and a song
# danced frame by frame is the one danced at once.
MEMORY = 120
CELLS: dict[str, type[nn.LSTM] | type[nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


@dataclass
class Song:
    """Where the network is in a song.

    Attributes:
        decoder: the decoder's state, as its cell has it.
        pose: (B, D) the pose before, where the network is told it.
        encoder: the encoder's state, None at the start of the song; with attention only.
        heard: (B, M, H) what the encoder gave for the last M <= `MEMORY` frames; with attention only.
    """

    decoder: Any
    pose: Tensor | None = None
    encoder: Any = None
    heard: Tensor | None = None


class Network(nn.Module):
    """Encoder and decoder; see `models.phrase_model.PhraseNetwork`.

    The state of a song between its parts is a `Song`.
    """

    def __init__(
        self,
        features: int,
        outputs: int,
        code: int,
        *,
        cell: str = "lstm",
        layers: int = 2,
        hidden: int = 256,
        dropout: float = 0.0,
        per_frame: bool = True,
        feedback: bool = False,
        attention: bool = False,
    ) -> None:
        """Make an untrained network.

        Args:
            features: of the music, per frame.
            outputs: numbers per pose.
            code: numbers that tell what to dance.
            cell: a key of `CELLS`.
            layers: of encoder and of decoder.
            hidden: numbers per layer.
            dropout: between layers.
            per_frame: the decoder hears the music of every frame.
            feedback: the decoder is told the pose before.
            attention: the decoder attends to what the encoder heard of late (Luong et al., EMNLP 2015).
        """
        super().__init__()
        heard = features + PHASES
        shape: dict[str, Any] = {"num_layers": layers, "dropout": dropout if layers > 1 else 0.0, "batch_first": True}
        self.outputs, self.per_frame, self.feedback = outputs, per_frame, feedback
        self.stride = ENCODER_STRIDE if per_frame and not attention else 1
        self.encoder = CELLS[cell](heard, hidden, **shape)
        self.decoder = CELLS[cell](per_frame * heard + code + feedback * outputs, hidden, **shape)
        self.attended = nn.Linear(2 * hidden, hidden) if attention else None
        self.pose = nn.Linear(hidden, outputs)

    def opening(self, music: Tensor, phases: Tensor, before: Tensor | None = None) -> Song:
        """Return where a song begins.

        Args:
            music: (B, T, F), as much of the song as a window of training has.
            phases: (B, T, PHASES).
            before: (B, D) the pose to go on from, by default the mean pose.
        """
        heard = torch.cat([music, phases], dim=-1)
        if self.stride > 1:
            stride = min(self.stride, heard.shape[1])
            heard = heard.unfold(1, stride, stride).mean(dim=-1)
        _, state = self.encoder(heard)
        if self.feedback and before is None:
            before = heard.new_zeros(len(heard), self.outputs)
        return Song(state, before if self.feedback else None)

    def forward(
        self, music: Tensor, phases: Tensor, code: Tensor, state: Song | None = None, before: Tensor | None = None
    ) -> tuple[Tensor, Song]:
        """See `models.phrase_model.PhraseNetwork`.

        Args:
            music: (B, T, F).
            phases: (B, T, PHASES).
            code: (B, T, C).
            state: as returned for the part before.
            before: (B, T, D) the pose before each frame, by default those that the network itself danced.
        """
        song = self.opening(music, phases) if state is None else state
        heard = torch.cat([music, phases], dim=-1)
        memory, song = self._remembered(heard, song)
        told = torch.cat([heard, code], dim=-1) if self.per_frame else code
        if self.feedback and before is None:
            poses, song = self._step_by_step(told, memory, song)
        else:
            decoded, decoder = self.decoder(told if before is None else torch.cat([told, before], dim=-1), song.decoder)
            poses = self._posed(decoded, memory)
            song = replace(song, decoder=decoder, pose=poses[:, -1] if self.feedback else None)
        return poses, song

    def _step_by_step(self, told: Tensor, memory: Tensor | None, song: Song) -> tuple[Tensor, Song]:
        """Return poses (B, T, D), each made from that before."""
        assert song.pose is not None
        poses, pose, decoder = [], song.pose, song.decoder
        frames = told.shape[1]
        for frame in range(frames):
            decoded, decoder = self.decoder(torch.cat([told[:, frame], pose], dim=-1)[:, None], decoder)
            past = None if memory is None else memory[:, : memory.shape[1] - frames + frame + 1][:, -MEMORY:]
            pose = self._posed(decoded, past)[:, 0]
            poses.append(pose)
        return torch.stack(poses, dim=1), replace(song, decoder=decoder, pose=pose)

    def _remembered(self, heard: Tensor, song: Song) -> tuple[Tensor | None, Song]:
        """Return what the encoder gives for these frames, after what it gave for those just before them."""
        if self.attended is None:
            return None, song
        memory, encoder = self.encoder(heard, song.encoder)
        if song.heard is not None:
            memory = torch.cat([song.heard, memory], dim=1)
        return memory, replace(song, encoder=encoder, heard=memory[:, -MEMORY:])

    def _posed(self, decoded: Tensor, memory: Tensor | None) -> Tensor:
        """Return poses (B, n, D); frame i of n attends to what was heard until its own place in the memory's last n."""
        if self.attended is None or memory is None:
            poses: Tensor = self.pose(decoded)
            return poses
        frames, kept = decoded.shape[1], memory.shape[1]
        place = torch.arange(kept, device=decoded.device)
        now = kept - frames + torch.arange(frames, device=decoded.device)[:, None]
        reached = (place <= now) & (place > now - MEMORY)
        context = nn.functional.scaled_dot_product_attention(decoded, memory, memory, attn_mask=reached)
        poses = self.pose(torch.tanh(self.attended(torch.cat([decoded, context], dim=-1))))
        return poses
