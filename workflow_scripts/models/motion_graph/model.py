"""Motion graph: training motion cut at kinematic minima and rearranged so that the minima fall on a song's beats.

Nothing is learned, and a few minutes of data suffice. The idea of joining captured motion where it is alike is that of
Kovar, Gleicher and Pighin (Motion Graphs, SIGGRAPH 2002); that of matching motion beats to music beats is Kim, Park and
Shin's (SIGGRAPH 2003). Feet are locked before the cut, so that units rest where feet do; those of the joined dance are
the generate stage's matter, as for every model.
"""

from functools import cached_property
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from workflow_scripts.models.base import DanceModel, ModelConfig
from workflow_scripts.models.motion_graph.placement import GENRE_COST, Weights, place_units
from workflow_scripts.models.motion_graph.units import Units, bar_phase, cut_clip
from workflow_scripts.models.pieces.body import body_state, normalised, states
from workflow_scripts.models.pieces.grid import beat_grid
from workflow_scripts.models.pieces.joins import join_costs
from workflow_scripts.models.pieces.packing import packed, unpacked
from workflow_scripts.models.pieces.perform import Seed, perform
from workflow_scripts.models.pieces.tables import chosen_pieces, together
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

ENOUGH_WINDOWS = 2  # units of a genre, in windows without repetition, that a dance of nothing else can be made of


class MotionGraphConfig(ModelConfig):
    """Settings of the motion graph.

    Attributes:
        min_unit_s, max_unit_s: bounds of a unit's duration, seconds.
        warp_weight: cost of changing a unit's speed, per factor e.
        bar_weight: cost of dancing another place of the bar than the unit was danced to.
        speed_floor: units slower than this share of the mean are avoided; else a standing dancer, who costs nothing to
            repeat, wins.
        repeat_window: units within which a repetition is avoided.
        max_units: training motion beyond this is left out (whole clips, by chance), which bounds memory and time.
        seed: of that choice.
    """

    min_unit_s: float = Field(0.3, gt=0)
    max_unit_s: float = Field(2.6, gt=0)
    warp_weight: float = Field(0.25, ge=0)
    bar_weight: float = Field(0.15, ge=0)
    speed_floor: float = Field(0.4, ge=0, le=1)
    repeat_window: int = Field(12, ge=0)
    max_units: int = Field(2000, ge=1)
    seed: int = 0


class Model(DanceModel):
    """See the module's docstring."""

    Config = MotionGraphConfig
    trained_by_gradient = False

    def __init__(
        self, config: MotionGraphConfig, fps: float, clips: list[Person], units: Units, genres: list[str]
    ) -> None:
        """Take `normalised` clips at `fps` and the units cut from them."""
        self.config, self.fps, self.clips, self.units, self.names = config, fps, clips, units, genres

    @property
    def genres(self) -> tuple[str, ...]:
        """See `DanceModel.genres`."""
        return tuple(name for name in self.names if name)

    @classmethod
    def from_dataset(cls, config: ModelConfig, dataset: Dataset, part: dict[str, Any] | None = None) -> Self:
        """Cut the training clips into units.

        Raises:
            UserError: the training clips hold no unit.
        """
        config = cast(MotionGraphConfig, config)
        fps, bounds = dataset.fps, (config.min_unit_s, config.max_unit_s)
        training = [clip for clip in dataset.split("train") if len(clip.motion.root) >= 4]

        def cut(clip: DatasetClip) -> tuple[Person, Units]:
            motion = normalised(clip.motion, fps)
            return motion, cut_clip(clip.music, motion, fps, *bounds)

        chosen = chosen_pieces(training, cut, config.max_units, config.seed)
        if not chosen:
            raise UserError(
                f"motion_graph: no motion between {config.min_unit_s:g} s and {config.max_unit_s:g} s from one rest to "
                f"the next in {len(dataset.split('train'))} training clips. "
                "Add longer or livelier dances, or widen min_unit_s and max_unit_s."
            )
        columns, genres = together([table for _, _, table in chosen], [clip.genre for clip, _, _ in chosen])
        return cls(config, fps, [motion for _, motion, _ in chosen], Units(**columns), genres)

    def state(self) -> dict[str, Any]:
        """Return the clips' motion (float32) and the table of units."""
        return {
            "fps": float(self.fps),
            "genres": list(self.names),
            "clips": packed(self.clips),
            "units": {name: torch.from_numpy(column) for name, column in self.units.columns().items()},
        }

    @classmethod
    def from_state(cls, config: ModelConfig, state: dict[str, Any]) -> Self:
        """Rebuild the model."""
        clips = unpacked(state["clips"])
        units = Units(**{name: column.numpy() for name, column in state["units"].items()})
        return cls(cast(MotionGraphConfig, config), state["fps"], clips, units, state["genres"])

    @cached_property
    def _starts(self) -> tuple[Floats, Floats]:
        return states(self.clips, self.units.clip, self.units.start, self.fps)

    @cached_property
    def _joins(self) -> Floats:
        ends = states(self.clips, self.units.clip, self.units.end, self.fps)
        return join_costs(*ends, *self._starts)

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
        """Return a dance; see `DanceModel.generate`. The song's beats are all it hears, with tempo and downbeats.

        Asked for a genre it dances that genre's units and no others. Where these are so few that they could not but
        come back again and again (fewer than `ENOUGH_WINDOWS` windows of `repeat_window`), the others only cost more.

        Raises:
            UserError: the model knows no such genre.
        """
        frames = round(music.fps * seconds)
        grid = beat_grid(music.beats, seconds, music.tempo)
        units, joins, avoided, chosen = self._of_genre(genre)
        seed, first_cost = None, None
        if seed_motion is not None:
            seed = Seed.of(seed_motion, music.fps)
            body = seed.at(np.arange(2) / music.fps)
            end = Person(body[:, 1:], body[:, 0])
            poses, velocities = self._starts
            first_cost = join_costs(*body_state(end, np.zeros(1), music.fps), poses[chosen], velocities[chosen])[0]
        memory = {} if memory is None else memory
        earlier = np.array(memory.get("units", []), dtype=np.int64)
        place = np.cumsum(chosen) - 1  # of each of all units among those chosen
        path = place_units(
            units,
            joins,
            grid,
            bar_phase(grid, music.downbeats),
            self.fps,
            60.0 / float(np.median(np.diff(grid))),
            Weights(
                warp=self.config.warp_weight,
                bar=self.config.bar_weight,
                speed_floor=self.config.speed_floor,
                repeat_window=self.config.repeat_window,
            ),
            rng,
            first_cost,
            music.beats_per_bar,
            avoided,
            stepwise,
            place[earlier[chosen[earlier]]].tolist(),
        )
        memory["units"] = [*earlier.tolist(), *np.flatnonzero(chosen)[[placement.unit for placement in path]].tolist()]
        return perform(path, grid, units, self.clips, np.arange(frames) / music.fps, seed)

    def _of_genre(self, genre: str | None) -> tuple[Units, Floats, Floats, npt.NDArray[np.bool_]]:
        """Return units for a genre, their join costs, what each costs more, and which of all units they are."""
        everything = np.ones(len(self.units), dtype=bool)
        if genre is None:
            return self.units, self._joins, np.zeros(len(self.units)), everything
        if genre not in self.genres:
            known = ", ".join(self.genres) or "none: its dances have none"
            raise UserError(f"the motion graph knows no genre {genre!r}; it knows {known}")
        fits = self.units.genre == self.names.index(genre)
        if fits.sum() < ENOUGH_WINDOWS * self.config.repeat_window:
            return self.units, self._joins, np.where(fits, 0.0, GENRE_COST), everything
        return self.units.only(fits), self._joins[np.ix_(fits, fits)], np.zeros(int(fits.sum())), fits
