"""How far it is: words for a log, a bar for a terminal."""

import io

import pytest

from workflow_scripts.render import progress
from workflow_scripts.render.progress import progress_of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    log = io.StringIO()
    with progress_of(7200, log) as advance:
        for _ in range(7200):
            now[0] += 0.05
            advance()
    lines = log.getvalue().splitlines()
    assert len(lines) == 12
    assert lines[0] == "frame 600 of 7200, 20 frames/s, 5:30 left"
    assert lines[-1] == "7200 frames in 6:00, 20 frames/s"


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with progress_of(10, terminal) as advance:
        for _ in range(10):
            advance()
    text = terminal.getvalue()
    assert "10/10" in text
    assert "frames/s" in text
