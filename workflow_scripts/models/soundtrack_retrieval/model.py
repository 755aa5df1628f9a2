"""Retrieved soundtracks: music of the training dances, so chosen and stretched that its beats follow a new dance.

Nothing is learned, and minutes of data suffice. To choose music by how its features fit those of a motion and to warp
time until they meet is an old idea (Lee and Lee, "Automatic synchronization of background music and motion in computer
animation", Eurographics 2005, by dynamic programming); here only the music gives way. The beat of the dance is found
in its accents (`dance_grid`), the best way through the songs along that beat by dynamic programming (`choosing`); the
music is stretched at its own pitch (`warping`) and joined on downbeats (`mixing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from pydantic import Field

from workflow_scripts.models.base import ModelConfig
from workflow_scripts.models.soundtrack import Corpus, Sampling, Scene, SoundtrackModel
from workflow_scripts.models.soundtrack_retrieval.candidates import Weights, liked
from workflow_scripts.models.soundtrack_retrieval.choosing import Piece, choose
from workflow_scripts.models.soundtrack_retrieval.dance_grid import dance_grid
from workflow_scripts.models.soundtrack_retrieval.mixing import mixed
from workflow_scripts.models.soundtrack_retrieval.songs import Song, genres_of, heard
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError


@dataclass(frozen=True)
class Plan:
    """What is heard when: pieces of songs for the beats (J + 1,) of a dance, seconds."""

    grid: Floats
    pieces: list[Piece]


class SoundtrackRetrievalConfig(ModelConfig):
    """Settings of retrieved soundtracks.

    Attributes:
        stretch_weight: cost of stretching a beat, per factor e, against 1.2 for a beat that fits.
        genre_weight: cost per beat of a song of another genre than the dance's.
        variety: standard deviation of what chance adds for a song, per beat: 0 always plays the best.
        stiffness: how steady the tempo stays: 0 has every beat on its accent, exactly.
        most_songs: songs that are looked at closely for a dance, those of the nearest tempo: bounds time and memory.
    """

    stretch_weight: float = Field(default=1.5, ge=0)
    genre_weight: float = Field(default=0.5, ge=0)
    variety: float = Field(default=0.3, ge=0)
    stiffness: float = Field(default=4.0, ge=0)
    most_songs: int = Field(default=48, ge=1)


class Model(SoundtrackModel):
    """See the module's docstring."""

    Config = SoundtrackRetrievalConfig
    trained_by_gradient = False

    def __init__(self, config: SoundtrackRetrievalConfig, rate: int, songs: list[Song]) -> None:
        """Take the songs, at least one, and the rate of their samples."""
        self.config, self._rate, self.songs = config, rate, songs

    @property
    def rate(self) -> int:
        """Samples per second, those of the sounds."""
        return self._rate

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres of its songs."""
        return genres_of(self.songs)

    @classmethod
    def from_corpus(cls, config: ModelConfig, corpus: Corpus) -> Self:
        """Listen to the sound of the training clips, once to each: not of copies, nor of a second dancer to it.

        Raises:
            UserError: no training clip has sound with beats.
        """
        songs: dict[tuple[str, str, str, int], Song] = {}
        training = [clip for clip in corpus.dataset.split("train") if clip.name == clip.original]
        for clip in training:
            heard_already = (clip.collection, clip.video, clip.clip, round(10 * clip.start_s))
            if heard_already in songs or clip.name not in corpus.sounds:
                continue
            if (song := heard(clip, corpus.sounds[clip.name], corpus.rate)) is not None:
                songs[heard_already] = song
        if not songs:
            raise UserError(
                f"soundtrack_retrieval: none of {len(training)} training clips has sound with beats to follow a dance "
                "with. Add dances whose video has music."
            )
        return cls(cast(SoundtrackRetrievalConfig, config), corpus.rate, list(songs.values()))

    def state(self) -> dict[str, Any]:
        """Return what is known of the songs, without their samples."""
        return {"rate": self._rate, "songs": [song.table() for song in self.songs]}

    @classmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild the model."""
        songs = [Song.of_table(table) for table in state["songs"]]
        return cls(cast(SoundtrackRetrievalConfig, config), int(state["rate"]), songs)

    def generate(
        self,
        scenes: Sequence[Scene],
        rngs: Sequence[np.random.Generator],
        sampling: Sampling,
        sounds: Mapping[str, Floats] | None = None,
    ) -> list[Floats]:
        """Return the soundtracks, stereo; see `SoundtrackModel.generate`. Nothing is sampled from a network.

        The music goes on at the dance's tempo while a dancer rests or is not known. A clip without any accent has a
        song at the song's own tempo.

        Raises:
            UserError: a song's sound is not among `sounds`.
        """
        if sounds is None:
            raise UserError("soundtrack_retrieval plays the sounds of its training clips: it needs them to be given")
        made = []
        for scene, rng in zip(scenes, rngs, strict=True):
            plan = self.plan(scene, rng)
            made.append(mixed(self.songs, plan.pieces, plan.grid, scene.seconds, self._rate, sounds))
        return made

    def plan(self, scene: Scene, rng: np.random.Generator) -> Plan:
        """Return what is heard when in a clip."""
        found = accents(scene.motion, scene.fps)
        found = found[found < scene.seconds]
        weights = Weights(self.config.stretch_weight, self.config.genre_weight, self.config.variety)
        if len(found):
            grid = dance_grid(found, scene.seconds, self.config.stiffness)
        else:
            period = liked(self.songs, scene.genre, weights, rng).period
            grid = period * np.arange(max(int(np.ceil(scene.seconds / period - 1e-9)), 1) + 1)
        pieces = choose(self.songs, found, grid, scene.genre, weights, self.config.most_songs, rng)
        return Plan(grid, pieces)
