"""Which videos of the web are not even fetched: live ones, those beyond the limits or left out by the user's filter."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from workflow_scripts.collect.fetching.faults import FetchError
from workflow_scripts.collect.fetching.limits import over_limits
from workflow_scripts.workflow.errors import UserError

_KEY = "download.match_filter"


def video_filter(config: Mapping[str, Any]) -> Callable[..., None]:
    """Return a filter for yt-dlp (its option `match_filter`), which raises FetchError for a video that is refused.

    Args:
        config: if wanted `match_filter` (conditions as of yt-dlp's --match-filters: "duration > 20 & !is_live"),
            `max_seconds`, `max_megabytes`, `max_pixels`.

    Raises:
        UserError: the filter cannot be read; the message names the key.
    """
    from yt_dlp.utils import match_filter_func

    text = str(config.get("match_filter") or "").strip()
    _check_syntax(text)
    passes = match_filter_func(text) if text else None

    def refuse(info: dict[str, Any], *, incomplete: Any = False) -> None:
        if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming"):
            raise FetchError("a live stream, which has no end", info.get("live_status") != "is_upcoming")
        known = {"duration_s": info.get("duration"), "bytes": info.get("filesize")}
        # Until a format is chosen, the size is that of the best one.
        size = {key: info.get(key) for key in ("width", "height")} if not incomplete else {}
        if reason := over_limits(known | size, config):
            raise FetchError(reason, True)
        try:
            refused = passes(info, incomplete) if passes else None
        except (ValueError, re.error) as error:
            raise UserError(f"{_KEY}: {text!r} cannot be read ({error})") from error
        if refused is not None:
            raise FetchError(f"refused by {_KEY} ({text})", True)

    return refuse


def _check_syntax(text: str) -> None:
    """Try each condition on a video of which every field is a text: a mistake is then said before anything is asked."""
    from yt_dlp.utils import match_str

    for condition in re.split(r"(?<!\\)&", text) if text else ():
        try:
            match_str(condition, _AnyText())
        except (ValueError, re.error) as error:
            raise UserError(f"{_KEY}: {condition.strip()!r} cannot be read ({error})") from error


class _AnyText(dict[str, str]):
    def get(self, key: str, default: Any = None) -> str:
        return "text"
