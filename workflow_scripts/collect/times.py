"""Times as people write them."""

import re

_SECONDS = re.compile(r"\d+(\.\d*)?|\.\d+")
_CLOCK = re.compile(r"(?:(?P<hours>\d+):(?=[0-5]?\d:))?(?P<minutes>\d+):(?P<seconds>[0-5]?\d(\.\d*)?)")


def parse_time(text: str) -> float:
    """Return seconds for `M:SS`, `H:MM:SS` (both with fractions if need be) or plain seconds.

    Raises:
        ValueError: `text` is no such time.
    """
    if _SECONDS.fullmatch(text):
        return float(text)
    if match := _CLOCK.fullmatch(text):
        return int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + float(match["seconds"])
    raise ValueError(f"{text!r} is no time: write 3:47, 1:03:47.5 or seconds")
