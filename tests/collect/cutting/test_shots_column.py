"""The column `shots` of clips.tsv, against pictures that show their own number."""

import json
from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import film, numbers_of, scene, song

from workflow_scripts.collect.cut import COLUMNS, cut
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.tables import read_table


def downloaded(media: Path, seconds: float) -> Path:
    report = media.with_suffix(".json")
    status = {"status": "ok", "reason": "", "file": media.name, "sha256": sha256_of(media), "duration_s": seconds}
    report.write_text(json.dumps(status))
    return report


@pytest.mark.parametrize(("fps", "rate"), [(25, 30), (29.97, 30), (59.94, 30), (24, 60)])
def test_changes_of_shot_inside_a_clip_are_in_the_table(tmp_path: Path, fps: float, rate: float) -> None:
    counts = (40, 40, 44)
    shown = [
        picture for number, count in enumerate(counts) for picture in scene(number + 1, count, sum(counts[:number]))
    ]
    media = film(tmp_path / "in.mp4", shown, fps, song(len(shown) / fps))
    report = downloaded(media, len(shown) / fps)
    output = tmp_path / "clips" / "clips.tsv"
    cuts = [[0.2, 100 / fps], [100 / fps, len(shown) / fps]]
    for listed, config in ((cuts, {}), ([], {"shots": False}), ([], {})):
        cut(report, {"id": "v01"}, listed, {"fps": rate, "cutting": {"min_seconds": 0.5, **config}}, output)
        told = [[int(frame) for frame in row["shots"].split(",") if frame] for row in read_table(output, COLUMNS)]
        for number, shots in enumerate(told):
            numbers = numbers_of(output.parent / f"{number:04d}.mp4")
            begins = [int(np.argmax(numbers >= edge)) for edge in (40, 80) if numbers[0] < edge <= numbers[-1]]
            assert shots == begins
        assert [len(shots) for shots in told] == ([2, 0] if listed else [2] if config else [0, 0, 0])
