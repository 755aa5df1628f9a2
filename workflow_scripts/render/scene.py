"""What a video shows: who dances what, to which sound."""

from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.motion.skeleton import SMPL24, Floats, Skeleton


@dataclass(frozen=True)
class Dancer:
    """One dancer of a scene.

    Attributes:
        world: (T, J, 3) joints at the scene's frame rate, metres, y up, floor at y = 0; where joints are known in the
            picture only (learn2dance), z is 0 throughout. After the end the last pose is held.
        caption: who it is, as it stands in the picture: truth, a model, a sample.
        performer: chooses looks and colour: equal names, equal looks. "": the caption does.
        skeleton: of the joints; the style `figure` needs `SMPL24`.
    """

    world: Floats
    caption: str
    performer: str = ""
    skeleton: Skeleton = SMPL24


@dataclass(frozen=True)
class Scene:
    """One video.

    Attributes:
        dancers: at least one, from the left of the picture to its right.
        fps: of the motion and of the video, frames per second.
        seconds: how long the video is.
        title: stands at the top.
        audio: what is heard, a WAV file; None: a silent video.
        beats, downbeats: sorted times in seconds.
    """

    dancers: tuple[Dancer, ...]
    fps: float
    seconds: float
    title: str
    audio: Path | None
    beats: Floats
    downbeats: Floats

    @property
    def frames(self) -> int:
        """Number of frames of the video."""
        return round(self.seconds * self.fps)
