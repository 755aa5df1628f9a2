"""yt-dlp with a guard at each door: what it asks for, waits for, takes in and starts.

Pages and playlists are a stranger's word, and yt-dlp follows them: to further pages, to manifests that name parts, to
programs that fetch streams. Here is checked what it does, not what it was told.
"""

import io
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yt_dlp
from yt_dlp.networking.common import Request, Response
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import Popen, parse_http_range

from workflow_scripts.collect.addresses import is_url
from workflow_scripts.collect.fetching.faults import ONLY_HTTP, FetchError
from workflow_scripts.collect.fetching.youtube import is_youtube, missing_for_youtube
from workflow_scripts.workflow.files import read_json, write_json
from workflow_scripts.workflow.lifeline import die_with_parent
from workflow_scripts.workflow.media import CONTAINERS

PAGE_BYTES = 32_000_000  # the longest feeds and players have a few MB
SLOWEST_BYTES_PER_S = 1000.0  # less than that is no download; telephone modems were faster


class Client(yt_dlp.YoutubeDL):  # type: ignore[misc]
    """yt-dlp, asking for http(s) only, patient up to a limit, and leaving no program behind.

    Args:
        asked: the address that the user gave; the only one that may be something else than http(s) (a search).
        params: yt-dlp's options.
        origins: file that remembers what was downloaded in part, from one run to the next; None: nothing is kept.
    """

    def __init__(self, asked: str, params: dict[str, Any], origins: Path | None = None) -> None:
        yt_dlp.postprocessor.ffmpeg.Popen = _Child
        yt_dlp.downloader.hls.FFmpegFD = _NoProgram
        self._asked, self._origins, self._downloading = asked, _Origins(origins), False
        super().__init__(params)

    def extract_info(
        self, url: str, download: bool = True, ie_key: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Refuse addresses of strangers that are not http(s); say what YouTube needs. yt-dlp calls it for every page.

        Its own code hands on made-up addresses ("kaltura:1:2") with the name of what reads them; no page can do that.
        """
        if not (is_url(url) or ie_key or url == self._asked):
            raise FetchError(ONLY_HTTP, True)
        if is_youtube(url) and (missing := missing_for_youtube()):
            raise FetchError(missing, False, spent=True)
        return super().extract_info(url, download, ie_key, *args, **kwargs)

    def dl(self, name: str, info: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Download one file, from http(s) alone: other protocols would start other programs."""
        if not all(is_url(url) for url in str(info.get("url")).split("\n")):
            raise FetchError(ONLY_HTTP, True)
        self._downloading = True
        return super().dl(name, info, *args, **kwargs)

    def urlopen(self, request: Any) -> Response:
        """Open an http(s) address. A part is only continued with the rest of the same file."""
        request = Request(request) if isinstance(request, str) else request
        if not is_url(request.url):
            # While pages are read, yt-dlp can often do without one of them.
            raise FetchError(ONLY_HTTP, True) if self._downloading else TransportError(ONLY_HTTP)
        response = self._open(request)
        first, last, _ = parse_http_range(request.headers.get("Range"))
        # The rest of a compressed file does not fit a part, which is not compressed.
        fits = self._origins.same(request.url, response.headers) and not response.headers.get("Content-Encoding")
        if self._downloading and first and last is None and not fits:
            response.close()
            del request.headers["Range"]
            response = self._open(request)
        if self._downloading and response.status == 200:
            self._origins.note(request.url, response.headers)
        return response

    def _open(self, request: Request) -> Response:
        try:
            response = super().urlopen(request)
        except HTTPError as error:
            _make_bounded(error.response, float(self.params["socket_timeout"]))
            raise
        _make_bounded(response, float(self.params["socket_timeout"]))
        return response


class _NoProgram:
    """In the place of yt-dlp's use of ffmpeg to fetch fragments, which heeds neither limits nor timeouts of ours."""

    def __init__(self, *_: Any) -> None:
        raise FetchError("encrypted in a way that cannot be read", True)

    @staticmethod
    def available() -> bool:
        """Have yt-dlp decrypt by itself."""
        return False


class _Child(Popen):  # type: ignore[misc]
    """ffmpeg, with which yt-dlp puts parts together. It dies with this process: an orphan would write into the files of
    the next run. And it reads containers only: a "part" may be a text that names the user's own files.
    """

    def __init__(self, arguments: list[str], *rest: Any, **kwargs: Any) -> None:
        guard = ("-format_whitelist", CONTAINERS, "-i")
        guarded = [part for argument in arguments for part in (guard if argument == "-i" else (argument,))]
        super().__init__(guarded, *rest, preexec_fn=die_with_parent, **kwargs)


class _Origins:
    """What servers said of the files that are being downloaded: a part is no part of what has changed meanwhile."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, dict[str, str]] = read_json(path) if path and path.exists() else {}

    def note(self, url: str, headers: Mapping[str, str]) -> None:
        if self._path:
            self._known[url] = _marks(headers)
            write_json(self._path, self._known)

    def same(self, url: str, headers: Mapping[str, str]) -> bool:
        known, now = self._known.get(url, {}), _marks(headers)
        return all(known[mark] == now[mark] for mark in known.keys() & now.keys())


def _marks(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what tells one version of a file from another (RFC 9110, section 8.8), and its length."""
    marks = {name: headers[name] for name in ("ETag", "Last-Modified") if headers.get(name)}
    content_range, length = headers.get("Content-Range"), headers.get("Content-Length")
    if content_range:
        length = content_range.rpartition("/")[2]
    return marks | ({"length": length} if length and length.isdecimal() and not headers.get("Content-Encoding") else {})


def _make_bounded(response: Response, timeout_s: float) -> None:
    """Let a response neither trickle for ever nor fill the memory."""
    response.fp = _Patient(response.fp, timeout_s)
    response.read = _bounded(response.read)


def _bounded(read: Callable[[int | None], bytes]) -> Callable[..., bytes]:
    def bounded(amount: int | None = None) -> bytes:
        if amount is not None:
            return read(amount)
        page = bytearray()
        while block := read(1 << 16):
            page += block
            if len(page) > PAGE_BYTES:
                raise FetchError(f"a page of more than {PAGE_BYTES / 1e6:g} MB", True)
        return bytes(page)

    return bounded


class _Patient:
    """The body of a response, which is given up when next to nothing comes: a timeout between bytes never ends that."""

    def __init__(self, body: io.IOBase, timeout_s: float) -> None:
        self._body, self._timeout_s = body, timeout_s
        self._waited_s, self._came = 0.0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def read(self, amount: int, **options: Any) -> bytes:
        """Return at most `amount` bytes; fewer when they come slowly, none at the end."""
        began, data = time.monotonic(), bytearray()
        while len(data) < amount:
            asked = time.monotonic()
            block = self._body.read1(amount - len(data), **options) or b""  # type: ignore[attr-defined]
            now = time.monotonic()
            data += block
            self._waited_s, self._came = self._waited_s + now - asked, self._came + len(block)
            if self._waited_s > self._timeout_s:
                if self._came < SLOWEST_BYTES_PER_S * self._waited_s:
                    raise TransportError(f"timed out: {self._came} bytes in {self._waited_s:.0f} s")
                self._waited_s, self._came = 0.0, 0
            if not block or now - began > 1:
                break
        return bytes(data)
