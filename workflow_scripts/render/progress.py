"""How far a video is: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

# Lines of a log: not more often than every so many seconds.
EVERY_S = 30.0


@contextmanager
def progress_of(total: int, stream: TextIO | None = None) -> Iterator[Callable[[], None]]:
    """Tell how many of `total` frames are done; yields what to call after each frame.

    Args:
        total: frames.
        stream: where to; None: stderr.
    """
    stream = stream or sys.stderr
    if stream.isatty():
        with _bar(total, stream) as advance:
            yield advance
        return
    log = _Log(total, stream)
    yield log.advance
    log.end()


@contextmanager
def silence() -> Iterator[Callable[[], None]]:
    """Tell nothing."""
    yield lambda: None


@contextmanager
def _bar(total: int, stream: TextIO) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_speed or task.speed or 0:.0f} frames/s")

    columns = (BarColumn(), MofNCompleteColumn(), Rate(""), TimeRemainingColumn(elapsed_when_finished=True))
    with Progress(*columns, console=Console(file=stream)) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


class _Log:
    def __init__(self, total: int, stream: TextIO) -> None:
        self._total, self._stream, self._done = total, stream, 0
        self._start = self._last = time.monotonic()

    def advance(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._last >= EVERY_S and self._done < self._total:
            self._last = now
            speed = self._done / (now - self._start)
            left = _clock((self._total - self._done) / speed)
            self._say(f"frame {self._done} of {self._total}, {speed:.0f} frames/s, {left} left")

    def end(self) -> None:
        seconds = time.monotonic() - self._start
        self._say(f"{self._done} frames in {_clock(seconds)}, {self._done / max(seconds, 1e-9):.0f} frames/s")

    def _say(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
