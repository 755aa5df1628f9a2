"""The dancing figure as glTF 2.0 (.glb): a mesh with a picture on it, carried by a tree of joints that move.

Nodes are smpl24's joints under their own names, metres, y up; the person faces +z at rest. Frames are keys at i / fps
seconds, joined linearly. `asset.extras` says where the dance comes from.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from workflow_scripts.export.glb_container import TRIANGLES, VERTICES, Buffer, Glb, load_glb, save_glb
from workflow_scripts.export.piece import Piece
from workflow_scripts.export.rig import Rig, make_rig, posed, rest_offsets
from workflow_scripts.export.skin import Skin, make_skin
from workflow_scripts.figure.body import make_mesh
from workflow_scripts.figure.performer import looks_of
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.frame_rates import rate_of
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

GENERATOR = "playlist2dance"
FIGURE = SMPL24.size  # the node of the mesh, after those of the joints
ROUGHNESS = 0.85
_LINEAR, _MIPMAPS, _CLAMPED = 9729, 9987, 33071
_STILL = 1e-6  # of a quaternion's numbers: a joint that turns by less is not animated


def write(path: Path, piece: Piece) -> None:
    """Write the file. Positions of joints are exact to 0.1 mm (`rig.STILL`)."""
    look = looks_of(piece.performer)
    rig = make_rig(piece.world, piece.fps)
    skin = make_skin(make_mesh(rig.rest, look), look)
    buffer = Buffer()
    document = {
        "asset": {"version": "2.0", "generator": GENERATOR, "extras": {**piece.made, "fps": piece.fps}},
        "scene": 0,
        "scenes": [{"name": "dance", "nodes": [FIGURE, 0]}],
        "nodes": [*_joint_nodes(rig), {"name": "figure", "mesh": 0, "skin": 0}],
        "skins": [{"joints": list(range(SMPL24.size)), "skeleton": 0, "inverseBindMatrices": _bind(rig, buffer)}],
        "meshes": [{"name": "figure", "primitives": [_primitive(skin, buffer)]}],
        "materials": [
            {
                "name": "figure",
                "pbrMetallicRoughness": {
                    "baseColorTexture": {"index": 0},
                    "metallicFactor": 0.0,
                    "roughnessFactor": ROUGHNESS,
                },
            }
        ],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"magFilter": _LINEAR, "minFilter": _MIPMAPS, "wrapS": _CLAMPED, "wrapT": _CLAMPED}],
        "images": [{"name": "figure", "mimeType": "image/png", "bufferView": buffer.add_bytes(_png(skin))}],
        "animations": [_animation(rig, buffer)],
    }
    save_glb(path, document, buffer)


def read(path: Path) -> JointMotion:
    """Read the joints of a file that `write` made, by forward kinematics.

    Raises:
        UserError: no such file.
    """
    glb = load_glb(path)
    try:
        document = glb.document
        nodes = {node.get("name"): number for number, node in enumerate(document["nodes"])}
        animation = document["animations"][0]
        keys = {sampler["input"] for sampler in animation["samplers"]}
        numbers = [nodes[name] for name in SMPL24.joints]
        if len(keys) != 1:
            raise KeyError("one table of times")
        times = glb.array(keys.pop())[:, 0]
        tracks = {
            (channel["target"]["node"], channel["target"]["path"]): animation["samplers"][channel["sampler"]]["output"]
            for channel in animation["channels"]
        }
        joints = [document["nodes"][number] for number in numbers]
        rotations, translations = (
            np.stack([_track(glb, tracks, number, joints[j], kind, len(times)) for j, number in enumerate(numbers)], 1)
            for kind in ("rotation", "translation")
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise UserError(f"{path}: no dance of {GENERATOR} (missing: {error})") from error
    step = float(times[-1] - times[0]) / max(len(times) - 1, 1)
    fps = rate_of(step) if step > 0 else float(document["asset"]["extras"]["fps"])
    rig = Rig(np.zeros((SMPL24.size, 3)), rotations, translations, np.ones(SMPL24.size, dtype=bool), fps)
    return JointMotion(SMPL24, posed(rig), fps)


def _joint_nodes(rig: Rig) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = [
        {"name": name, "translation": offset.tolist()}
        for name, offset in zip(SMPL24.joints, rest_offsets(rig.rest), strict=True)
    ]
    for joint, parent in enumerate(SMPL24.parents):
        if parent >= 0:
            nodes[parent].setdefault("children", []).append(joint)
    return nodes


def _bind(rig: Rig, buffer: Buffer) -> int:
    matrices = np.tile(np.eye(4), (SMPL24.size, 1, 1))
    matrices[:, 3, :3] = -rig.rest  # columns after each other
    return buffer.add(matrices.reshape(-1, 16).astype(np.float32))


def _primitive(skin: Skin, buffer: Buffer) -> dict[str, Any]:
    shade = np.full((len(skin.shade), 4), 255, np.uint8)
    shade[:, :3] = np.round(skin.shade * 255)[:, None]
    # An index of the largest 16-bit number would restart the strip.
    index = np.uint16 if len(skin.positions) < 2**16 - 1 else np.uint32
    return {
        "attributes": {
            "POSITION": buffer.add(skin.positions, VERTICES, bounds=True),
            "NORMAL": buffer.add(skin.normals, VERTICES),
            "TEXCOORD_0": buffer.add(skin.places, VERTICES),
            "COLOR_0": buffer.add(shade, VERTICES, normalized=True),
            "JOINTS_0": buffer.add(np.where(skin.weights > 0, skin.joints, 0).astype(np.uint8), VERTICES),
            "WEIGHTS_0": buffer.add(skin.weights, VERTICES),
        },
        "indices": buffer.add(skin.faces.reshape(-1).astype(index), TRIANGLES),
        "material": 0,
    }


def _animation(rig: Rig, buffer: Buffer) -> dict[str, Any]:
    frames = len(rig.rotations)
    times = buffer.add((np.arange(frames) / rig.fps).astype(np.float32), bounds=True)
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []

    def add(joint: int, path: str, values: Floats) -> None:
        output = buffer.add(values.astype(np.float32))
        samplers.append({"input": times, "output": output, "interpolation": "LINEAR"})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": joint, "path": path}})

    for joint in range(SMPL24.size):
        if np.abs(rig.rotations[:, joint] - [0, 0, 0, 1]).max() > _STILL:
            add(joint, "rotation", rig.rotations[:, joint])
        if rig.moves[joint]:
            add(joint, "translation", rig.translations[:, joint])
    return {"name": "dance", "samplers": samplers, "channels": channels}


def _track(
    glb: Glb, tracks: dict[tuple[int, str], int], number: int, node: dict[str, Any], kind: str, frames: int
) -> Floats:
    """Return a joint's values (T, C) over time: as animated, or as the node says."""
    if (number, kind) in tracks:
        return glb.array(tracks[number, kind]).astype(np.float64)
    still = node.get(kind, [0, 0, 0, 1] if kind == "rotation" else [0, 0, 0])
    return np.tile(np.array(still, dtype=np.float64), (frames, 1))


def _png(skin: Skin) -> bytes:
    file = io.BytesIO()
    Image.fromarray(skin.picture).save(file, "PNG", optimize=True)
    return file.getvalue()
