"""Frame rates in use, to tell the one that a rounded frame time means."""

NTSC = 1000 / 1001
RATES = (24 * NTSC, 24, 25, 30 * NTSC, 30, 48, 50, 60 * NTSC, 60, 72, 75, 90, 100, 120, 144, 200, 240, 250, 300)


def rate_of(frame_time: float, decimals: int = 6) -> float:
    """Return the frames per second of a frame time, seconds, that was written with so many decimals.

    Files round or truncate (0.0083 for 1/120 s, 0.016666 for 1/60): the nearest rate in use that can have been written
    so is meant; where none can, the time is taken as it stands.
    """
    nearest = min(RATES, key=lambda rate: abs(1 / rate - frame_time))
    return float(nearest) if abs(1 / nearest - frame_time) < 1.01 * 10.0 ** -min(decimals, 6) else 1 / frame_time
