"""What the page shows: dancers with their bodies and motion, coded, and the facts its scripts need."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workflow_scripts.export.piece import Piece
from workflow_scripts.export.viewer import figures, motion
from workflow_scripts.export.viewer.packing import pack
from workflow_scripts.figure.body import make_mesh
from workflow_scripts.figure.performer import accents_of, looks_of
from workflow_scripts.figure.posing import bone_transforms, rest_joints
from workflow_scripts.motion.skeleton import SMPL24, Floats

FPS = 30.0
# Cells of the bodies' meshes against the renderer's: the more dancers, the less of each is seen, and the page shall
# stay small.
COARSENESS = {1: 1.25, 2: 1.4, 3: 1.6}
COARSEST = 2.0


@dataclass(frozen=True)
class Packed:
    """Everything of the dancers: `block` is base64, `facts` say what is where in it and what cannot be packed."""

    block: str
    facts: dict[str, Any]


def packed_dancers(pieces: Sequence[Piece]) -> Packed:
    """Model, code and pack dancers; frame i of all is at i / FPS seconds."""
    tables: dict[str, Any] = {}
    dancers = []
    at_rate = [piece.at_rate(FPS) for piece in pieces]
    coarseness = COARSENESS.get(len(pieces), COARSEST)
    accents = accents_of([piece.performer for piece in pieces])
    for number, (piece, name, accent) in enumerate(zip(at_rate, _names(pieces), accents, strict=True)):
        own, facts = _dancer(piece, coarseness)
        tables |= {f"{number} {key}": table for key, table in own.items()}
        dancers.append({"name": name, "caption": name, "accent": accent, **facts})
    block, header = pack(tables)
    for number, dancer in enumerate(dancers):
        start = f"{number} "
        dancer["tables"] = {key.removeprefix(start): entry for key, entry in header.items() if key.startswith(start)}
    facts = {
        "fps": FPS,
        "frames": max(len(piece.world) for piece in at_rate),
        "parents": motion.PARENTS,
        "angleStep": motion.ANGLE_STEP,
        "lengthStep": motion.LENGTH_STEP,
        "vertexStep": figures.VERTEX_STEP,
        "normalStep": figures.NORMAL_STEP,
        "shares": figures.SHARES,
        "dancers": dancers,
    }
    return Packed(block, facts)


def _dancer(piece: Piece, coarseness: float) -> tuple[dict[str, Any], dict[str, Any]]:
    world, look = piece.world, looks_of(piece.performer)
    rest = rest_joints(world)
    mesh = make_mesh(rest, look, coarseness=coarseness)
    coded = motion.encode(bone_transforms(world, rest), rest, world)
    tables = figures.mesh_tables(mesh) | figures.paint_tables(mesh, look)
    tables |= {"turns": coded.turns, "shifts": coded.shifts}
    facts = {
        "looks": figures.figure_facts(mesh, look),
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
