import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import h5py
import pytest
from tiny_dances import tiny_dataset

from workflow_scripts.motion.dataset_file import write_dataset
from workflow_scripts.train.parts import read_part


def found(folder: Path, config: dict[str, object]) -> "subprocess.CompletedProcess[str]":
    write_dataset(folder / "tiny.h5", tiny_dataset())
    paths = ["--output", folder / "clusters.h5", "--picture", folder / "clusters.svg", "--dataset", folder / "tiny.h5"]
    return subprocess.run(
        [sys.executable, "-m", "workflow_scripts.train.find_clusters", "--config", json.dumps(config), *paths],
        capture_output=True,
        text=True,
        check=False,
    )


def test_writes_clusters_and_a_picture_of_each(tmp_path: Path) -> None:
    done = found(tmp_path, {"clusters": {"count": 3, "poses": 5}, "augment": {"mirror": True}})
    assert done.returncode == 0, done.stderr
    part = read_part(tmp_path / "clusters.h5")
    assert part["centroids"].shape == (3, 5, 24, 3)
    # Two training clips of 6 s, at 100 and 110 beats per minute from 0.2 s on, and their mirror images.
    assert part["sizes"].sum() == 2 * (9 + 10)
    with h5py.File(tmp_path / "clusters.h5") as file:
        assert json.loads(file.attrs["provenance"])["config"]["clusters"]["count"] == 3
    svg = "{http://www.w3.org/2000/svg}"
    picture = ElementTree.parse(tmp_path / "clusters.svg").getroot()
    shares = [float(text.text.split("·")[1].strip(" %")) for text in picture.iter(f"{svg}text") if text.text]
    assert len(shares) == 3
    assert sum(shares) == pytest.approx(100, abs=0.2)


def test_says_that_there_are_fewer_clusters(tmp_path: Path) -> None:
    done = found(tmp_path, {"clusters": {"count": 500}})
    assert done.returncode == 0, done.stderr
    assert "not 500" in done.stdout


def test_a_mistake_is_one_line(tmp_path: Path) -> None:
    done = found(tmp_path, {"clusters": {"count": 0}})
    assert done.returncode == 1
    assert "clusters.count" in done.stderr
    assert "Traceback" not in done.stderr
