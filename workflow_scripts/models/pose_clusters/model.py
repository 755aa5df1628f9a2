"""Dances as sequences of clusters: a classifier says which cluster of motion comes next, real steps of it are danced.

After learn2dance's discriminative model (k-means of pose windows, and a classifier that hears the music and the
clusters before). Its windows were a fixed part of a second; here a step is a beat, so that a dance keeps its place in
the music, and a cluster is danced as one of its members, not as its mean.
"""

from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from torch import Tensor, nn

from workflow_scripts.models.base import GradientConfig, GradientModel, ModelConfig
from workflow_scripts.models.examples import Examples
from workflow_scripts.models.pieces.body import states
from workflow_scripts.models.pieces.packing import packed, unpacked
from workflow_scripts.models.pieces.perform import Placement, Seed, perform
from workflow_scripts.models.pieces.tables import chosen_pieces, together
from workflow_scripts.models.pose_clusters.baselines import bigram, majority
from workflow_scripts.models.pose_clusters.clustering import Clusters, ClusterSettings
from workflow_scripts.models.pose_clusters.decoding import AHEAD, Members, choose_members
from workflow_scripts.models.pose_clusters.network import Network
from workflow_scripts.models.pose_clusters.steps import (
    Ints,
    Steps,
    bodies,
    cut_steps,
    normalised_clip,
    shapes,
    step_grid,
    step_shapes,
)
from workflow_scripts.models.scales import Scales
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip
from workflow_scripts.motion.metre import PHASES, metre, phase_features
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

# Octaves of a step's duration are counted from here.
USUAL_STEP_S = 0.5
# Share of training windows in which no genre is told: a dance may be asked for with a genre or without, equally often.
GENRE_DROPOUT = 0.5


class Settings(GradientConfig):
    """Settings of the clusters, of the classifier and of dancing.

    Attributes:
        clusters: what the rule `find_clusters` makes them by.
        hidden, dropout: of the classifier.
        music_dropout: share of training windows in which it must do without the music's features.
        label_smoothing: share of the target that is spread over all clusters.
        context: steps it looks at, when it dances, half of them ahead.
        temperature: of the choice of the next cluster; at 0 always the likeliest.
        top_k: the choice is among so many of the likeliest.
        speed_floor: steps slower than this share of the mean are not danced.
        max_steps: training motion beyond this is learned from but not danced (whole clips, by chance), which bounds
            memory and time.
        seed: of that choice.
    """

    learning_rate: float = Field(default=3e-3, gt=0)
    max_epochs: int = Field(default=60, ge=1)
    clusters: ClusterSettings = ClusterSettings()
    hidden: int = Field(default=32, ge=1)
    dropout: float = Field(default=0.4, ge=0, lt=1)
    music_dropout: float = Field(default=0.5, ge=0, le=1)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    context: int = Field(default=12, ge=2)
    temperature: float = Field(default=0.7, ge=0)
    top_k: int = Field(default=5, ge=1)
    speed_floor: float = Field(default=0.4, ge=0, le=1)
    max_steps: int = Field(default=10000, ge=1)
    seed: int = 0


class Model(GradientModel):
    """See the module's docstring."""

    Config: ClassVar[type[ModelConfig]] = Settings
    config: Settings
    part: ClassVar[str | None] = "clusters.h5"

    def __init__(
        self,
        config: Settings,
        fps: float,
        scales: Scales,
        clusters: Clusters,
        motions: list[Person],
        steps: Steps,
        genres: list[str],
        cluster: Ints,
    ) -> None:
        """Make an untrained classifier of `steps` of `motions`, of which step n is in cluster[n]."""
        self.config, self.fps, self.scales, self.clusters = config, fps, scales, clusters
        self.motions, self.steps, self.names, self.cluster = motions, steps, genres, cluster
        heard = 2 * len(scales.features_mean) + PHASES + 1
        self.network = Network(heard, self.count, len(genres), config.hidden, config.dropout)

    @property
    def count(self) -> int:
        """How many clusters there are."""
        return len(self.clusters.centroids)

    @property
    def genres(self) -> tuple[str, ...]:
        """See `DanceModel.genres`."""
        return tuple(name for name in self.names if name)

    @classmethod
    def from_dataset(cls, config: ModelConfig, dataset: Dataset, part: dict[str, Any] | None = None) -> Self:
        """Return an untrained classifier of the clusters in `part`.

        Raises:
            UserError: there is no part, or it was made by other settings.
        """
        assert isinstance(config, Settings)
        if part is None or "centroids" not in part or part["centroids"].shape[1] != config.clusters.poses:
            raise UserError(
                "pose_clusters needs clusters.h5, made by the rule find_clusters with these settings: give it by --part"
            )
        clusters = Clusters(part["centroids"], part["sizes"], float(part["spread"]))
        clips = dataset.split("train")

        def cut(clip: DatasetClip) -> tuple[Person, Steps]:
            motions = bodies([clip], dataset.fps)
            return motions[0], cut_steps([clip], motions, dataset.fps, config.clusters.beats)[0]

        chosen = chosen_pieces(clips, cut, config.max_steps, config.seed)
        columns, genres = together([table for _, _, table in chosen], [clip.genre for clip, _, _ in chosen])
        motions, steps = [motion for _, motion, _ in chosen], Steps(**columns)
        cluster = clusters.of(step_shapes(steps, motions, config.clusters.poses))
        return cls(config, dataset.fps, Scales.of(dataset), clusters, motions, steps, genres, cluster)

    def state(self) -> dict[str, Any]:
        """Return the weights, the clusters, the steps and the motion they lie in."""
        return {
            "fps": float(self.fps),
            "scales": self.scales.state(),
            "centroids": torch.from_numpy(self.clusters.centroids),
            "sizes": torch.from_numpy(self.clusters.sizes),
            "spread": self.clusters.spread,
            "clips": packed(self.motions),
            "steps": {name: torch.from_numpy(column) for name, column in self.steps.columns().items()},
            "genres": list(self.names),
            "cluster": torch.from_numpy(self.cluster),
            "network": self.network.state_dict(),
        }

    @classmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild a trained model, ready to generate."""
        assert isinstance(config, Settings)
        motions = unpacked(state["clips"])
        steps = Steps(**{name: column.numpy() for name, column in state["steps"].items()})
        clusters = Clusters(state["centroids"].numpy(), state["sizes"].numpy(), state["spread"])
        scales, cluster = Scales(**state["scales"]), state["cluster"].numpy()
        model = cls(config, state["fps"], scales, clusters, motions, steps, state["genres"], cluster)
        model.network.load_state_dict(state["network"])
        model.network.eval()
        return model

    def examples(self, dataset: Dataset, split: str) -> Examples:
        """Return, for every window of frames, the steps that lie in it; the nearest one where none does."""
        clips, windows = {}, []
        for number, clip in enumerate(dataset.clips):
            if clip.split != split:
                continue
            motions = bodies([clip], dataset.fps)
            steps, _ = cut_steps([clip], motions, dataset.fps, self.config.clusters.beats)
            cluster = self.clusters.of(step_shapes(steps, motions, self.config.clusters.poses))
            genre = self.names.index(clip.genre) if clip.genre in self.names else len(self.names)
            clips[number] = {
                "heard": self._heard(clip.music, steps.start, steps.end, (steps.end - steps.start) / dataset.fps),
                "before": torch.from_numpy(np.concatenate([[self.count], cluster[:-1]])),
                "cluster": torch.from_numpy(cluster),
                "genre": torch.full((len(cluster),), genre),
                "start": torch.from_numpy(steps.start),
                "end": torch.from_numpy(steps.end),
            }
        for number, first, frames in dataset.windows[split].tolist():
            start, end = clips[number]["start"], clips[number]["end"]
            inside = torch.nonzero((start >= first - 1) & (end <= first + frames + 1)).flatten().tolist()
            inside = inside or [int(((start + end) / 2 - first - frames / 2).abs().argmin())]
            windows.append((number, inside[0], len(inside)))
        return Examples(clips, np.array(windows, dtype=np.int64).reshape(-1, 3))

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the cross-entropy of the clusters, given those before."""
        heard, genre = batch["heard"], batch["genre"][:, 0]
        if self.network.training:
            deaf = torch.rand(len(heard), 1, 1, device=heard.device) < self.config.music_dropout
            sound = torch.arange(heard.shape[-1], device=heard.device) < heard.shape[-1] - PHASES - 1
            heard = heard.masked_fill(deaf & sound, 0.0)
            anything = torch.rand(len(genre), device=genre.device) < GENRE_DROPOUT
            genre = genre.masked_fill(anything, len(self.names))
        scores = self.network(heard, batch["before"], genre)
        smoothing = self.config.label_smoothing
        errors = nn.functional.cross_entropy(
            scores.transpose(1, 2), batch["cluster"], reduction="none", label_smoothing=smoothing
        )
        return (errors * batch["present"]).sum() / batch["present"].sum()

    def held_out(self, dataset: Dataset) -> dict[str, float]:
        """Return how often the next cluster of validation dances is guessed, given the true ones before it.

        The classifier is told no genre. Beside its accuracy: that of the most frequent cluster and that of the bigram
        (see `baselines`), both of the training dances that are kept, and how many predictions there were.
        """
        training = [self.cluster[self.steps.clip == number] for number in range(len(self.motions))]
        most, table = majority(training, self.count), bigram(training, self.count)
        hits = np.zeros(3)
        total = 0
        examples = self.examples(dataset, "validation") if len(dataset.windows["validation"]) else None
        lengths: list[int] = []
        for clip in dataset.split("validation") if examples else []:
            lengths.append(len(cut_steps([clip], bodies([clip], self.fps), self.fps, self.config.clusters.beats)[0]))
        first = 0
        for length in lengths:
            assert examples is not None
            rows = slice(first, first + length)
            heard, truth = examples.columns["heard"][rows], examples.columns["cluster"][rows].numpy()
            before = examples.columns["before"][rows].numpy()
            guessed = [int(self._scores(heard, before, place, len(self.names)).argmax()) for place in range(len(truth))]
            others = (np.full(length, most), table[before].argmax(axis=1))
            hits += [np.count_nonzero(guesses == truth) for guesses in (np.array(guessed), *others)]
            total += length
            first += length
        if not total:
            return {}
        names = ("accuracy", "majority_accuracy", "bigram_accuracy")
        return dict(zip(names, (hits / total).tolist(), strict=True)) | {"predictions": float(total)}

    @torch.no_grad()
    def generate(
        self,
        music: Music,
        seconds: float,
        seed_motion: Person | None,
        rng: np.random.Generator,
        genre: str | None = None,
        stepwise: bool = False,
        memory: dict[str, Any] | None = None,
    ) -> Person:
        """Dance: draw a cluster for every step of the song, choose members of them, join these."""
        self.network.eval()
        frames = round(music.fps * seconds)
        grid = step_grid(music, seconds, self.config.clusters.beats)
        allowed = self._allowed(genre)
        before, seed, start = self.count, None, None
        if seed_motion is not None:
            before = self._cluster_at_end(seed_motion, music.fps, float(grid[1] - grid[0]))
            seed = Seed.of(seed_motion, music.fps)
            body = seed.at(np.arange(2) / music.fps)
            start = states([Person(body[:, 1:], body[:, 0])], np.zeros(1, np.int64), np.zeros(1), music.fps)
        bounds = np.clip(grid * music.fps, 0, max(frames - 1, 0))
        heard = self._heard(music, bounds[:-1], bounds[1:], np.diff(grid))
        asked = self.names.index(genre) if genre is not None else len(self.names)
        danced = np.full(len(grid), self.count)
        danced[0] = before
        possible = np.isin(np.arange(self.count), self.cluster[allowed])
        for place in range(len(grid) - 1):
            scores = self._scores(heard, danced, place, asked, stepwise).numpy().astype(np.float64)
            danced[place + 1] = self._drawn(np.where(possible, scores, -np.inf), rng)
        memory = {} if memory is None else memory
        earlier: list[int] = memory.get("steps", [])
        ahead = 1 if stepwise else AHEAD
        path = choose_members(danced[1:], np.diff(grid), self._members, allowed, rng, start, ahead, earlier)
        memory["steps"] = [*earlier, *path]
        placed = [Placement(member, place, place + 1) for place, member in enumerate(path)]
        return perform(placed, grid, self.steps, self.motions, np.arange(frames) / music.fps, seed)

    @cached_property
    def _members(self) -> Members:
        starts, ends = (
            states(self.motions, self.steps.clip, at, self.fps) for at in (self.steps.start, self.steps.end)
        )
        return Members(self.steps, self.cluster, starts, ends, self.fps)

    def _allowed(self, genre: str | None) -> npt.NDArray[np.bool_]:
        fits = np.ones(len(self.steps), bool) if genre is None else self.steps.genre == self.names.index(genre)
        lively = fits & (self.steps.speed >= self.config.speed_floor * self.steps.speed.mean())
        return lively if lively.any() else fits

    def _cluster_at_end(self, motion: Person, fps: float, seconds: float) -> int:
        """Return the cluster that the last `seconds` of a motion belong to."""
        body = normalised_clip(motion, fps)
        last = len(body.root) - 1.0
        ends = np.array([last])
        shape = shapes(body, np.maximum(ends - seconds * fps, 0), ends, self.config.clusters.poses)
        return int(self.clusters.of(shape)[0])

    def _heard(self, music: Music, starts: Floats, ends: Floats, seconds: Floats) -> Tensor:
        """Return what is heard in steps (N,) of frames: means of both halves, place in the metre, octaves of time.

        The frames are those there are; a step that begins before the song or ends after it lasts all of `seconds`.
        """
        octaves = np.log2(np.maximum(seconds, 1 / self.fps) / USUAL_STEP_S)
        last = max(len(music.features) - 1, 0)
        phases = phase_features(metre(music, last + 1))
        rows = []
        for start, end, octave in zip(starts.tolist(), ends.tolist(), octaves.tolist(), strict=True):
            first = min(int(start), last)
            middle = max(int((start + end) / 2), first + 1)
            stop = max(int(end), middle + 1)
            halves = [self.scales.heard(music, *bounds).mean(axis=0) for bounds in ((first, middle), (middle, stop))]
            rows.append(np.concatenate([*halves, phases[min(round(start), last)], [octave]]))
        return torch.from_numpy(np.array(rows, dtype=np.float32))

    @torch.no_grad()
    def _scores(self, heard: Tensor, before: Ints, place: int, genre: int, stepwise: bool = False) -> Tensor:
        """Return the scores (K,) of clusters for one step, from `context` steps around it, or up to it."""
        first = max(place - self.config.context // 2, 0)
        stop = place + 1 if stepwise else first + self.config.context
        told = heard[None, first:stop], torch.from_numpy(before[None, first : min(stop, len(heard))])
        scores: Tensor = self.network(*told, torch.tensor([genre]))[0, place - first]
        return scores

    def _drawn(self, scores: Floats, rng: np.random.Generator) -> int:
        best = np.argsort(-scores, kind="stable")[: self.config.top_k]
        best = best[np.isfinite(scores[best])]
        if self.config.temperature == 0:
            return int(best[0])
        chances = np.exp((scores[best] - scores[best[0]]) / self.config.temperature)
        return int(rng.choice(best, p=chances / chances.sum()))
