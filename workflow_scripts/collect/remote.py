"""Playlists and media on the web, through yt-dlp's Python API.

Whatever a playlist says is a stranger's word: only http(s) addresses are ever fetched, and neither titles nor ids
given there name a file.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_scripts.collect.lists import is_url
from workflow_scripts.workflow.media import ffmpeg_exe

# Dancers are found equally well in small pictures, so 720 lines are enough; unknown sizes (plain files) pass.
VIDEO_FORMAT = "bv*[height<=?720][ext=mp4]+ba[ext=m4a]/b[height<=?720][ext=mp4]/bv*[height<=?720]+ba/b[height<=?720]/b"
SONG_FORMAT = "ba[ext=m4a]/ba/b"
DEFAULT_RETRIES = 5
TIMEOUT_S = 30.0

log = logging.getLogger(__name__)


class FetchError(Exception):
    """Nothing could be fetched from an address; the text is the reason, for a person. `lasting`: a retry is vain."""

    def __init__(self, reason: str, lasting: bool) -> None:
        super().__init__(reason)
        self.lasting = lasting


@dataclass(frozen=True)
class Entry:
    """One video of a remote playlist. `url` is "" when the playlist gives no http(s) address for it."""

    url: str
    id: str
    title: str
    duration: float | None


def list_playlist(url: str, limit: int | None = None) -> list[Entry]:
    """Return the videos of a remote playlist (a single video is a playlist of one), without fetching them.

    Raises:
        FetchError: the address cannot be read, or is no playlist or video.
    """
    info = _extract(url, {"extract_flat": "in_playlist", "playlistend": limit}, download=False)
    return [_entry(item) for item in _flat(info)] if "entries" in info else [_entry({**info, "url": url})]


def fetch(url: str, target_stem: Path, kind: str, config: Mapping[str, Any]) -> tuple[Path, str]:
    """Download one video or song to `target_stem` plus the suffix of its format; resume what an earlier try left.

    Args:
        url: an http(s) address.
        target_stem: where to; the suffix is added.
        kind: "videos" or "songs".
        config: if wanted `format` (yt-dlp's format selection for videos) and `retries`.

    Returns:
        (path, title).

    Raises:
        FetchError: nothing was downloaded; with `lasting` False a part may lie there to be resumed.
    """
    tries = int(config.get("retries", DEFAULT_RETRIES))
    options = {
        "format": SONG_FORMAT if kind == "songs" else config.get("format") or VIDEO_FORMAT,
        # The name is ours alone; % would be a field of yt-dlp's output template.
        "outtmpl": {"default": str(target_stem).replace("%", "%%") + ".%(ext)s"},
        "noplaylist": True,
        "playlist_items": "1",
        "retries": tries,
        "fragment_retries": tries,
        "retry_sleep_functions": {"http": _pause, "fragment": _pause},
        "match_filter": _refuse_live,
        "updatetime": False,
    }
    info = _extract(url, options, download=True)
    if "entries" in info:
        log.info("%s: a page with several videos: the first one is taken", url)
        info = next((entry for entry in info["entries"] if entry), {})
    downloads = [item["filepath"] for item in info.get("requested_downloads") or [] if item.get("filepath")]
    if not downloads or not Path(downloads[0]).is_file():
        raise FetchError("a live stream" if info.get("is_live") else "nothing to download at this address", True)
    return Path(downloads[0]), str(info.get("title") or "")


def _extract(url: str, options: dict[str, Any], download: bool) -> dict[str, Any]:
    if not is_url(url):
        raise FetchError("only http(s) addresses are fetched", True)
    import yt_dlp
    from yt_dlp.utils import YoutubeDLError, unsmuggle_url

    common: dict[str, Any] = {
        "cachedir": False,
        "default_search": "error",
        "enable_file_urls": False,
        "extractor_retries": 2,
        "ffmpeg_location": ffmpeg_exe(),
        "logger": _Log(),
        "noprogress": True,
        "quiet": True,
        "socket_timeout": TIMEOUT_S,
        "color": "never",
    }
    try:
        with yt_dlp.YoutubeDL({**common, **options}) as client:
            return dict(client.extract_info(unsmuggle_url(url)[0], download=download) or {})
    except YoutubeDLError as error:
        raise _fetch_error(error) from error
    except UnicodeError as error:  # host names that IDNA refuses
        raise FetchError(f"not a valid address ({error})", True) from error


def _flat(info: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the videos of a playlist and of the playlists in it (a channel has one for each of its tabs)."""
    items: list[dict[str, Any]] = []
    for entry in info.get("entries") or ():
        items += _flat(entry) if entry and "entries" in entry else [entry] if entry else []
    return items


def _entry(item: dict[str, Any]) -> Entry:
    from yt_dlp.utils import unsmuggle_url

    # yt-dlp passes a feed's guid on inside the URL's fragment.
    url, passed_on = unsmuggle_url(str(item.get("webpage_url") or item.get("url") or ""), {})
    name = str(item.get("id") or passed_on.get("force_videoid") or "")
    title = str(item.get("title") or "")
    if not is_url(url):
        log.warning("refused, since only http(s) addresses are fetched: %r (%s)", url, title or "no title")
        return Entry("", name or url, title or url, None)
    return Entry(url, name, title, item.get("duration"))


_LASTING = (
    (r"HTTP Error 40[13]|Forbidden|Unauthorized", "access refused (HTTP 403, private or blocked here)"),
    (r"HTTP Error (404|410)", "not found (HTTP 404)"),
    (r"[Pp]rivate video|video is private", "private video"),
    (r"removed|no longer available|has been deleted|[Vv]ideo unavailable", "no longer available"),
    (r"Unsupported URL|No video formats found|Requested format is not available", "no video at this address"),
    (r"not a valid URL|Unsupported url scheme|file:// ", "not a valid http(s) address"),
)
_PASSING = (
    (r"HTTP Error 429", "too many requests (HTTP 429), try again later"),
    (r"timed out|TimeoutError", "the connection timed out"),
    (r"Connection refused|NewConnectionError|resolve|Name or service not known|unreachable", "no connection"),
    (r"more expected|IncompleteRead|Did not get any data|RemoteDisconnected|reset by peer", "the connection broke off"),
)


def _fetch_error(error: Exception) -> FetchError:
    """Put yt-dlp's message in words for the ledger; its own text stays in the log."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    log.info("yt-dlp: %s", text)
    for table, lasting in ((_LASTING, True), (_PASSING, False)):
        for pattern, reason in table:
            if re.search(pattern, text):
                return FetchError(reason, lasting)
    text = re.sub(r"^ERROR: (\[[^\]]*\] )?", "", text).split("; please report")[0]
    return FetchError(f"could not be fetched: {text.splitlines()[0][:200] if text else 'unknown reason'}", False)


def _pause(n: int) -> float:
    """Return the seconds to wait before the n-th retry (n from 0)."""
    return min(0.5 * 2.0**n, 20.0)


def _refuse_live(info: dict[str, Any], *, incomplete: bool = False) -> str | None:
    return "a live stream has no end" if info.get("is_live") else None


class _Log:
    """yt-dlp's messages in this job's log."""

    def debug(self, message: str) -> None:
        """Leave out what yt-dlp says about its inner work."""

    def info(self, message: str) -> None:
        log.info("%s", message)

    def warning(self, message: str) -> None:
        log.warning("%s", message)

    def error(self, message: str) -> None:
        """Leave out errors: they are raised as well."""
