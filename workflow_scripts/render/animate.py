"""Draw any motion file as a video: python -m workflow_scripts.render.animate INPUT [INPUT ...] OUTPUT.

INPUT is motion of any form: a pose file or a dance of this project (.h5), VideoPose3D (.npy), learn2dance, EDGE, AIST++
or SMPL (.npz, .pkl), BVH, DeepMimic (JSON), Dance with Melody, or a folder of OpenPose's JSON files. Its form is told
from what is in it. Several inputs dance side by side. OUTPUT is an .mp4, a .gif or a .png (a contact sheet).

The video is as long as the longest motion, also with --audio: the sound is cut there, or silence follows its end.
"""

import argparse
import logging
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from workflow_scripts.motion.formats.recognition import KINDS
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.workflow.errors import UserError, entry_point

if TYPE_CHECKING:
    from workflow_scripts.motion.skeleton import Floats
    from workflow_scripts.render.performances import Choice, Performance
    from workflow_scripts.render.scene import Dancer

SUFFIXES = (".mp4", ".gif", ".png")
SLOWEST, FASTEST = 1.0, 1000.0  # frames/s of motion

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wishes:
    """What is shown, besides how it is drawn.

    Attributes:
        audio: any file with sound; None: a silent video.
        audio_start: where in the sound the motion begins, seconds.
        start, seconds: the part of the motion that is shown; None: to its end.
        title: stands at the top; None: the name of the sound.
        captions: one for each dancer; empty: the names of the files.
        style: None: a figure, or a skeleton if any motion is known in the picture only.
    """

    audio: Path | None = None
    audio_start: float = 0.0
    start: float = 0.0
    seconds: float | None = None
    title: str | None = None
    captions: Sequence[str] = ()
    style: str | None = None


def animate(
    inputs: Sequence[Path],
    output: Path,
    choice: "Choice",
    wishes: Wishes,
    settings: RenderSettings,
    progress: bool = False,
) -> None:
    """Draw motion files; the output appears atomically.

    Args:
        inputs: files, or folders where a form has them; their dancers stand from left to right.
        output: an MP4, a GIF or a PNG, by its suffix.
        choice: what of the files is meant.
        wishes: what is shown.
        settings: how it is drawn; `wishes.style` goes before its style.
        progress: tell on stderr how far it is.

    Raises:
        UserError: an input is no motion that can be drawn so, or the output cannot be written; the message names it.
    """
    import numpy as np

    from workflow_scripts.render.any_sound import decode
    from workflow_scripts.render.contact_sheet import make_sheet
    from workflow_scripts.render.gif import LONGEST_S, make_gif
    from workflow_scripts.render.hearing import heard_beats
    from workflow_scripts.render.performances import performances
    from workflow_scripts.render.scene import Scene
    from workflow_scripts.render.show import show
    from workflow_scripts.workflow.outputs import check_outputs

    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(f"{output}: written are {', '.join(SUFFIXES)}, by the suffix of the output")
    check_outputs([output], [*inputs, wishes.audio])
    shown = [one for path in inputs for one in performances(path, choice)]
    if (choice.clip is not None or choice.person is not None) and not any(one.ours for one in shown):
        raise UserError(f"--clip and --person choose from pose files; {inputs[0].name} is none")
    flat = any(one.flat for one in shown)
    style = wishes.style or ("skeleton" if flat else "figure")
    if flat and not wishes.style:
        log.info("joints known in the picture only: everybody is drawn as a skeleton")
    settings = settings.model_copy(update={"style": style})
    dancers = _dancers(shown, wishes, settings)
    seconds = max(len(dancer.world) for dancer in dancers) / settings.fps
    if suffix == ".gif" and seconds > LONGEST_S:
        log.info("%s: a GIF shows %g s at most, not %.1f s; --start chooses which", output, LONGEST_S, seconds)
        seconds = LONGEST_S
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound.wav" if wishes.audio else None
        beats: Floats = np.empty(0)
        downbeats: Floats = np.empty(0)
        if wishes.audio and sound:
            decode(wishes.audio, sound, wishes.audio_start + wishes.start, seconds)
            beats, downbeats = heard_beats(sound)
        title = wishes.title if wishes.title is not None else _title(wishes.audio, dancers)
        scene = Scene(tuple(dancers), settings.fps, seconds, title, sound, beats, downbeats)
        video = output if suffix == ".mp4" else Path(folder) / "video.mp4"
        show(video, scene, settings, progress)
        if suffix == ".gif":
            make_gif(video, output)
        elif suffix == ".png":
            make_sheet(video, output)


def _title(audio: Path | None, dancers: Sequence["Dancer"]) -> str:
    """Return the name of the sound, where there is one that does not stand in the picture already."""
    return audio.stem if audio and audio.stem not in [dancer.caption for dancer in dancers] else ""


def _dancers(shown: Sequence["Performance"], wishes: Wishes, settings: RenderSettings) -> list["Dancer"]:
    from workflow_scripts.motion.skeleton import SMPL24
    from workflow_scripts.render.frame_rate import at_rate
    from workflow_scripts.render.scene import Dancer

    captions = list(wishes.captions) or _names(shown)
    if len(captions) != len(shown):
        raise UserError(f"{len(captions)} captions for {len(shown)} dancers: {', '.join(_names(shown))[:300]}")
    first = round(wishes.start * settings.fps)
    last = None if wishes.seconds is None else first + max(round(wishes.seconds * settings.fps), 1)
    dancers = []
    for one, caption in zip(shown, captions, strict=True):
        world, skeleton = (one.on_our_body(), SMPL24) if settings.style == "figure" else one.as_it_is()
        world = at_rate(world, one.motion.fps, settings.fps)
        if first >= len(world):
            raise UserError(f"{one.path}: ends at {len(world) / settings.fps:.2f} s, before --start {wishes.start:g}")
        dancers.append(Dancer(world[first:last], caption, skeleton=skeleton))
    return dancers


def _names(shown: Sequence["Performance"]) -> list[str]:
    """Return a caption for each dancer: the file's name, with its folder's where names are alike, and a number."""
    stems = [one.path.name if one.path.is_dir() else one.path.stem for one in shown]
    paths = {stem: {one.path.resolve() for one, own in zip(shown, stems, strict=True) if own == stem} for stem in stems}
    names = []
    for one, stem in zip(shown, stems, strict=True):
        name = f"{one.path.resolve().parent.name}/{stem}" if len(paths[stem]) > 1 else stem
        names.append(f"{name} · {one.label}" if one.label else name)
    return names


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command; options of RenderSettings have its names, values and defaults."""
    usage, details = __doc__.split("\n\n", 1)
    parser = argparse.ArgumentParser(
        description=usage, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", type=Path, nargs="+", metavar="INPUT", help="motion files, from left to right")
    parser.add_argument("output", type=Path, metavar="OUTPUT", help=f"what to write: {', '.join(SUFFIXES)}")
    parser.add_argument("--audio", type=Path, help="the sound: any sound or video file; its beats light the stage")
    parser.add_argument("--audio-start", type=float, default=0.0, help="where in it the motion begins, seconds (0)")
    parser.add_argument("--start", type=float, default=0.0, help="where in the motion to begin, seconds (0)")
    parser.add_argument("--seconds", type=float, help="for how long (to the end)")
    parser.add_argument("--title", help="at the top (the name of the sound)")
    parser.add_argument(
        "--captions", nargs="+", default=[], metavar="NAME", help="one for each dancer (file names); goes last"
    )
    parser.add_argument("--kind", choices=list(KINDS), help="the form of the inputs (told from what is in them)")
    parser.add_argument("--clip", help="number, of a pose file (its first with somebody in it)")
    parser.add_argument("--person", type=int, help="number of one person of a pose file (all)")
    parser.add_argument("--source-fps", type=float, help="frames/s of the motion (what the file says, else 30)")
    parser.add_argument("--style", choices=_values("style"), help="figure; skeletons where joints are flat or odd")
    for name in ("quality", "format", "camera", "fps"):
        values, usual = _values(name), RenderSettings.model_fields[name].default
        parser.add_argument(f"--{name}", type=type(usual), choices=values, default=usual, help=f"{usual}")
    for name in ("width", "height"):
        parser.add_argument(f"--{name}", type=int, help="pixels (those of the format)")
    parser.add_argument("--room", default=RenderSettings.model_fields["room"].default, help="the stage (%(default)s)")
    return parser


def _values(setting: str) -> list[Any]:
    return list(get_args(RenderSettings.model_fields[setting].annotation))


def _settings(arguments: argparse.Namespace) -> RenderSettings:
    from pydantic import ValidationError

    from workflow_scripts.figure.room import STYLES

    if arguments.room not in STYLES:
        raise UserError(f"--room: there is no {arguments.room!r}; choose one of {', '.join(sorted(STYLES))}")
    names = RenderSettings.model_fields.keys() - {"style"}
    try:
        return RenderSettings(**{name: getattr(arguments, name) for name in names})
    except ValidationError as error:
        first = error.errors()[0]
        option = ".".join(map(str, first["loc"]))
        raise UserError(f"--{option}: {first['msg']}, not {first['input']}") from error


def main() -> None:
    """Parse the arguments and draw."""
    from workflow_scripts.render.performances import Choice

    # Intermixed: options may stand before, between and after the files.
    parser = _parser()
    arguments = parser.parse_intermixed_args()
    if arguments.captions and Path(arguments.captions[-1]).suffix.lower() in SUFFIXES:
        parser.error(f"--captions took {arguments.captions[-1]} for a name: put --captions behind OUTPUT")
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    # The readers' own lines say less than ours.
    logging.getLogger("workflow_scripts.render").setLevel(logging.INFO)
    times = (arguments.start, arguments.audio_start, 1.0 if arguments.seconds is None else arguments.seconds)
    if not all(map(math.isfinite, times)) or min(times[:2]) < 0 or times[2] <= 0:
        raise UserError(
            "--start and --audio-start have to be 0 or more, --seconds more than 0, and all of them numbers"
        )
    if arguments.source_fps is not None and not SLOWEST <= arguments.source_fps <= FASTEST:
        raise UserError(f"--source-fps has to be {SLOWEST:g} to {FASTEST:g}, not {arguments.source_fps:g}")
    animate(
        arguments.inputs,
        arguments.output,
        Choice(arguments.kind, arguments.clip and arguments.clip.zfill(4), arguments.person, arguments.source_fps),
        Wishes(
            arguments.audio,
            arguments.audio_start,
            arguments.start,
            arguments.seconds,
            arguments.title,
            arguments.captions,
            arguments.style,
        ),
        _settings(arguments),
        progress=sys.stderr.isatty(),
    )


if __name__ == "__main__":
    entry_point(main)
