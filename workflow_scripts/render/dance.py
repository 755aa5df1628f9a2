"""Render one dance with its song: python -m workflow_scripts.render.dance --dance H5 --audio WAV ... --output MP4."""

import argparse
import json
from pathlib import Path

from workflow_scripts.workflow.errors import UserError, entry_point


def main() -> None:
    """Parse the arguments, read dance and rhythm, write the video."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dance", type=Path, required=True, help="pose file with the clip 0000")
    parser.add_argument("--audio", type=Path, required=True, help="the song, WAV")
    parser.add_argument("--rhythm", type=Path, required=True, help="music file of the group rhythm, with beats")
    parser.add_argument(
        "--config", type=json.loads, required=True, help="JSON: width, height, title, subtitle[, style]"
    )
    parser.add_argument("--output", type=Path, required=True, help="MP4 to write")
    arguments = parser.parse_args()
    render(arguments.dance, arguments.audio, arguments.rhythm, arguments.config, arguments.output)


def render(dance: Path, audio: Path, rhythm: Path, config: dict[str, object], output: Path) -> None:
    """Render the dance file's clip 0000; `config` as in the command line's help.

    Raises:
        UserError: the dance file has no kept clip 0000, or the configuration names an unknown style.
    """
    from workflow_scripts.figure.room import STYLES
    from workflow_scripts.motion.music_file import read_features
    from workflow_scripts.motion.pose_file import read_poses
    from workflow_scripts.render.show import DEFAULT_ROOM, FPS, at_rate, show

    poses = read_poses(dance)
    clip = poses.kept().get("0000")
    if clip is None:
        raise UserError(f"{dance}: no clip 0000 with a dancer in it; generate the dance again")
    room = str(config.get("style", DEFAULT_ROOM))
    if room not in STYLES:
        raise UserError(f"render: unknown style {room!r}; choose one of {', '.join(sorted(STYLES))}")
    music = read_features(rhythm).clips.get("0000", {})
    if not {"beats", "downbeats"} <= music.keys():
        raise UserError(f"{rhythm}: no beats of clip 0000; extract the group rhythm again")
    show(
        output,
        at_rate(clip.people[0].world, poses.fps, FPS),
        audio,
        music["beats"],
        music["downbeats"],
        (int(str(config["width"])), int(str(config["height"]))),
        str(config["title"]),
        str(config["subtitle"]),
        room,
    )


if __name__ == "__main__":
    entry_point(main)
