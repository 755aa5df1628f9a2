"""What nothing in the configuration uses any more is named, and stays."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workflow_scripts.collect import unused as module
from workflow_scripts.collect.unused import lines, unused
from workflow_scripts.workflow.tables import write_table

FORMS = ["edge.npz", "html"]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    for collection, ids in {"mine": ["v1"], "songs": ["s1"]}.items():
        write_table(folder / "playlists" / f"{collection}.tsv", ("id",), [{"id": name} for name in ids])
    for path in (
        "admitted/mine.tsv",
        "videos/mine/v1.json",
        "clips/mine/v1/clips.tsv",
        "poses/mine/v1.h5",
        "features/rhythm/mine/v1.h5",
        "features/rhythm/songs/s1.h5",
        "fingerprints/mine/v1.npz",
        "datasets/main.h5",
        "models/graph/checkpoint.ckpt",
        "dances/graph/songs/s1_0.h5",
        "renders/graph/songs/s1_0.mp4",
        "sounds/main/8000.h5",
        "soundtracks/graph/items.tsv",
        "soundtracks/graph/songs/s1.graph_0.wav",
        "soundtracks/graph/mine/v1.0000_0.wav",
        "renders/graph/mine/v1.0000_0.mp4",
        "renders/original/mine/v1.0000_0.mp4",
        "renders/together/songs/s1_0.mp4",
        "exports/graph/songs/s1_0.html",
        "exports/graph/songs/s1_0.edge.npz",
        "evaluation/dances/graph/songs/s1_0.json",
        "evaluation/soundtracks.csv",
        "evaluation/graph.json",
        "evaluation/comparison.csv",
        "evaluation/aistpp_details.json",
        "evaluation/aistpp_beats/mBR0.json",
        "evaluation/beats/s1.json",
        "evaluation/controls/main.json",
        "evaluation/reference/main.h5",
        "evaluation/figures/beats.svg",
        "evaluation/held_out/graph.json",
        "abx_clips/graph/s1_0.mp4",
        "state/graph-poses/0123/last.ckpt",
        "animations/index.html",
        "videos/unlisted/x.json",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    return folder


def found(results: Path, together: bool = True) -> dict[str, str]:
    items = unused(results, ["mine", "unlisted"], ["graph"], ["main", "spare"], 1, 1, together, FORMS)
    return {str(item.path.relative_to(results)): item.reason for item in items}


def test_what_is_used_is_not_named(results: Path) -> None:
    assert found(results) == {}
    assert lines([]) == ["nothing is unused"]


def test_videos_of_all_side_by_side_are_named_where_they_are_not_asked_for(results: Path) -> None:
    (results / "renders/together/songs/gone_0.mp4").write_text("x")
    assert found(results, together=False) == {"renders/together": "render.together is false"}
    # A model may be called so.
    items = unused(results, ["mine", "unlisted"], ["graph", "together"], ["main", "spare"], 1, 1, False, FORMS)
    assert [item.path.name for item in items] == ["gone_0.mp4"]


@pytest.mark.parametrize(
    ("path", "named", "reason"),
    [
        ("videos/mine/gone.mp4", "videos/mine/gone.mp4", "no longer listed by mine"),
        ("clips/mine/gone/clips.tsv", "clips/mine/gone", "no longer listed by mine"),
        ("features/chroma/mine/gone.h5", "features/chroma/mine/gone.h5", "no longer listed by mine"),
        ("poses/old/v1.h5", "poses/old", "no collection old in the configuration"),
        ("features/rhythm/songs/s2.h5", "features/rhythm/songs/s2.h5", "no longer listed by songs"),
        ("dances/graph/songs/s2_0.h5", "dances/graph/songs/s2_0.h5", "no longer a song to dance to"),
        ("dances/graph/songs/s1_1.h5", "dances/graph/songs/s1_1.h5", "generate.samples is 1"),
        ("renders/lstm/songs/s1_0.mp4", "renders/lstm", "no model lstm in the configuration"),
        ("soundtracks/graph/mine/v2.0000_0.wav", "soundtracks/graph/mine/v2.0000_0.wav", "no longer listed by mine"),
        ("soundtracks/graph/mine/v1.0000_1.wav", "soundtracks/graph/mine/v1.0000_1.wav", "soundtrack.samples is 1"),
        ("soundtracks/graph/old/v1.0000_0.wav", "soundtracks/graph/old", "no collection old in the configuration"),
        (
            "renders/graph/songs/s1.lstm_0.mp4",
            "renders/graph/songs/s1.lstm_0.mp4",
            "no model lstm in the configuration",
        ),
        ("exports/graph/songs/s2_0.edge.npz", "exports/graph/songs/s2_0.edge.npz", "no longer a song to dance to"),
        ("exports/graph/songs/s1_1.html", "exports/graph/songs/s1_1.html", "generate.samples is 1"),
        ("exports/graph/songs/s1_0.npz", "exports/graph/songs/s1_0.npz", "no longer one of export.formats"),
        ("exports/graph/songs/s1_0.bvh", "exports/graph/songs/s1_0.bvh", "no longer one of export.formats"),
        ("exports/graph/songs/s2_0.bvh", "exports/graph/songs/s2_0.bvh", "no longer a song to dance to"),
        ("exports/lstm/songs/s1_0.bvh", "exports/lstm", "no model lstm in the configuration"),
        ("evaluation/dances/lstm/songs/s1_0.json", "evaluation/dances/lstm", "no model lstm in the configuration"),
        ("evaluation/held_out/lstm.json", "evaluation/held_out/lstm.json", "no such name in the configuration: lstm"),
        ("evaluation/reference/old.h5", "evaluation/reference/old.h5", "no such name in the configuration: old"),
        ("abx_clips/lstm/s1_0.mp4", "abx_clips/lstm", "no such name in the configuration: lstm"),
        ("sounds/other/8000.h5", "sounds/other", "no such name in the configuration: other"),
        ("models/lstm/checkpoint.ckpt", "models/lstm", "no such name in the configuration: lstm"),
        ("videos/mine/.partial/v1.0a/v1.part", "videos/mine/.partial/v1.0a", "parts of downloads that broke off"),
        ("datasets/other.h5", "datasets/other.h5", "no such name in the configuration: other"),
        ("poses/mine/.v1.%s-4194304-0123abcd.h5", None, "left by a process that was killed"),
    ],
)
def test_what_is_not_used_is_named_with_its_reason(results: Path, path: str, named: str | None, reason: str) -> None:
    from workflow_scripts.workflow.files import temporary_beside

    if "%s" in path:  # a name of this machine, of a process that cannot exist (the kernel's limit is 4194304)
        path = path.replace("%s", temporary_beside(results / "x").name.split(".")[2].split("-")[0])
    (results / path).parent.mkdir(parents=True, exist_ok=True)
    (results / path).write_text("x")
    assert found(results) == {named or path: reason}
    assert (results / path).exists()


def test_the_entry_point_says_sizes_and_removes_nothing(results: Path) -> None:
    gone = results / "videos" / "mine" / "gone.mp4"
    gone.write_bytes(bytes(2_500_000))
    names = {"collections": ["mine", "unlisted"], "models": ["graph"], "datasets": ["main"]}
    config = json.dumps(names | {"samples": 1, "sound_samples": 1, "together": True, "export_suffixes": FORMS})
    command = [sys.executable, "-m", module.__name__, "--results", str(results), "--config", config]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        f"      2.50 MB  {gone}  (no longer listed by mine)",
        "      2.50 MB  in all; nothing was removed: delete what you do not want to keep",
    ]
    assert gone.exists()
