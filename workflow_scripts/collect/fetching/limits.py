"""How long, large and wide a video may be. Only the standard library: the admission asks as well."""

from collections.abc import Mapping
from typing import Any

LIMITS = ("match_filter", "max_seconds", "max_megabytes", "max_pixels")


def over_limits(report: Mapping[str, Any], limits: Mapping[str, Any]) -> str:
    """Return why a file is beyond the limits, naming the limit and the value; "" if it is not.

    Args:
        report: what is known of it: `duration_s` (seconds), `bytes`, `width` and `height` (px). What is missing, or 0,
            is not judged.
        limits: `max_seconds`, `max_megabytes` (of 10^6 bytes), `max_pixels` (of one picture); None or missing: none.
    """
    seconds, megabytes = float(report.get("duration_s") or 0), float(report.get("bytes") or 0) / 1e6
    width, height = int(report.get("width") or 0), int(report.get("height") or 0)
    for key, value, said in (
        ("max_seconds", seconds, f"{_duration(seconds)} long"),
        ("max_megabytes", megabytes, f"{megabytes:.0f} MB large" if megabytes >= 100 else f"{megabytes:.3g} MB large"),
        ("max_pixels", width * height, f"{width}×{height} px"),
    ):
        if (limit := limits.get(key)) is not None and value > limit:
            return f"{said}: more than download.{key} ({limit})"
    return ""


def _duration(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.3g} s"
