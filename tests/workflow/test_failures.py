"""The reasons of failed jobs are said at the end of a run."""

import os
from pathlib import Path

from workflow_scripts.workflow.failures import failure_lines


def test_reasons_of_this_run_with_their_logs(tmp_path: Path) -> None:
    (tmp_path / "pose").mkdir()
    failed, fine, old = tmp_path / "pose" / "v01.log", tmp_path / "verdict.log", tmp_path / "old.log"
    failed.write_text("loading\nerror: songs/x.mp3: no audio stream found\n  2 × that\n")
    fine.write_text("no error: all went well\n")
    old.write_text("error: long ago\n")
    os.utime(old, (1000, 1000))
    assert failure_lines(tmp_path, since=2000) == [
        f"{failed}: error: songs/x.mp3: no audio stream found",
        "      2 × that",
    ]


def test_no_logs_no_lines(tmp_path: Path) -> None:
    assert failure_lines(tmp_path / "none", since=0) == []
