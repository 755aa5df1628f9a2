"""Write the page that shows dances to one song in three dimensions.

    python -m workflow_scripts.export.viewer.write DANCE.h5... --output PAGE.html [--audio SONG.wav] [--rhythm SONG.h5]

One self-contained HTML file: a double click opens it, nothing is fetched. It shows one dance at a time, or all of them
side by side.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from workflow_scripts.export.piece import FIRST_CLIP, Piece, read_piece
from workflow_scripts.motion.music_file import read_beats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_text
from workflow_scripts.workflow.outputs import check_outputs

TRUTH = "truth"


def main() -> None:
    """Parse the arguments, read everything, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dances", type=Path, nargs="+", help="dances to one song, or other pose files, .h5")
    parser.add_argument("--output", type=Path, required=True, help="HTML file to write")
    parser.add_argument("--first", type=Path, help="which of them is shown when the page opens (default: the first)")
    parser.add_argument("--truth", type=Path, help="a captured dance to the same music, to stand beside them")
    parser.add_argument(
        "--clip", default=FIRST_CLIP, help="which clip of the files, four digits (default: %(default)s)"
    )
    parser.add_argument("--audio", type=Path, help="the song, WAV; without it the page is silent")
    parser.add_argument("--rhythm", type=Path, help="music file of the group rhythm, with the song's beats")
    parser.add_argument("--title", help="what stands at the top (default: the song's or the dance's file name)")
    parser.add_argument(
        "--heal",
        action="store_true",
        help="delete a broken dance or rhythm, so that the workflow's next run remakes it",
    )
    arguments = parser.parse_args()
    title = arguments.title or (arguments.audio or arguments.dances[0]).stem
    write(
        arguments.output, arguments.dances, title, arguments.audio, arguments.rhythm, arguments.truth, arguments.first,
        arguments.clip, arguments.heal,
    )  # fmt: skip


def write(
    output: Path,
    dances: Sequence[Path],
    title: str,
    audio: Path | None = None,
    rhythm: Path | None = None,
    truth: Path | None = None,
    first: Path | None = None,
    clip: str = FIRST_CLIP,
    heal: bool = False,
) -> None:
    """Write the page atomically.

    Args:
        output: the HTML file.
        dances: pose files, at least one; equal names of performers are numbered.
        title: stands at the top; any text.
        audio: WAV file that begins with the dances' first frame; None: no sound.
        rhythm: music file with its beats; None: none are shown.
        truth: one more pose file, of the real dance.
        first: the one of `dances` that is shown when the page opens; None: the first.
        clip: of every pose file and of the rhythm.
        heal: delete a pose file or rhythm that is broken.

    Raises:
        UserError: a file is missing, broken or holds no such clip, `output` is one of them or cannot be made, or
            `first` is not among the dances.
        MediaError: the sound cannot be read.
    """
    from workflow_scripts.export.viewer.assemble import Show, viewer_page
    from workflow_scripts.export.viewer.content import packed_dancers
    from workflow_scripts.export.viewer.sound import page_sound

    check_outputs([output], [*dances, audio, rhythm, truth])
    if first is not None and first not in dances:
        raise UserError(f"{first}: is to be shown first, but is not among the dances")
    pieces = [_named(read_piece(path, clip, heal=heal), path) for path in dances]
    if truth:
        pieces.append(replace(read_piece(truth, clip, heal=heal), performer=TRUTH))
    beats, downbeats = read_beats(rhythm, clip, not heal) if rhythm else (np.empty(0), np.empty(0))
    sound = page_sound(audio) if audio else None
    number = list(dances).index(first) if first else 0
    page = viewer_page(Show(title, packed_dancers(pieces), number, sound, beats, downbeats))
    # Names of files, and what a shell hands over, need not be text: what is none becomes "?".
    write_text(output, page.encode("utf-8", "replace").decode())


def _named(piece: Piece, path: Path) -> Piece:
    return piece if piece.performer else replace(piece, performer=path.stem)


if __name__ == "__main__":
    entry_point(main)
