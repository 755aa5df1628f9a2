"""three.js in a browser, as web pages use it: where it has the joints and the skin of a .glb."""

import base64
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import opened
from export.dances import FPS, MADE, piece
from outside import NODE_MODULES, node_module

from workflow_scripts.export import glb
from workflow_scripts.motion.skeleton import SMPL24

FRAMES = (0, 17, 40, 59)
LARGEST = 0.001  # metres


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page whose script is GLTFLoader and in_three.js."""
    node_module("three")
    esbuild = node_module("esbuild") / "bin" / "esbuild"
    folder = tmp_path_factory.mktemp("three")
    source = Path(__file__).with_name("in_three.js")
    command = [esbuild, source, "--bundle", "--format=iife", "--log-level=error", f"--outfile={folder / 'three.js'}"]
    subprocess.run(command, check=True, env=os.environ | {"NODE_PATH": str(NODE_MODULES)})
    (folder / "page.html").write_text('<!doctype html><meta charset="utf-8"><script src="three.js"></script>')
    return folder / "page.html"


@pytest.mark.parametrize("name", ["demo", "a trunk that bends"])
def test_three_js_shows_the_dance(browser: Any, page: Path, tmp_path: Path, name: str) -> None:
    world = MADE[name]()[:60]
    glb.write(tmp_path / "a.glb", piece(world))
    data = base64.b64encode((tmp_path / "a.glb").read_bytes()).decode()
    with opened(browser, page) as watched:
        arguments = [data, [frame / FPS for frame in FRAMES], 25]
        found = watched.page.evaluate("([data, times, step]) => opened(data, times, step)", arguments)
        assert watched.troubles == []
    assert found["seconds"] == pytest.approx(59 / FPS, abs=1e-4)
    assert (found["skins"], found["picture"]) == (1, [1024, 512])
    for frame, state in zip(FRAMES, found["frames"], strict=True):
        joints = np.array([state["bones"][joint] for joint in SMPL24.joints])
        assert np.linalg.norm(joints - world[frame], axis=-1).max() < LARGEST
        # No vertex is far from all bones: nothing is torn.
        parents = np.maximum(SMPL24.parents, 0)
        places = [world[frame] + share * (world[frame][parents] - world[frame]) for share in (0, 0.25, 0.5, 0.75)]
        away = np.linalg.norm(np.array(state["skin"])[:, None] - np.concatenate(places), axis=-1)
        assert away.min(axis=1).max() < 0.27  # the top of the head
