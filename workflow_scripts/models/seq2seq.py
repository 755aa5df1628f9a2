"""A sequence-to-sequence LSTM that dances: an encoder hears the music, a decoder gives the pose of every frame.

After Kakashi's encoder-decoder (music in, one pose per frame out), with two changes. The decoder also gets the music
of every frame: from the encoder's final state alone such a network does not even learn one clip. And it is told which
phrase to dance. Music does not determine a dance: a network that only hears it learns the mean of what dancers did,
and stands still on a new song. So every phrase (two bars) of the training clips has a learned code (as in Bojanowski
et al., "Optimizing the latent space of generative networks", ICML 2018), the place within beat, bar and phrase is an
input, and a new song is danced as a sequence of codes, drawn among the phrases whose music is most like it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter
from torch import Tensor, nn

from workflow_scripts.models.base import GradientConfig, GradientModel, ModelConfig
from workflow_scripts.models.examples import Examples
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip
from workflow_scripts.motion.metre import PHASES, Metre, metre, phase_features
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.representation import to_person, to_vectors
from workflow_scripts.motion.skeleton import Floats

# The encoder hears means over this many frames: a summary needs no more, and training takes two thirds of the time.
ENCODER_STRIDE = 3
# Standardised features of a new song beyond this would be farther out than anything in training (silence is).
MAX_FEATURE = 4.0
# The last share of a phrase leads over into the next: the code is blended over its last beat of eight.
LEAD_OVER = 1 / 8
# A velocity that is off by one deviation per this time costs as much as a pose that is off by one deviation.
VELOCITY_S = 0.15
# The root's path is an integral, whose errors would carry a dancer away in a song of minutes; this draws them back.
HOME_S = 8.0
# A dance that continues a motion fades over from its last pose.
CONTINUE_S = 0.5
# A phrase cut off by its clip's start or end is learned but not danced.
WHOLE = 0.9
# Weight of an octave of tempo, in standard deviations, when the music of phrases is compared.
TEMPO_WEIGHT = 8.0


class Settings(GradientConfig):
    """Settings of the network and its training.

    Attributes:
        layers, hidden, dropout: of each LSTM.
        code: numbers per phrase code.
        music_dropout: share of training windows in which the decoder must do without the music's features, so that it
            reads the dance from the code and the metre and not from the sound of one recording.
        velocity: weight of the loss on velocities against that on poses.
        variation: standard deviation of what is added to codes (they start with 1), in training and in dancing: a
            phrase is never danced quite the same way twice.
        choices: a phrase is drawn among this many with the most similar music.
        smoothing_s: standard deviation of the Gaussian over the generated motion, seconds.
    """

    cell: Literal["lstm"] = "lstm"
    layers: int = Field(default=2, ge=1)
    hidden: int = Field(default=256, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    code: int = Field(default=16, ge=1)
    music_dropout: float = Field(default=0.5, ge=0, le=1)
    loss: Literal["mse", "l1", "smooth_l1"] = "smooth_l1"
    velocity: float = Field(default=0.5, ge=0)
    variation: float = Field(default=0.1, ge=0)
    choices: int = Field(default=4, ge=1)
    smoothing_s: float = Field(default=0.03, ge=0)


class Network(nn.Module):
    """Encoder, decoder and phrase codes. All sequences are (B, T, ...) at the dataset's rate, standardised."""

    def __init__(self, features: int, outputs: int, phrases: int, config: Settings) -> None:
        super().__init__()
        heard = features + PHASES
        shape: dict[str, Any] = {"num_layers": config.layers, "dropout": config.dropout, "batch_first": True}
        self.encoder = nn.LSTM(heard, config.hidden, **shape)
        self.decoder = nn.LSTM(heard + config.code, config.hidden, **shape)
        self.pose = nn.Linear(config.hidden, outputs)
        self.codes = nn.Parameter(torch.randn(phrases, config.code))

    def forward(self, music: Tensor, phases: Tensor, code: Tensor, encoded: int) -> Tensor:
        """Return poses (B, T, D).

        Args:
            music, phases, code: (B, T, F) features, (B, T, PHASES) place in the metre, (B, T, C) what to dance.
            encoded: the encoder hears this many frames from the start.
        """
        heard = torch.cat([music, phases], dim=-1)
        heard_first = heard[:, :encoded]
        stride = min(ENCODER_STRIDE, heard_first.shape[1])
        _, state = self.encoder(heard_first.unfold(1, stride, stride).mean(dim=-1))
        decoded, _ = self.decoder(torch.cat([heard, code], dim=-1), state)
        poses: Tensor = self.pose(decoded)
        return poses


@dataclass
class Phrases:
    """The training phrases that may be danced.

    Attributes:
        codes: codes in all, those of phrases that are not danced included.
        number: (P,) which code.
        origin: (P,) equal for copies of one phrase (see `motion.augmentation`).
        music: (P, F + 1) what they were danced to, see `_heard_phrases`.
    """

    codes: int
    number: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int64]
    music: Floats

    def nearest(self, heard: Floats, choices: int, before: int | None) -> list[int]:
        """Return the codes of the `choices` phrases with music most like `heard` (F + 1,), all copies of each.

        Copies of the phrase with the code `before` are passed over.
        """
        passed = self.origin[self.number == before]
        found: list[int] = []
        origins: set[int] = set()
        for place in np.argsort(((self.music - heard) ** 2).sum(axis=1), kind="stable"):
            origin = int(self.origin[place])
            if origin in passed:
                continue
            origins.add(origin)
            if len(origins) > choices:
                break
            found.append(int(self.number[place]))
        return found


class Model(GradientModel):
    """The network with its scales and its table of phrases; see the module's docstring."""

    Config: ClassVar[type[ModelConfig]] = Settings
    config: Settings
    network: Network

    def __init__(self, config: Settings, fps: float, encoded: int, scales: dict[str, Tensor], phrases: Phrases) -> None:
        """Make an untrained network; `encoded` is the frames the encoder hears, `scales` the means and deviations."""
        self.config, self.fps, self.encoded, self.scales, self.phrases = config, fps, encoded, scales, phrases
        self.network = Network(len(scales["features_mean"]), len(scales["motion_mean"]), phrases.codes, config)

    @classmethod
    def from_dataset(cls, config: ModelConfig, dataset: Dataset) -> Self:
        """Return an untrained network with a code for every phrase of the training clips."""
        assert isinstance(config, Settings)
        scales = {
            "features_mean": torch.from_numpy(dataset.features.mean),
            "features_std": torch.from_numpy(dataset.features.std),
            "motion_mean": torch.from_numpy(dataset.motion.mean),
            "motion_std": torch.from_numpy(_shared_scales(dataset.motion.std)),
        }
        phrases = _phrases(dataset.split("train"), scales)
        return cls(config, dataset.fps, int(dataset.windows["train"][:, 2].max()), scales, phrases)

    def state(self) -> dict[str, Any]:
        """Return the weights, the scales and the table of phrases."""
        return {
            "fps": self.fps,
            "encoded": self.encoded,
            "scales": self.scales,
            "phrases": {
                "codes": self.phrases.codes,
                "number": torch.from_numpy(self.phrases.number),
                "origin": torch.from_numpy(self.phrases.origin),
                "music": torch.from_numpy(self.phrases.music),
            },
            "network": self.network.state_dict(),
        }

    @classmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild a trained network, ready to generate."""
        assert isinstance(config, Settings)
        table = state["phrases"]
        phrases = Phrases(table["codes"], *(table[name].numpy() for name in ("number", "origin", "music")))
        model = cls(config, state["fps"], state["encoded"], state["scales"], phrases)
        model.network.load_state_dict(state["network"])
        model.network.eval()
        return model

    def examples(self, dataset: Dataset, split: str) -> Examples:
        """Return the windows; a validation clip, whose phrases have no codes, dances the nearest phrases."""
        first, clips = 0, {}
        for number, clip in enumerate(dataset.clips):
            if clip.split != split:
                continue
            position = metre(clip.music, len(clip.music.features))
            if split == "train":
                numbers = list(range(first, first + _count(position)))
                first += len(numbers)
            else:
                numbers = self._chosen(clip.music, position, rng=None)
            motion = (torch.from_numpy(to_vectors(clip.motion, self.fps)) - self.scales["motion_mean"]) / self.scales[
                "motion_std"
            ]
            clips[number] = self._heard(clip.music, position, numbers) | {"motion": motion}
        return Examples(clips, dataset.windows[split])

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the loss on poses plus that on their velocities, in shared standard deviations."""
        music = batch["music"]
        codes = self.network.codes.expand(len(music), -1, -1)
        if self.network.training:
            music = music * (torch.rand(len(music), 1, 1, device=music.device) >= self.config.music_dropout)
            codes = codes + self.config.variation * torch.randn_like(codes)
        poses = self.network(music, batch["phases"], _blended(codes, batch), self.encoded)
        present = batch["present"]
        error = _LOSSES[self.config.loss]
        result = (error(poses, batch["motion"]).mean(dim=-1) * present).sum() / present.sum()
        if self.config.velocity:
            steps, both = self.fps * VELOCITY_S, present[:, 1:] * present[:, :-1]
            moved = error(steps * poses.diff(dim=1), steps * batch["motion"].diff(dim=1)).mean(dim=-1)
            result = result + self.config.velocity * (moved * both).sum() / both.sum().clamp(min=1)
        return result

    @torch.no_grad()
    def generate(self, music: Music, seconds: float, seed_motion: Person | None, rng: np.random.Generator) -> Person:
        """Dance: draw a phrase for each of the song's, run the decoder over the whole song, integrate the root."""
        frames = round(music.fps * seconds)
        position = metre(music, frames)
        chosen = self._chosen(music, position, rng)
        # Each phrase of the song gets its own copy of a code, a little different every time it is danced.
        noise = torch.from_numpy(rng.standard_normal((len(chosen), self.config.code)).astype(np.float32))
        codes = self.network.codes[chosen] + self.config.variation * noise
        heard = self._heard(music, position, range(len(chosen)))
        batch = {name: values[None] for name, values in heard.items()}
        self.network.eval()
        poses = self.network(batch["music"], batch["phases"], _blended(codes[None], batch), self.encoded)
        vectors = (poses[0] * self.scales["motion_std"] + self.scales["motion_mean"]).double().numpy()
        if frames > 1:
            vectors = gaussian_filter1d(vectors, self.config.smoothing_s * self.fps, axis=0, mode="nearest")
        vectors[:, -2:] = _homing(vectors[:, -2:], self.fps)
        if seed_motion is None:
            return to_person(vectors, self.fps)
        last = to_vectors(seed_motion, self.fps)[-1]
        fade = np.clip(1 - np.arange(frames) / (CONTINUE_S * self.fps), 0.0, 1.0)[:, None]
        start = seed_motion.root[-1, [0, 2]]
        return to_person(vectors + fade**2 * (last - vectors[0]), self.fps, start=(float(start[0]), float(start[1])))

    def _chosen(self, music: Music, position: Metre, rng: np.random.Generator | None) -> list[int]:
        """Choose a code for every phrase of a song; without `rng` the one with the most similar music."""
        chosen: list[int] = []
        for heard in _heard_phrases(_standardised(music, len(position.beat), self.scales), position, music.fps)[0]:
            before = chosen[-1] if chosen else None
            nearest = self.phrases.nearest(heard, self.config.choices, before) or chosen[-1:]
            chosen.append(nearest[int(rng.integers(len(nearest))) if rng else 0])
        return chosen

    def _heard(self, music: Music, position: Metre, numbers: Sequence[int]) -> dict[str, Tensor]:
        """Return what the network is told of every frame; `numbers` are the codes of the song's phrases.

        "phrase" and "following" are numbers of the phrase danced and of the one after it, "blend" is how much of the
        code is already that of the one after (0..1).
        """
        index = np.floor(position.phrase).astype(np.int64)
        index -= index[0]
        table = np.array([*numbers, numbers[-1]], dtype=np.int64)
        blend = np.clip((position.phrase % 1.0 - (1 - LEAD_OVER)) / LEAD_OVER, 0.0, 1.0)
        return {
            "music": torch.from_numpy(_standardised(music, len(index), self.scales)),
            "phases": torch.from_numpy(phase_features(position)),
            "phrase": torch.from_numpy(table[index]),
            "following": torch.from_numpy(table[index + 1]),
            "blend": torch.from_numpy(blend.astype(np.float32)),
        }


def _blended(codes: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Return the code (B, T, C) of every frame from those of a table (B, P, C); see `Model._heard`."""
    rows = torch.arange(len(codes), device=codes.device)[:, None]
    return torch.lerp(codes[rows, batch["phrase"]], codes[rows, batch["following"]], batch["blend"].unsqueeze(-1))


def _standardised(music: Music, frames: int, scales: dict[str, Tensor]) -> Floats:
    """Return (frames, F) standardised features within bounds; a song that is too short keeps its last ones."""
    rows = music.features[np.minimum(np.arange(frames), len(music.features) - 1)]
    standard = (rows - scales["features_mean"].numpy()) / scales["features_std"].numpy()
    return np.clip(standard, -MAX_FEATURE, MAX_FEATURE).astype(np.float32)


def _homing(velocity: Floats, fps: float) -> Floats:
    """Return the velocity (T, 2) m/s of a path that is drawn back to where it began: its errors do not add up."""
    path = lfilter([1 / fps], [1, -math.exp(-1 / (HOME_S * fps))], velocity, axis=0)
    return np.diff(path, axis=0, prepend=0) * fps


def _shared_scales(std: Floats) -> Floats:
    """Return one deviation for all positions and one for both velocities, so that a metre counts the same in each."""
    shared = np.empty_like(std)
    shared[:-2] = np.sqrt((std[:-2] ** 2).mean())
    shared[-2:] = np.sqrt((std[-2:] ** 2).mean())
    return shared


def _count(position: Metre) -> int:
    """Return the number of phrases, whole or not, that a clip touches."""
    return int(math.floor(position.phrase[-1]) - math.floor(position.phrase[0])) + 1


def _heard_phrases(standard: Floats, position: Metre, fps: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return what is heard in each phrase of a clip, and whether all of the phrase is there.

    Returns:
        (K, F + 1) mean of the standardised features, and tempo in weighted octaves; (K,) true for whole phrases.
    """
    index = np.floor(position.phrase).astype(np.int64)
    index -= index[0]
    period = np.gradient(position.beat) if len(index) > 1 else np.ones(1)
    rows, whole = [], []
    for phrase in range(_count(position)):
        inside = index == phrase
        if inside.any():
            tempo = TEMPO_WEIGHT * math.log2(max(float(np.median(period[inside])) * fps, 1e-3))
            rows.append(np.append(standard[inside].mean(axis=0), tempo))
        else:  # beats so close that no frame falls into the phrase
            rows.append(rows[-1])
        whole.append(bool(inside.any() and np.ptp(position.phrase[inside]) >= WHOLE))
    return np.array(rows), np.array(whole)


def _phrases(clips: Sequence[DatasetClip], scales: dict[str, Tensor]) -> Phrases:
    """Return the table of the phrases of training clips; where none is whole, all of them."""
    rows, whole = [], []
    origins: dict[tuple[str, int], int] = {}
    origin = []
    for clip in clips:
        music = clip.music
        frames = len(music.features)
        position = metre(music, frames)
        heard, complete = _heard_phrases(_standardised(music, frames, scales), position, music.fps)
        rows.append(heard)
        whole.append(complete)
        origin += [origins.setdefault((clip.original, phrase), len(origins)) for phrase in range(len(heard))]
    danced = np.concatenate(whole)
    number = np.flatnonzero(danced) if danced.any() else np.arange(len(danced))
    return Phrases(
        len(danced), number.astype(np.int64), np.array(origin, dtype=np.int64)[number], np.concatenate(rows)[number]
    )


_LOSSES = {
    "mse": lambda a, b: nn.functional.mse_loss(a, b, reduction="none"),
    "l1": lambda a, b: nn.functional.l1_loss(a, b, reduction="none"),
    "smooth_l1": lambda a, b: nn.functional.smooth_l1_loss(a, b, reduction="none", beta=0.1),
}
