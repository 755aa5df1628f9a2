"""Frames drawn by several threads at once, and handed on in their order."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

Drawing = Callable[[int, npt.NDArray[np.uint8]], None]


def drawn(make: Callable[[], Drawing], frames: int, size: int, threads: int) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield every frame of a video, (size,) u8, in order; each is overwritten some frames later.

    The kernels that draw let go of Python's lock, so that threads use as many cores. Which thread draws which frame
    changes nothing in it.

    Args:
        make: gives a thread its own drawing (painters have buffers): what writes a frame into the array it is given.
        frames: how many.
        size: bytes of a frame.
        threads: how many draw.
    """
    own = threading.local()
    buffers = deque(np.empty(size, np.uint8) for _ in range(threads + 2))

    def draw(index: int, out: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        if not hasattr(own, "drawing"):
            own.drawing = make()
        own.drawing(index, out)
        return out

    waiting: deque[Future[npt.NDArray[np.uint8]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="draw") as pool:
        try:
            for index in range(frames):
                if not buffers:
                    done = waiting.popleft().result()
                    yield done
                    buffers.append(done)
                waiting.append(pool.submit(draw, index, buffers.popleft()))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
