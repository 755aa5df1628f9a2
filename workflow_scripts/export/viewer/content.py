"""What the page shows: dancers with their bodies and motion, coded, and the facts its scripts need."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workflow_scripts.export.piece import Piece
from workflow_scripts.export.viewer import figures, motion
from workflow_scripts.export.viewer.motion import FULL, Detail
from workflow_scripts.export.viewer.packing import pack
from workflow_scripts.figure.body import make_mesh
from workflow_scripts.figure.performer import accents_of, looks_of
from workflow_scripts.figure.posing import bone_transforms, rest_joints
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

FPS = 30.0


@dataclass(frozen=True)
class Share:
    """What of a page each of its dancers may take, so that it stays below a megabyte without its sound.

    Attributes:
        cells: of the body's mesh, against the renderer's.
        pictures: of its paint, against `figures.FACE_SIZE` and `SHIRT_SIZE`.
        motion: how much is kept of the motion.
    """

    cells: float
    pictures: float
    motion: Detail


# The more dancers, the less of each is seen: up to so many dancers, cells, pictures, and about how many bytes.
BODIES = (
    (1, 1.25, 1.0, 131_000),
    (2, 1.4, 1.0, 115_000),
    (3, 1.6, 1.0, 98_000),
    (4, 2.0, 1.0, 79_000),
    (6, 2.6, 0.8, 58_000),
    (8, 2.8, 0.7, 52_000),
)
SMALLEST_BODY = (3.0, 0.5, 45_000)
# From the finest: motion, and about how many bytes of a frame.
MOTIONS = ((FULL, 35), (Detail(length_hold=2.0), 26))
LEAST_MOTION = Detail(1 / 128, 3.0, stride=2)
ROOM = 740_000  # bytes of a megabyte that three.js and the page itself leave


def share_of(dancers: int, frames: int) -> Share:
    """Return the share of each of some dancers with so many frames altogether."""
    cells, pictures, own = next((body for most, *body in BODIES if dancers <= most), SMALLEST_BODY)
    room = ROOM - dancers * own
    return Share(cells, pictures, next((motion for motion, cost in MOTIONS if frames * cost <= room), LEAST_MOTION))


@dataclass(frozen=True)
class Packed:
    """Everything of the dancers: `block` is base64, `facts` say what is where in it and what cannot be packed."""

    block: str
    facts: dict[str, Any]


def packed_dancers(pieces: Sequence[Piece]) -> Packed:
    """Model, code and pack dancers; frame i of all is at i / FPS seconds.

    Raises:
        UserError: a dancer is larger, or jumps farther, than any does.
    """
    tables: dict[str, Any] = {}
    dancers = []
    at_rate = [piece.at_rate(FPS) for piece in pieces]
    share = share_of(len(pieces), sum(len(piece.world) for piece in at_rate))
    accents = accents_of([piece.performer for piece in pieces])
    for number, (piece, name, accent) in enumerate(zip(at_rate, _names(pieces), accents, strict=True)):
        own, facts = _dancer(piece, share)
        tables |= {f"{number} {key}": table for key, table in own.items()}
        dancers.append({"name": name, "caption": name, "accent": accent, **facts})
    try:
        block, header = pack(tables)
    except ValueError as error:
        name = dancers[int(str(error).split()[0])]["name"]
        raise UserError(
            f"{name}: is larger than 8 m or jumps by more than 30 m; joints have to be in metres"
        ) from error
    for number, dancer in enumerate(dancers):
        start = f"{number} "
        dancer["tables"] = {key.removeprefix(start): entry for key, entry in header.items() if key.startswith(start)}
    facts = {
        "fps": FPS,
        "frames": max(len(piece.world) for piece in at_rate),
        "stride": share.motion.stride,
        "parents": motion.PARENTS,
        "angleStep": share.motion.angle_step,
        "lengthStep": motion.LENGTH_STEP,
        "vertexStep": figures.VERTEX_STEP,
        "normalStep": figures.NORMAL_STEP,
        "shares": figures.SHARES,
        "dancers": dancers,
    }
    return Packed(block, facts)


def _dancer(piece: Piece, share: Share) -> tuple[dict[str, Any], dict[str, Any]]:
    world, look = piece.world, looks_of(piece.performer)
    rest = rest_joints(world)
    mesh = make_mesh(rest, look, coarseness=share.cells)
    coded = motion.encode(bone_transforms(world, rest), rest, world, share.motion)
    tables = figures.mesh_tables(mesh, share.cells) | figures.paint_tables(mesh, look, share.pictures)
    tables |= {"turns": coded.turns, "shifts": coded.shifts}
    facts = {
        "frames": len(world),
        "looks": figures.figure_facts(mesh, look),
        "origin": _plain(coded.origin),
        "pivots": _plain(coded.pivots),
        "joints": {
            name: [int(bone), *_plain(place)]
            for name, bone, place in zip(SMPL24.joints, coded.carriers, rest, strict=True)
        },
        "bounds": _plain(np.concatenate([world.min(axis=(0, 1)), world.max(axis=(0, 1))])),
    }
    return tables, facts


def _names(pieces: Sequence[Piece]) -> list[str]:
    """Return what each is called; those with the same name are numbered."""
    names = [piece.performer or "dancer" for piece in pieces]
    count, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name} {seen[name]}" if count[name] > 1 else name)
    return numbered


def _plain(values: Floats) -> list[Any]:
    return np.round(np.asarray(values, float), 5).tolist()
