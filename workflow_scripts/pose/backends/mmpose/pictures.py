"""Pictures of clips in pieces: decoded ahead in a thread, cut where people are to be detected."""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
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


def pieces(clip: Pictures, every: int) -> Iterator[Piece]:
    """Yield a clip in pieces; people are detected in every `every`-th picture, and in the first and last of a shot."""
    shots = set(clip.shots)
    piece, shot = Piece(0, [], []), 0
    with closing(ahead(clip)) as frames:
        for number, frame in enumerate(frames):
            if number in shots and number:
                if piece.frames:
                    yield _ended(piece)
                piece, shot = Piece(number, [], []), number
            piece.frames.append(frame)
            if (number - shot) % every == 0:
                piece.detect.append(len(piece.frames) - 1)
                full = len(piece.frames) * frame.nbytes >= _BUDGET or len(piece.detect) > _MOST_SPANS
                if full:
                    yield piece
                    piece = Piece(number + 1, [], [])
    if piece.frames:
        yield _ended(piece)


def _ended(piece: Piece) -> Piece:
    """Let people be detected in the last picture as well."""
    last = len(piece.frames) - 1
    return Piece(piece.start, piece.frames, sorted({*piece.detect, last}))


def ahead(clip: Pictures) -> Generator[Frame, None, None]:
    """Yield the pictures of a clip while a thread decodes the next ones; to be closed where it is left early."""
    room: queue.Queue[Frame | BaseException | None] = queue.Queue(_MOST_WAITING)
    left = threading.Event()

    def hand_over(item: Frame | BaseException | None) -> bool:
        while not left.is_set():
            try:
                room.put(item, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def decode() -> None:
        try:
            for frame in clip:
                while room.qsize() * frame.nbytes > _BUDGET and not left.wait(0.002):
                    pass
                if not hand_over(frame):
                    return
        except BaseException as error:  # raised again where the pictures are taken
            hand_over(error)
        else:
            hand_over(None)

    thread = threading.Thread(target=decode, name="decode", daemon=True)
    thread.start()
    try:
        while (item := room.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        left.set()
        thread.join()
