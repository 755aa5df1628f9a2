"""Playlists and media on the web, through yt-dlp's Python API.

Whatever a playlist says is a stranger's word: only http(s) addresses are ever fetched, and neither titles nor ids
given there name a file.
"""

import logging
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from workflow_scripts.collect.addresses import is_search, is_url
from workflow_scripts.collect.fetching.faults import ONLY_HTTP, FetchError, fetch_error
from workflow_scripts.collect.fetching.limits import over_limits
from workflow_scripts.collect.fetching.network import LONGEST_PAUSE_S, Network, network_settings, pause
from workflow_scripts.collect.fetching.video_filter import video_filter
from workflow_scripts.collect.fetching.youtube import runtime_options
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import ffmpeg_exe

SONG_FORMAT = "ba[ext=m4a]/ba/b"
ORIGINS = "origins.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One video of a remote playlist. `url` is "" when the playlist gives no http(s) address for it."""

    url: str
    id: str
    title: str
    duration: float | None


def list_playlist(source: str, limit: int | None = None) -> list[Entry]:
    """Return the videos of a remote source, without fetching them.

    Args:
        source: an http(s) address of a playlist, a channel (with all its tabs), a feed or a single video (a playlist of
            one); or a search, `ytsearch20:words`, which only the user may ask for: no playlist's entry is one.
        limit: the first so many only.

    Raises:
        FetchError: the address cannot be read, or is no playlist or video.
        UserError: the network settings make no sense.
    """
    info = _extract(source, {"extract_flat": "in_playlist", "playlistend": limit}, download=False, search=True)
    entries = [_entry(item) for item in _flat(info)] if "entries" in info else [_entry({**info, "url": source})]
    return entries[:limit]


def fetch(url: str, target_stem: Path, kind: str, config: Mapping[str, Any]) -> tuple[Path, str]:
    """Download one video or song to `target_stem` plus the suffix of its format; resume what an earlier try left.

    The file has that name only when it is complete as far as the server says; until then it lies in `parts` beside it.

    Args:
        url: an http(s) address.
        target_stem: where to; the suffix is added.
        kind: "videos" or "songs".
        config: if wanted `format` (yt-dlp's format selection for videos), `match_filter` (its syntax), `max_seconds`,
            `max_megabytes`, `max_pixels`.

    Returns:
        (path, title).

    Raises:
        FetchError: nothing was downloaded; with `lasting` False a part may lie there to be resumed.
        UserError: `match_filter` or the network settings make no sense.
    """
    parts = target_stem.parent / "parts"
    options = {
        "format": SONG_FORMAT if kind == "songs" else config.get("format"),  # None: the best there is
        # The name is ours alone (% would be a field of yt-dlp's output template), but for the format: another one's
        # part must not be resumed.
        "outtmpl": {"default": str(parts / target_stem.name).replace("%", "%%") + ".%(format_id).40B.%(ext)s"},
        "noplaylist": True,
        "playlist_items": "1",
        "match_filter": video_filter(config),
        "progress_hooks": [_size_check(config)],
        "skip_unavailable_fragments": False,  # a video with holes is no video
        "writesubtitles": False,
        "writeautomaticsub": False,
        "updatetime": False,
    }
    with _resumed(parts):
        info = _extract(url, options, download=True, origins=parts / ORIGINS)
    if "entries" in info:
        log.info("%s: a page with several videos: the first one is taken", url)
        info = next((entry for entry in info["entries"] if entry), {})
    downloads = [Path(item["filepath"]) for item in info.get("requested_downloads") or [] if item.get("filepath")]
    if not downloads or not downloads[0].is_file():
        raise FetchError("nothing to download at this address", True)
    target = target_stem.with_name(target_stem.name + downloads[0].suffix)
    os.replace(downloads[0], target)
    shutil.rmtree(parts)
    return target, str(info.get("title") or "")


def _extract(
    url: str, options: dict[str, Any], download: bool, search: bool = False, origins: Path | None = None
) -> dict[str, Any]:
    """Ask yt-dlp, again and again as long as it may help."""
    if not (is_url(url) or (search and is_search(url))):
        raise FetchError(ONLY_HTTP, True)
    settings = network_settings()
    for attempt in count():
        try:
            return _extract_once(url, options, download, settings, origins)
        except FetchError as error:
            wait_s = max(pause(attempt), error.retry_after_s or 0)
            if error.lasting or error.spent or attempt >= settings.retries or wait_s > LONGEST_PAUSE_S:
                raise
            log.info("%s: again in %.1f s", error, wait_s)
            time.sleep(wait_s)
    raise AssertionError("unreachable")


def _extract_once(
    url: str, options: dict[str, Any], download: bool, settings: Network, origins: Path | None
) -> dict[str, Any]:
    from yt_dlp.utils import YoutubeDLError, unsmuggle_url

    from workflow_scripts.collect.fetching.client import Client

    asked = unsmuggle_url(url)[0]
    common: dict[str, Any] = {
        "cachedir": False,
        "default_search": "error",
        "enable_file_urls": False,
        "external_downloader": {"default": "native"},
        "ffmpeg_location": ffmpeg_exe(),
        "js_runtimes": runtime_options(),
        "logger": _Log(),
        "noprogress": True,
        "quiet": True,
        "color": "never",
        **settings.options(),
    }
    try:
        with Client(asked, {**common, **options}, origins) as client:
            return dict(client.extract_info(asked, download=download) or {})
    except (FetchError, UserError):
        raise
    except YoutubeDLError as error:
        if full := re.search(r"\[Errno (28|30|122)\]", str(error)):  # disk full, read-only, quota used up
            raise UserError(f"{url}: the download cannot be written ({os.strerror(int(full[1]))})") from error
        raise fetch_error(error) from error
    except UnicodeError as error:  # host names that IDNA refuses
        raise FetchError(f"not a valid address ({error})", True) from error
    except Exception as error:  # one of its 1800 readers of sites met a page it did not expect
        log.info("yt-dlp failed", exc_info=True)
        raise FetchError(f"could not be read by yt-dlp ({type(error).__name__})", False, spent=True) from error


@contextmanager
def _resumed(parts: Path) -> Iterator[None]:
    """Make the folder for parts, without those of an earlier run that cannot be trusted; leave it if it holds any.

    A part that is one request's answer can always be continued: it has a beginning of the file, however its process
    ended. Of streams in fragments, and of what ffmpeg makes, that is only known when the process lived to say so.
    """
    mark = parts / "running"
    if mark.exists():
        in_fragments = {path.name.removesuffix(".ytdl") for path in parts.glob("*.ytdl")}
        for path in parts.iterdir():
            is_beginning = path.suffix == ".part" and path.name.removesuffix(".part") not in in_fragments
            if not is_beginning and path.name != ORIGINS:
                path.unlink()
    parts.mkdir(parents=True, exist_ok=True)
    mark.touch()
    try:
        yield
    except FetchError:
        mark.unlink()
        if all(path.name == ORIGINS for path in parts.iterdir()):
            shutil.rmtree(parts)
        raise
    mark.unlink()


def _size_check(limits: Mapping[str, Any]) -> Any:
    """Return a hook of yt-dlp that ends a download as soon as it is, or is said to become, too large."""
    sizes: dict[str, int] = {}

    def check(progress: dict[str, Any]) -> None:
        sizes[progress["filename"]] = max(progress.get("downloaded_bytes") or 0, progress.get("total_bytes") or 0)
        if reason := over_limits({"bytes": sum(sizes.values())}, limits):
            raise FetchError(reason, True)

    return check


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
