"""How near exported files are to the dance, and how large they are; how large pages are without their sound.

    python benchmarks/exports.py [forms] [sizes] [pages]

Forms: dances of the demo's choreographer and, where PLAYLIST2DANCE_DATA names a folder with them, captured ones are
written in every form and read again by the form's own reader. An error is how far a joint is from where the dance has
it at that moment (forms with a rate of their own: the dance at that rate), in mm; the mean is over all joints, frames
and dances, `worst_dance` the largest mean of a dance. Of BVH besides: the largest change of an angle from one frame to
the next, and how far helping joints are turned. `*_smpl_poses`: joints by forward kinematics of the fitted rotations.
Sizes: of a choreographed dance of one and of three minutes.
Pages: dances by the choreographer with the unsteadiness of motion from a video, one page of each size; then
what a song adds.
Writes benchmarks/results/exports.json: rows of name, value, unit, baseline, ratio and target.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from results.table import keep
from scipy.spatial.transform import Rotation

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.songs import RATE, compose
from workflow_scripts.export import glb, tsv
from workflow_scripts.export.glb_container import load_glb
from workflow_scripts.export.kinds import SUFFIXES
from workflow_scripts.export.piece import Piece
from workflow_scripts.export.viewer.sound import page_sound
from workflow_scripts.export.viewer.write import write as write_page
from workflow_scripts.motion.formats import aistpp, bvh, smpl, videopose3d
from workflow_scripts.motion.formats.bvh_text import read_bvh_text
from workflow_scripts.motion.formats.registry import read_motion
from workflow_scripts.motion.joint_names import HELPER, smpl24_map
from workflow_scripts.motion.placement import joints_of
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.motion.world_axes import Z_UP, with_y_up

OUTPUT = Path(__file__).parent / "results" / "exports.json"
FPS = 30.0
CHOREOGRAPHED, SECONDS = ("disco", "hiphop", "house"), 60.0
CAPTURED = (("bvh", "bvh/*.bvh"), ("dance_with_melody", "dance_with_melody/motion/*.npz"))
LENGTHS = (60.0, 180.0)  # of files whose size is measured
LONGEST = 3600  # frames of a captured dance
PAGES = ((1, 60.0), (2, 60.0), (5, 30.0), (5, 180.0))
# Millimetres, what a form's mean and largest error may be, where that was asked for; megabytes of a page.
TARGETS = {"bvh_choreographed_mean": 5.0, "bvh_choreographed_max": 15.0}
TARGETS |= {"bvh_captured_mean": 5.0, "bvh_captured_max": 15.0}
PAGE_TARGET = 1.0
Row = dict[str, Any]


def danced(seconds: float, genre: str, seed: int) -> Floats:
    """Joints (T, 24, 3) of the demo's choreographer at 120 beats per minute."""
    return choreograph(np.arange(0.5, seconds, 0.5), seconds, genre, seed)


def dances() -> dict[str, list[Piece]]:
    """Dances to export, by where they come from."""
    found = {"choreographed": [Piece(danced(SECONDS, genre, 1), FPS, genre) for genre in CHOREOGRAPHED]}
    folder = os.environ.get("PLAYLIST2DANCE_DATA")
    captured = [Piece(*one) for one in _captured(Path(folder))] if folder else []
    return found | ({"captured": captured} if captured else {})


def _captured(folder: Path) -> Iterator[tuple[Floats, float, str]]:
    for kind, pattern in CAPTURED:
        for path in sorted(folder.glob(pattern)):
            motion = read_motion(kind, path, FPS)
            yield to_smpl24(motion).world.astype(np.float64)[:LONGEST], motion.fps, path.stem


def errors(kind: str, path: Path, piece: Piece) -> dict[str, Floats]:
    """How far joints are off, metres, by what of the file they were found from ("" where that is all)."""
    if kind == "bvh":
        again = bvh.read(path, piece.fps)
        ours = smpl24_map(again.skeleton)
        return {"": _far(again.joints[:, [ours[name] for name in SMPL24.joints]], piece.world)}
    if kind == "videopose3d":
        return {"": _far(videopose3d.read(path, piece.fps).joints, joints_of(piece.world, H36M17))}
    if kind == "aistpp":
        return {"": _far(aistpp.read(path, piece.fps).joints, piece.at_rate(aistpp.RATE).world)}
    if kind == "edge":
        world = piece.at_rate(smpl.EDGE_RATE).world
        with np.load(path) as file:
            turned = smpl.joints_of_poses(dict(file), ("smpl_poses", "smpl_trans", "no scale"), path)
        found = {"": _far(smpl.read(path, piece.fps).joints, world)}
        return found | {"_smpl_poses": _far(with_y_up(turned, Z_UP), world)}
    return {"": _far({"glb": glb, "tsv": tsv}[kind].read(path).joints, piece.world)}


def _far(found: Floats, world: Floats) -> Floats:
    return np.linalg.norm(found - world, axis=-1)


def angles(path: Path) -> tuple[float, Floats]:
    """The largest change of an angle of a BVH file from frame to frame, and how far each helping joint is turned in
    each frame, degrees."""
    text = read_bvh_text(path)
    column, largest, helpers = 0, 0.0, [np.empty(0)]
    for node in text.nodes:
        turns = [number for number, name in enumerate(node.channels) if name.lower().endswith("rotation")]
        own = text.values[:, [column + number for number in turns]]
        column += len(node.channels)
        if turns and len(own) > 1:
            largest = max(largest, float(np.abs(np.diff(own, axis=0)).max()))
        if node.name.endswith(HELPER):
            order = "".join(node.channels[number][0].upper() for number in turns)
            helpers.append(np.degrees(Rotation.from_euler(order, own, degrees=True).magnitude()))
    return largest, np.concatenate(helpers)


def measure_forms(folder: Path) -> list[Row]:
    """Write and read every dance in every form."""
    rows = []
    for source, pieces in dances().items():
        print(f"{source}: {', '.join(piece.performer for piece in pieces)}", flush=True)
        for kind, suffix in SUFFIXES.items():
            far: dict[str, list[Floats]] = {}
            steps, helpers = [], []
            for piece in pieces:
                path = folder / f"a.{suffix}"
                import_module(f"workflow_scripts.export.{kind}").write(path, piece)
                for part, values in errors(kind, path, piece).items():
                    far.setdefault(part, []).append(1000 * values)
                if kind == "bvh":
                    step, turned = angles(path)
                    steps.append(step)
                    helpers.append(turned)
            for part, values in far.items():
                name = f"{kind}{part}_{source}"
                rows.append(row(f"{name}_mean", np.concatenate([one.ravel() for one in values]).mean(), "mm"))
                rows.append(row(f"{name}_worst_dance", max(one.mean() for one in values), "mm"))
                rows.append(row(f"{name}_max", max(one.max() for one in values), "mm"))
            if kind == "bvh":
                steps.sort()
                rows.append(row(f"bvh_{source}_angle_step", steps[-1], "degrees"))
                rows.append(row(f"bvh_{source}_angle_step_second", steps[-2], "degrees, without the worst dance"))
                turned = np.concatenate(helpers)
                rows.append(row(f"bvh_{source}_helper_mean", turned.mean() if len(turned) else 0.0, "degrees"))
                rows.append(row(f"bvh_{source}_helper_max", turned.max() if len(turned) else 0.0, "degrees"))
    return rows


def measure_sizes(folder: Path) -> list[Row]:
    """Write one choreographed dance of each length in every form."""
    rows = []
    for seconds in LENGTHS:
        piece = Piece(danced(seconds, "disco", 1), FPS, "disco")
        for kind, suffix in SUFFIXES.items():
            import_module(f"workflow_scripts.export.{kind}").write(folder / f"a.{suffix}", piece)
            rows.append(row(f"{kind}_{seconds:g}s", (folder / f"a.{suffix}").stat().st_size / 1e6, "MB"))
    content = load_glb(folder / "a.glb")
    (primitive,) = content.document["meshes"][0]["primitives"]
    vertices = len(content.array(primitive["attributes"]["POSITION"]))
    return [*rows, row("glb_vertices", vertices, "vertices")]


def measure_pages(folder: Path) -> list[Row]:
    """Write a page of every size."""
    rows = []
    for dancers, seconds in PAGES:
        rng, files = np.random.default_rng(1), []
        for number in range(dancers):
            world = danced(seconds, "disco", number)
            world = world + np.cumsum(rng.normal(0, 0.0005, (len(world), 1, 3)), axis=0)
            person = Person((world - world[:, :1]).astype(np.float32), world[:, 0].astype(np.float32))
            files.append(folder / f"{number}.h5")
            clips = {"0000": PoseClip(0.0, seconds, people=[person])}
            write_poses(files[-1], PoseFile(FPS, "song", f"model {number}", clips))
        write_page(folder / "page.html", files, "A song")
        size = (folder / "page.html").stat().st_size / 1e6
        rows.append(row(f"page_{dancers}x{seconds:g}s", size, "MB", PAGE_TARGET))
    page = (folder / "page.html").read_text(encoding="utf-8")
    library = re.search(r'id="three">([^<]*)<', page)
    assert library
    rows.append(row("page_three_js", len(library[1]) / 1e6, "MB of each page"))
    soundfile.write(folder / "song.wav", compose("disco", 1, 60.0).samples, RATE)
    sound = page_sound(folder / "song.wav")
    return [*rows, row("page_sound", len(sound.uri) / 1e6 / (sound.seconds / 60), "MB per minute, besides")]


def row(name: str, value: float, unit: str, target: float | None = None) -> Row:
    """A row of the results."""
    target = TARGETS.get(name, target)
    return dict(name=name, value=round(float(value), 4), unit=unit, baseline=None, ratio=None, target=target)


def main() -> None:
    """Measure, print a table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    measures = {"forms": measure_forms, "sizes": measure_sizes, "pages": measure_pages}
    parser.add_argument("what", nargs="*", help="forms, sizes, pages (default: all)")
    wanted = parser.parse_args().what or list(measures)
    if unknown := set(wanted) - set(measures):
        parser.error(f"there is no {', '.join(sorted(unknown))}; possible are {', '.join(measures)}")
    with tempfile.TemporaryDirectory() as folder:
        rows = [one for name in wanted for one in measures[name](Path(folder))]
    print(f"{'':38} {'value':>10} {'target':>7}  unit")
    for one in rows:
        print(f"{one['name']:38} {one['value']:>10} {one['target'] or '':>7}  {one['unit']}")
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
