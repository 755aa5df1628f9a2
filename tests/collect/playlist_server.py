"""A web server on the loopback with the manners of real ones: playlists, files, refusals, broken connections."""

import gzip
import html
import http.server
import itertools
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Item:
    title: str
    address: str  # a path on the server, or any address
    guid: str = ""
    duration: str = ""


@dataclass
class Manner:
    """How a path is served, where that is not as it should be."""

    ranges: bool = True  # parts of the file on request
    framing: str = "length"  # how the end is told: by "length", in "chunked" blocks, by "close" of the connection
    lie: int = 0  # added to the Content-Length
    endless: bool = False  # the file again and again
    gzipped: bool = False  # compressed, though nobody asked
    block: int = 1 << 16  # bytes sent at once
    trickle_s: float = 0.0  # pause after each block
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """What the server offers. `log` holds (path, Range header) of every GET."""

    url: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # path: (content type, bytes)
    codes: dict[str, int] = field(default_factory=dict)  # path: HTTP status
    first_codes: dict[str, list[int]] = field(default_factory=dict)  # path: HTTP status of the first answers
    redirects: dict[str, str] = field(default_factory=dict)
    drops: dict[str, int] = field(default_factory=dict)  # path: how many answers break off after a third
    breaks: dict[str, list[int]] = field(
        default_factory=dict
    )  # path: bytes after which the next long answers break off
    manners: dict[str, Manner] = field(default_factory=dict)
    log: list[tuple[str, str | None]] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)  # Cookie headers that came

    def feed(self, path: str, items: list[Item]) -> str:
        """Offer an RSS playlist (RSS 2.0 with enclosures); return its URL."""
        entries = ""
        for item in items:
            address = self.url + item.address if item.address.startswith("/v/") else item.address
            guid = f'<guid isPermaLink="false">{html.escape(item.guid)}</guid>' if item.guid else ""
            entries += (
                f"<item><title>{html.escape(item.title)}</title>{guid}<itunes:duration>{item.duration}</itunes:duration>"
                f'<enclosure url="{html.escape(address)}" length="1" type="video/mp4"/></item>'
            )
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
            'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Dances</title>'
            f"<link>{self.url}</link><description>-</description>{entries}</channel></rss>"
        )
        self.files[path] = ("application/rss+xml", text.encode())
        return self.url + path


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        site = self.site
        if self.path.startswith("http://"):  # asked as a proxy
            self.path = "/" + self.path.split("/", 3)[3]
        asked, self.path = self.headers.get("Range"), self.path.split("?")[0]
        if self.command == "GET":
            site.log.append((self.path, asked))
            site.cookies += self.headers.get_all("Cookie") or []
        manner = site.manners.get(self.path, Manner())
        if self.path in site.redirects:
            return self.answer(302, b"", {"Location": site.redirects[self.path]}, Manner())
        first = site.first_codes.get(self.path)
        if code := first.pop(0) if first else site.codes.get(self.path):
            return self.answer(code, b"no", {"Content-Type": "text/plain", **manner.headers}, Manner())
        if self.path not in site.files:
            return self.answer(404, b"not here", {"Content-Type": "text/plain"}, Manner())
        kind, data = site.files[self.path]
        headers = {"Content-Type": kind, **manner.headers}
        if manner.gzipped:
            data = gzip.compress(data, mtime=0)
            headers["Content-Encoding"] = "gzip"
        match = re.match(r"bytes=(\d+)-(\d*)", asked or "")
        if not (match and manner.ranges):
            return self.answer(200, data, headers, manner)
        first_byte, last = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
        if first_byte >= len(data):
            return self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"}, Manner())
        headers["Content-Range"] = f"bytes {first_byte}-{last}/{len(data)}"
        return self.answer(206, data[first_byte : last + 1], headers, manner)

    def answer(self, code: int, body: bytes, headers: dict[str, str], manner: Manner) -> None:
        self.send_response(code)
        framing = {"Content-Length": str(len(body) + manner.lie)} if manner.framing == "length" else {}
        if manner.framing == "chunked":
            framing = {"Transfer-Encoding": "chunked"}
        self.close_connection |= manner.framing == "close" or manner.lie != 0
        for name, value in {**headers, **framing}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        end = len(body)
        # Short answers are a client's look at the kind of file, not a download.
        if len(body) > 2000 and (self.site.drops.get(self.path, 0) > 0 or self.site.breaks.get(self.path)):
            if self.site.breaks.get(self.path):
                end = min(end, self.site.breaks[self.path].pop(0))
            else:
                self.site.drops[self.path] -= 1
                end //= 3
        for start in itertools.count(0, manner.block):
            if start >= end and not (manner.endless and end == len(body)):
                break
            block = (
                (body * 2)[start % len(body) :][: manner.block] if manner.endless else body[start:end][: manner.block]
            )
            self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block) if manner.framing == "chunked" else block)
            self.wfile.flush()
            time.sleep(manner.trickle_s)
        if end < len(body):
            self.close_connection = True
            self.connection.shutdown(2)
        elif manner.framing == "chunked":
            self.wfile.write(b"0\r\n\r\n")


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, address: Any) -> None:
        """Say nothing when a client hangs up."""


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
