"""Two projects with one store: the second takes what the first made of the same bytes, and nothing else."""

import shutil
from pathlib import Path

import pytest
import soundfile
from workflow_runs import Workflow, new_workflow

from workflow_scripts.demo.songs import RATE, compose
from workflow_scripts.motion.music_file import read_features

pytestmark = pytest.mark.workflow

GROUPS = ("spectral", "rhythm")


def project(folder: Path, store: Path, song: Path, name: str) -> Workflow:
    workflow = new_workflow(folder)
    target = workflow.work / "music" / f"{name}.wav"
    target.parent.mkdir()
    shutil.copy(song, target)
    workflow.configure({"songs": ["music"], "store": str(store), "use": {"songs": "all"}})
    return workflow


def features(workflow: Workflow, name: str) -> list[Path]:
    paths = [f"results/features/{group}/songs/{name}.h5" for group in GROUPS]
    done = workflow.run("--", *paths)
    assert done.returncode == 0, done.stdout
    return [workflow.work / path for path in paths]


def taken(workflow: Workflow) -> list[str]:
    """The groups whose log says that they came from the store."""
    logs = (workflow.work / "logs" / "extract_features").rglob("*.log")
    return sorted(log.parts[-3] for log in logs if "taken from the store" in log.read_text())


def test_the_second_project_computes_nothing(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "song.wav", compose("house", 5, 6.0).samples, RATE, subtype="PCM_16")
    store = tmp_path / "store"
    one = project(tmp_path / "one", store, tmp_path / "song.wav", "tune")
    first = [read_features(path) for path in features(one, "tune")]
    assert taken(one) == []
    two = project(tmp_path / "two", store, tmp_path / "song.wav", "other")
    second = [read_features(path) for path in features(two, "other")]
    assert taken(two) == sorted(GROUPS)
    for one_file, other in zip(first, second, strict=True):
        assert other.source == "other"
        for name, values in one_file.clips["0000"].items():
            assert values.tobytes() == other.clips["0000"][name].tobytes()

    # Other bytes behind the same name: listed, cut and computed again.
    soundfile.write(two.work / "music" / "other.wav", compose("house", 6, 6.0).samples, RATE, subtype="PCM_16")
    third = [read_features(path) for path in features(two, "other")]
    assert taken(two) == []
    assert third[0].clips["0000"]["mfcc"].tobytes() != second[0].clips["0000"]["mfcc"].tobytes()
