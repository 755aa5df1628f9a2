"""The text of BVH files (Biovision hierarchy): a tree of joints with offsets and channels, and a table of numbers.

Followed here is what programs write, which is wider than the original: any channels on any joint in any order, End
Sites, tabs and CRLF, names with spaces, braces on the line of the joint, frames that go over several lines.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from workflow_scripts.motion.frame_rates import rate_of
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

CHANNELS = ("xposition", "yposition", "zposition", "xrotation", "yrotation", "zrotation")
MOST_JOINTS = 1000


@dataclass
class Node:
    """A joint, or an End Site: its offset (3,) from the parent at rest and its channels, small letters, in order."""

    name: str
    parent: int
    end: bool = False
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    channels: list[str] = field(default_factory=list)


@dataclass
class BvhText:
    """Joints in the file's order (parents first), frames (T, all channels) as they stand, frames per second."""

    nodes: list[Node]
    values: Floats
    fps: float


def read_bvh_text(path: Path) -> BvhText:
    """Read a file.

    Raises:
        UserError: what is wrong with it, and where.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    header, *tables = re.split(r"^[ \t]*MOTION[ \t]*$", text.replace("\r", "\n"), maxsplit=1, flags=re.MULTILINE)
    if not header.lstrip().upper().startswith("HIERARCHY") or not tables:
        raise UserError(f"{path}: no BVH file (it has to begin with HIERARCHY, and to have a line MOTION)")
    nodes = _hierarchy(header, path)
    (motion,) = tables
    match = re.match(r"\s*Frames\s*:\s*(\S+)\s+Frame\s*Time\s*:\s*(\S+)", motion, re.IGNORECASE)
    if not match:
        raise UserError(f"{path}: after MOTION there must be lines 'Frames: <count>' and 'Frame Time: <seconds>'")
    if not match[1].isdigit():
        raise UserError(f"{path}: 'Frames: {match[1][:30]}' is no number of frames")
    width = sum(len(node.channels) for node in nodes)
    values = _numbers(motion[match.end() :], path)
    frames = int(match[1])
    if not frames or not width:
        raise UserError(f"{path}: holds no {'frames' if width else 'channels'}")
    if len(values) != frames * width:
        whole, rest = divmod(len(values), width)
        more = f" and {rest} numbers of another" if rest else ""
        raise UserError(f"{path}: says it has {frames} frames of {width} numbers, but there are {whole}{more}")
    return BvhText(nodes, values.reshape(frames, width), _rate(match[2], path))


def _rate(frame_time: str, path: Path) -> float:
    try:
        seconds = float(frame_time)
    except ValueError:
        seconds = 0.0
    if not 1e-4 < seconds < 10:
        raise UserError(f"{path}: a frame time of {frame_time[:30]} s cannot be (0.0333 is usual)")
    plain = re.fullmatch(r"\d*\.(\d+)", frame_time)
    return rate_of(seconds, len(plain[1])) if plain else rate_of(seconds)


def _hierarchy(header: str, path: Path) -> list[Node]:
    nodes: list[Node] = []
    open_nodes: list[int] = []
    lines = re.sub(r"([{}])", r"\n\1\n", header).splitlines()
    for line in lines[1:] if lines[0].strip().upper() == "HIERARCHY" else lines:
        words = line.split()
        if not words:
            continue
        key, rest = words[0].upper(), words[1:]
        parent = open_nodes[-1] if open_nodes else -1
        if key in ("ROOT", "JOINT", "END"):
            if key == "ROOT" and nodes:
                raise UserError(f"{path}: holds several bodies (ROOT {' '.join(rest)}): save each in a file of its own")
            if (key != "ROOT" and parent < 0) or len(nodes) >= MOST_JOINTS:
                raise UserError(f"{path}: {line.strip()[:60]} has no parent, or there are over {MOST_JOINTS} joints")
            name = " ".join(rest) if key != "END" else f"{nodes[parent].name}_end"
            nodes.append(Node(name, parent, key == "END"))
        elif key == "{":
            open_nodes.append(len(nodes) - 1)
        elif key == "}" and open_nodes:
            open_nodes.pop()
        elif key == "OFFSET" and nodes and len(rest) == 3:
            x, y, z = _numbers(" ".join(rest), path, 3)
            nodes[parent].offset = (float(x), float(y), float(z))
        elif key == "CHANNELS" and nodes and rest[:1] == [str(len(rest) - 1)]:
            nodes[parent].channels = [word.lower() for word in rest[1:]]
            if unknown := [word for word in rest[1:] if word.lower() not in CHANNELS]:
                raise UserError(f"{path}: joint {nodes[parent].name} has an unknown channel {unknown[0][:30]}")
        else:
            raise UserError(f"{path}: cannot make sense of '{line.strip()[:60]}' in the hierarchy")
    if open_nodes or not nodes:
        raise UserError(f"{path}: the hierarchy is {'not closed (a } is missing)' if nodes else 'empty'}")
    return nodes


def _numbers(text: str, path: Path, count: int | None = None) -> Floats:
    try:
        values = np.fromstring(text, dtype=np.float64, sep=" ")
    except ValueError:
        values = np.full(1, np.nan)
    if not np.isfinite(values).all() or (count is not None and len(values) != count):
        wrong = next((word for word in text.split() if not _is_number(word)), text)
        raise UserError(f"{path}: '{wrong[:30]}' is no number")
    return values


def _is_number(word: str) -> bool:
    try:
        return bool(np.isfinite(float(word)))
    except ValueError:
        return False
