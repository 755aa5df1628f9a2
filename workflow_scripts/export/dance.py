"""Write a dance, or any pose file's motion, for other programs.

    python -m workflow_scripts.export.dance DANCE.h5 OUTPUT... [--clip 0000] [--person 0] [--format NAME]

What is written follows from how an output ends: .bvh .glb .tsv .npy .edge.npz .aistpp.npz (docs/exporting.md).
"""

import argparse
from importlib import import_module
from pathlib import Path

from workflow_scripts.export.kinds import SUFFIXES, kind_of
from workflow_scripts.export.piece import FIRST_CLIP, read_piece
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.outputs import check_outputs


def main() -> None:
    """Parse the arguments, read the motion once, write every output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dance", type=Path, help="a dance or another pose file, .h5")
    parser.add_argument("output", type=Path, nargs="+", help="files to write")
    parser.add_argument("--clip", default=FIRST_CLIP, help="which clip, four digits (default: %(default)s)")
    parser.add_argument("--person", type=int, default=0, help="which of its people (default: 0, the main one)")
    parser.add_argument("--format", choices=sorted(SUFFIXES), help="of all outputs, however they end")
    parser.add_argument(
        "--heal", action="store_true", help="delete a broken dance, so that the workflow's next run makes it again"
    )
    arguments = parser.parse_args()
    export(arguments.dance, arguments.output, arguments.clip, arguments.person, arguments.format, arguments.heal)


def export(
    dance: Path,
    outputs: list[Path],
    clip: str = FIRST_CLIP,
    person: int = 0,
    kind: str | None = None,
    heal: bool = False,
) -> None:
    """Write one person's motion to files.

    Args:
        dance: the pose file.
        outputs: what to write; each in the form that its name asks for, if no `kind` is given.
        clip: its four-digit number.
        person: number of the person in the clip.
        kind: one of `kinds.SUFFIXES`.
        heal: delete the pose file if it is broken.

    Raises:
        UserError: an output has no known ending, is the input or cannot be made, or there is no such motion.
    """
    # All of them are looked at before the first is written.
    kinds = [kind or kind_of(output) for output in outputs]
    check_outputs(outputs, [dance])
    piece = read_piece(dance, clip, person, heal)
    for output, name in zip(outputs, kinds, strict=True):
        # By a computed name, so that an edited form makes no others again (see rules/export.smk).
        import_module(f"workflow_scripts.export.{name}").write(output, piece)
        print(f"{output}: {len(piece.world)} frames")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
