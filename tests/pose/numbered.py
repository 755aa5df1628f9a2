"""Videos whose pictures say which they are by their grey level, and ways to spoil them."""

from fractions import Fraction

import av
import numpy as np

STEP = 5  # grey levels from one picture to the next: 45 of them can be told apart after encoding
TICKS = 90_000


def picture(number, width=64, height=48):
    return np.full((height, width, 3), 20 + STEP * number, np.uint8)


def number_of(frame):
    """Which picture a frame shows, from its middle (the edges may be black)."""
    height, width = frame.shape[:2]
    middle = frame[height // 2 - 4 : height // 2 + 4, width // 2 - 4 : width // 2 + 4]
    return round((float(middle.mean()) - 20) / STEP)


def write_numbered(path, frames=40, fps=30, times=None, key_every=1, size=(64, 48), pictures=None, codec="libx264"):
    """Write `frames` pictures at a constant rate, or at `times` (seconds); returns the path."""
    times = [Fraction(i) / Fraction(fps).limit_denominator(1001) for i in range(frames)] if times is None else times
    with av.open(str(path), "w") as container:
        rate = Fraction(fps).limit_denominator(1001)
        stream = container.add_stream(codec, rate=rate, options={"preset": "ultrafast", "crf": "5", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.gop_size = key_every
        stream.codec_context.time_base = stream.time_base = 1 / rate if codec != "libx264" else Fraction(1, TICKS)
        for number, time in enumerate(times):
            image = picture(number, *size) if pictures is None else pictures[number]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.time_base = stream.codec_context.time_base
            frame.pts = round(time / frame.time_base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def copy_packets(source, target, change):
    """Write what `change(number, packet)` returns of every packet: the packet itself, or None to drop it."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(old.demux(video=0)):
            if packet.size and (kept := change(number, packet)) is not None:
                kept.stream = stream
                new.mux(kept)
    return target


def spoil(path, numbers, keep=0):
    """Overwrite the bytes of these packets in place, all but the first `keep` of each."""
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(3)
    for number in numbers:
        start, size = places[number]
        data[start + keep : start + size] = rng.bytes(size - keep)
    path.write_bytes(bytes(data))
    return path
