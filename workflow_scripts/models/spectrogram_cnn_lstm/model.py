"""A CNN that hears a stereo spectrogram, and an LSTM that dances to what it hears, frame by frame.

After AI Learns to TikTok (github.com/gordon-lim/AI-Learns-to-TikTok, 2020), which treats a dance as the caption of a
picture: a ResNet-50 that knows photographs, frozen but for its last layer, turns the spectrogram of 15 s into one
vector, from which an LSTM is to recall 225 poses. In training the LSTM is given the true poses; in dancing, that same
vector at every step. Nothing it is given changes any more, so its state comes to rest: by its author's log it could not
learn its own training clips and "repeats the same predictions after a few frames". What is different here:

- Time is kept. Convolutions thin out the bands and never the frames, and every frame of the dance hears its own sound.
- They hear no future, and what they heard last is part of the state: a song danced in parts, or frame by frame, is
  danced as in one piece.
- Both channels are heard; the ancestor's pictures show the left one.
- The LSTM gets no poses, so that training and dancing are the same task. It is told the place in the metre and which
  phrase to dance (see `models.phrases`), which never come to rest.
"""

from typing import Any, ClassVar, Self

from pydantic import Field, PositiveInt

from workflow_scripts.models.base import ModelConfig
from workflow_scripts.models.phrase_model import PhraseConfig, PhraseModel
from workflow_scripts.models.spectrogram_cnn_lstm.network import Ear, Network
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.workflow.errors import UserError

# Features of bands from low to high, first of the left channel and then of the right.
FEATURE_SETS = ("spectrogram", "mel")


class Settings(PhraseConfig):
    """Settings of the network and its training.

    Attributes:
        music_dropout: see `PhraseConfig`; by default the sound is always there: what this model is for is to hear it.
        filters: of each layer of convolutions; each layer leaves a quarter of the bands.
        frames: how many frames each layer hears at a time, the present one and those before it.
        heard: numbers per frame that the decoder is told about the sound.
        layers, hidden, dropout: of the LSTM.
    """

    music_dropout: float = Field(default=0.0, ge=0, le=1)
    filters: tuple[PositiveInt, ...] = Field(default=(8, 16), min_length=1)
    frames: int = Field(default=3, ge=1)
    heard: int = Field(default=64, ge=1)
    layers: int = Field(default=2, ge=1)
    hidden: int = Field(default=256, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)


class Model(PhraseModel):
    """See the module's docstring."""

    Config: ClassVar[type[ModelConfig]] = Settings
    config: Settings

    @classmethod
    def from_dataset(cls, config: ModelConfig, dataset: Dataset, part: dict[str, Any] | None = None) -> Self:
        """See `PhraseModel.from_dataset`.

        Raises:
            UserError: the dataset's features are no stereo spectrogram.
        """
        if dataset.feature_set not in FEATURE_SETS:
            raise UserError(
                f'spectrogram_cnn_lstm hears spectrograms, and this dataset has the features "{dataset.feature_set}". '
                f"Train it on a dataset with `feature_set: {FEATURE_SETS[0]}` (or {FEATURE_SETS[1]}), or choose "
                "seq2seq, which takes any features"
            )
        return super().from_dataset(config, dataset, part)

    def make_network(self, features: int, outputs: int) -> Network:
        """Return an untrained network."""
        config = self.config
        ear = Ear(features, config.filters, config.frames, config.heard)
        shape = {"hidden_size": config.hidden, "num_layers": config.layers, "dropout": config.dropout}
        return Network(ear, config.heard, config.code, outputs, **shape)
