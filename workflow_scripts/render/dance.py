"""Render dances with their sound: python -m workflow_scripts.render.dance --dance H5 ... --audio WAV --output MP4."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow_scripts.workflow.errors import UserError, entry_point

if TYPE_CHECKING:
    from workflow_scripts.render.scene import Dancer

FIRST_CLIP = "0000"
# What the configuration holds besides RenderSettings.
WORDS = ("title", "subtitle", "performer", "middle_s")


def main() -> None:
    """Parse the arguments, read dance and rhythm, write the video."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--dance", type=Path, nargs="+", required=True, help="pose file with the clip; several: side by side"
    )
    parser.add_argument("--clip", default=FIRST_CLIP, help="its number, four digits")
    parser.add_argument("--audio", type=Path, required=True, help="the song, or another sound for this dance, WAV")
    parser.add_argument(
        "--rhythm", type=Path, help="music file of the group rhythm, with the song's beats; else they are heard"
    )
    parser.add_argument(
        "--config",
        type=json.loads,
        required=True,
        help="JSON: title, subtitle (a list for several dances)[, performer, middle_s], fields of RenderSettings",
    )
    parser.add_argument("--threads", type=int, help="how many draw; as many as there are cores if not given")
    parser.add_argument("--output", type=Path, required=True, help="MP4 to write")
    parser.add_argument(
        "--heal",
        action="store_true",
        help="delete a broken dance or rhythm, so that the workflow's next run remakes it",
    )
    arguments = parser.parse_args()
    render(
        arguments.dance,
        arguments.audio,
        arguments.rhythm,
        arguments.config,
        arguments.output,
        arguments.clip,
        arguments.threads,
        arguments.heal,
    )


def render(
    dances: Sequence[Path],
    audio: Path,
    rhythm: Path | None,
    config: Mapping[str, Any],
    output: Path,
    clip: str = FIRST_CLIP,
    threads: int | None = None,
    heal: bool = False,
) -> None:
    """Render one clip of a pose file, or the same of several side by side, with a sound.

    Args:
        dances: the pose files, from the left of the picture to its right.
        audio: what is heard, from the clip's first frame on.
        rhythm: the music file with the beats of `audio`, which light the stage. None (a sound that no beats were
            tracked in, such as a generated one): those that are heard in it.
        config: as in the command line's help. `performer` chooses dancer and colour, if it is not the subtitle; of
            `middle_s` only so many seconds are shown, from the middle.
        output: the MP4.
        clip: which one, of the pose files and of the rhythm.
        threads: how many draw, see `show`.
        heal: delete a pose file or rhythm that is broken.

    Raises:
        UserError: a file is missing or broken, there is no such clip with somebody in it, or the settings are wrong.
    """
    from workflow_scripts.motion.music_file import read_beats
    from workflow_scripts.render.excerpt import middle_of
    from workflow_scripts.render.hearing import heard_beats
    from workflow_scripts.render.scene import Scene
    from workflow_scripts.render.settings import checked_settings
    from workflow_scripts.render.show import show
    from workflow_scripts.workflow.media import sound_seconds
    from workflow_scripts.workflow.outputs import check_outputs

    if not isinstance(config, Mapping) or not {"title", "subtitle"} <= config.keys():
        raise UserError(
            '--config: needed are a title and a subtitle, such as {"title": "A song", "subtitle": "replay"}'
        )
    if threads is not None and threads < 1:
        raise UserError(f"--threads has to be 1 or more, not {threads}")
    check_outputs([output], [*dances, audio, rhythm])
    middle_s = config.get("middle_s")
    if middle_s is not None and not (isinstance(middle_s, int | float) and middle_s >= 1 / 30):
        raise UserError(f"--config: middle_s has to be a number of seconds, a frame or more, not {middle_s!r}")
    settings = checked_settings({key: value for key, value in config.items() if key not in WORDS})
    captions = config["subtitle"] if isinstance(config["subtitle"], list) else [config["subtitle"]]
    if len(captions) != len(dances):
        raise UserError(f"{output}: {len(dances)} dances, and {len(captions)} subtitles; give one for each")
    performer = str(config.get("performer", ""))
    dancers = tuple(
        _dancer(dance, clip, str(caption), performer, settings.fps, heal)
        for dance, caption in zip(dances, captions, strict=True)
    )
    beats, downbeats = read_beats(rhythm, clip, not heal) if rhythm else heard_beats(audio)
    seconds = sound_seconds(audio)
    scene = Scene(dancers, settings.fps, seconds, str(config["title"]), audio, beats, downbeats)
    with middle_of(scene, seconds if middle_s is None else middle_s) as part:
        show(output, part, settings, progress=True, threads=threads)


def _dancer(dance: Path, clip: str, caption: str, performer: str, fps: float, heal: bool) -> "Dancer":
    from workflow_scripts.motion.pose_file import read_poses
    from workflow_scripts.render.frame_rate import at_rate
    from workflow_scripts.render.scene import Dancer

    poses = read_poses(dance, keep=not heal)
    shown = poses.kept().get(clip)
    if shown is None:
        raise UserError(f"{dance}: no clip {clip} with a dancer in it; make the file again")
    return Dancer(at_rate(shown.people[0].world, poses.fps, fps), caption, performer)


if __name__ == "__main__":
    entry_point(main)
