"""Pictures of clips in pieces: decoded ahead in a thread, cut where people are to be detected."""

import queue
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workflow_scripts.pose.backends.base import Frame, Pictures

# Bytes of pictures held at once, by the queue and by a piece each; what that means in pictures depends on their size.
_BUDGET = 128 * 2**20
_MOST_WAITING = 32
_MOST_SPANS = 8  # of a piece, so that a GPU detects in more than one picture at once


@dataclass
class Piece:
    """Pictures in a row of one shot: a shot's first piece, or what follows the piece before.

    Attributes:
        start: number of the first of them in the clip.
        frames: the pictures.
        detect: positions in `frames` at which people are to be detected; the last picture is one of them.
    """

    start: int
    frames: list[Frame]
    detect: list[int]


def pieces(frames: Iterable[Frame], shots: Sequence[int], every: int) -> Iterator[Piece]:
    """Yield a clip in pieces; people are detected in every `every`-th picture, and in the first and last of a shot."""
    piece, shot = Piece(0, [], []), 0
    for number, frame in enumerate(frames):
        if number in shots and number:
            if piece.frames:
                yield _ended(piece)
            piece, shot = Piece(number, [], []), number
        piece.frames.append(frame)
        if (number - shot) % every == 0:
            piece.detect.append(len(piece.frames) - 1)
            if len(piece.frames) * frame.nbytes >= _BUDGET or len(piece.detect) > _MOST_SPANS:
                yield piece
                piece = Piece(number + 1, [], [])
    if piece.frames:
        yield _ended(piece)


def _ended(piece: Piece) -> Piece:
    """Let people be detected in the last picture as well."""
    last = len(piece.frames) - 1
    return Piece(piece.start, piece.frames, sorted({*piece.detect, last}))


def decoded(clips: Iterable[Pictures], threads: int) -> Generator[tuple[Pictures, Iterator[Frame]], None, None]:
    """Yield clips, in order, with their pictures, to be taken before the next clip; `threads` clips are decoded ahead.

    One thread decodes some 500 pictures a second, which is enough for any CPU and not for a GPU.
    """
    waiting: deque[tuple[Pictures, _Ahead]] = deque()
    source = iter(clips)
    try:
        while True:
            while len(waiting) < threads and (clip := next(source, None)) is not None:
                waiting.append((clip, _Ahead(clip)))
            if not waiting:
                return
            clip, ahead = waiting[0]
            yield clip, iter(ahead)
            waiting.popleft()
            ahead.close()
    finally:
        for _, ahead in waiting:
            ahead.close()


class _Ahead:
    """The pictures of a clip, decoded in a thread before they are taken, so many as fit into the budget."""

    def __init__(self, clip: Pictures) -> None:
        self._clip = clip
        self._room: queue.Queue[Frame | BaseException | None] = queue.Queue(_MOST_WAITING)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._decode, name="decode", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Frame]:
        while (item := self._room.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def close(self) -> None:
        """End the thread; pictures that were not taken are gone."""
        self._left.set()
        self._thread.join()

    def _decode(self) -> None:
        try:
            for frame in self._clip:
                while self._room.qsize() * frame.nbytes > _BUDGET and not self._left.wait(0.002):
                    pass
                if not self._hand_over(frame):
                    return
        except BaseException as error:  # raised again where the pictures are taken
            self._hand_over(error)
        else:
            self._hand_over(None)

    def _hand_over(self, item: Frame | BaseException | None) -> bool:
        while not self._left.is_set():
            try:
                self._room.put(item, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False
