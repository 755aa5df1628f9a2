"""What a run leaves, tiny and made here: two models, two songs, a collection of three videos of which one is bad."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tiny_dances import tiny_dataset

from workflow_scripts.motion.dataset_file import write_dataset
from workflow_scripts.workflow.files import write_json, write_text
from workflow_scripts.workflow.media import video_writer
from workflow_scripts.workflow.tables import write_table

NASTY = """</script><img src=x onerror=alert(1)> & 'Größe'"""
MODELS = ("motion_graph", "seq2seq")
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="40"><rect width="9" height="9"/></svg>'
GENRE = {
    "motion_graph": None,
    "seq2seq": {
        "chance": 0.5,
        "real": {"clips": 9, "share": 0.875},
        "dances": {"asked": 4, "mean": 0.75, "low": 0.5, "high": 1.0},
    },
}
CONFIG: dict[str, Any] = {
    "use": {"models": list(MODELS), "songs": "all"},
    "models": {name: {"architecture": name, "dataset": "main", "seed": 3} for name in MODELS},
    "datasets": {"main": {"collections": ["tiny"], "weights": {"tiny": 2}, "seed": 1}},
    "download": {"proxy": "http://me:secret@proxy:1", "cookies": "c.txt", "max_seconds": 60},
    "collections": {"tiny": {"source": NASTY}},
    "songs": [NASTY, "https://me:secret@songs.example/list?name=a@b"],
}


def write_run(root: Path) -> Path:
    """Write results and logs under `root`, and return the folder of results."""
    results = root / "results"
    _write_collection(results, "tiny", {"v0": "ok", "v1": "ok", "v2": "http://x: HTTP Error 404: Not Found"})
    _write_collection(results, "songs", {"song01": "ok", "song02": "ok"})
    write_table(
        results / "quarantine.tsv",
        ("stage", "collection", "item", "title", "reason", "retry"),
        [
            _lost("collect", "v2", "http://me:secret@x: HTTP Error 404: Not Found"),
            _lost("collect", "v3", "http://y: HTTP Error 404: Not Found"),
            _lost("pose", "v1.0000", f"no person {NASTY}"),
            _lost("collect", "v4", "HTTPS://me:secret@y/z is gone"),
        ],
    )
    dataset = tiny_dataset()
    clips = [replace(clip, genre=f"house {NASTY}", quality=0.5) for clip in dataset.clips]
    left_out = {"tiny.v1.0000": "quality 0.1"}
    made = _made(left_out=left_out, config={"collections": ["tiny"], "min_quality": 0.0})
    write_dataset(results / "datasets" / "main.h5", replace(dataset, clips=clips, provenance=made))
    for model in MODELS:
        write_json(results / "models" / model / "model.json", _description(model))
        (results / "models" / model / "checkpoint.ckpt").write_bytes(model.encode())
    _write_evaluation(results / "evaluation")
    (results / "animations").mkdir()
    for number, model in enumerate(MODELS):
        for song in ("song01", "song02"):
            _film(results / "animations" / f"{model}__{song}_0.mp4", 60 * number)
    write_text(root / "logs" / "benchmarks" / "cut" / "tiny" / "v0.tsv", "s\th:m:s\tmax_rss\n2.5\t0:00:02\t100\n")
    write_text(root / "logs" / "benchmarks" / "cut" / "tiny" / "v1.tsv", "s\th:m:s\tmax_rss\n1.5\t0:00:01\t-\n")
    write_text(root / "logs" / "benchmarks" / "ledger.tsv", "s\th:m:s\tmax_rss\n9\t0:00:09\t50\n")
    write_text(root / "logs" / "benchmarks" / "write_report.tsv", "s\th:m:s\tmax_rss\n99\t0:01:39\t50\n")
    write_text(root / "logs" / "benchmarks" / "broken.tsv", "nothing\n")
    return results


def _write_collection(results: Path, name: str, verdicts: dict[str, str]) -> None:
    rows = [{"id": item, "verdict": said, "title": NASTY, "genre": "house"} for item, said in verdicts.items()]
    write_table(results / "playlists" / f"{name}.tsv", ("id", "url", "title"), rows)
    write_table(results / "admitted" / f"{name}.tsv", ("id", "verdict", "title", "genre"), rows)
    for item, said in verdicts.items():
        write_json(results / "videos" / name / f"{item}.json", {"duration_s": 90.0 if said == "ok" else None})
        if said == "ok":
            clips = [{"clip": "0000", "start_s": 0, "end_s": 30}, {"clip": "0001", "start_s": 40, "end_s": 70}]
            write_table(results / "clips" / name / item / "clips.tsv", ("clip", "start_s", "end_s"), clips)
            lost = [{"start_s": 30, "end_s": 40, "reason": "speech"}, {"start_s": 70, "end_s": 72.5, "reason": "black"}]
            write_table(results / "clips" / name / item / "left_out.tsv", ("start_s", "end_s", "reason"), lost)


def _lost(stage: str, item: str, reason: str) -> dict[str, str]:
    return {"stage": stage, "collection": "tiny", "item": item, "title": NASTY, "reason": reason}


def _made(**more: Any) -> dict[str, Any]:
    return {"code": "c0de", "versions": {"numpy": "1.0"}, **more}


def _description(model: str) -> dict[str, Any]:
    learned = {"name": "main", "windows": {"train": 7}, "seconds": {"train": 12.0}}
    settings = {"pose": {"hidden": 4}, "said": NASTY}
    return _made(
        architecture=model, dataset=learned, feature_set="edge35", grouping="frame", seed=3, seconds=130.0,
        losses={"epochs": 5, "train": 0.25} if model == "seq2seq" else {}, settings=settings, held_out={},
    )  # fmt: skip


def _write_evaluation(folder: Path) -> None:
    measures = {
        "beat_alignment": {"says": "0..1", "group": "beats", "form": "published"},
        "fid_k": {"says": "FID", "group": "distribution", "form": "published"},
        "fid_k_corrected": {"says": "FID, mended", "group": "distribution", "form": "corrected"},
        "fid_k_corrected_floor": {"says": "floor", "group": "distribution", "form": "corrected"},
        "bar_phase": {"says": "-1..1", "group": "bars", "form": None},
    }
    like = {"motion_graph": ["truth", "frozen"], "seq2seq": ["noise?"]}
    rows = [
        {"name": name, "kind": "model" if name in MODELS else "control", "dataset": "main", "dances": 2, "songs": 2,
         "measures": {each: {"mean": None if each == "bar_phase" else 0.1234, "low": 0.1, "high": 0.2,
                             "like": like.get(name, []) if each == "beat_alignment" else []} for each in measures}}
        for name in (*MODELS, "truth", "frozen", "noise")
    ]  # fmt: skip
    dances = [{"song": song, "asked_genre": None, "beat_alignment": mean} for song, mean in
              (("song01", 0.25), ("song02", 0.5))]  # fmt: skip
    content = {"measures": measures, "rows": rows, "dances": dict.fromkeys(MODELS, dances), "genre": GENRE}
    write_json(folder / "comparison.json", content | {"provenance": _made()})
    for name in ("bars", "phases", "learning", "genres"):
        write_text(folder / "figures" / f"{name}.svg", PICTURE.format(900))
    for song in ("song01", "song02"):
        write_text(folder / "figures" / "beats" / f"{song}.svg", PICTURE.format(5000))
    suffixes = ("", "_low", "_high", "_gain", "_gain_low", "_gain_high")
    head = ["row", "model", "dataset", "split", "clips", "samples", *(f"l1{suffix}" for suffix in suffixes)]
    lines = [
        "model,motion_graph,main,validation,2,3,0.7,0.6,0.8,0.05,0.01,0.09",
        "shuffled,motion_graph,main,validation,2,3,0.75,0.6,0.8,,,",
        "frozen,motion_graph,main,validation,2,3,0.9,0.8,1,,,",
        "model,seq2seq,main,validation,2,3,0.71,0.6,0.8,0.05,-0.01,0.09",
        "frozen,seq2seq,main,validation,2,3,0.9,0.8,1,,,",
    ]
    write_text(folder / "held_out.csv", "\n".join([",".join(head), *lines]) + "\n")


def _film(path: Path, grey: int) -> None:
    with video_writer(path, 96, 54, 30) as sink:
        for frame in range(60):
            sink.write(np.full((54, 96, 3), (grey, 40, 2 * frame), np.uint8))


def config_json() -> str:
    """Return the configuration as the command line takes it."""
    return json.dumps(CONFIG)
