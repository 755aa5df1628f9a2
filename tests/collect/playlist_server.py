"""A web server on the loopback with the manners of real ones: playlists, files, refusals, broken connections."""

import html
import http.server
import re
import threading
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
class Site:
    """What the server offers. `log` holds (path, Range header) of every GET."""

    url: str = ""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # path: (content type, bytes)
    codes: dict[str, int] = field(default_factory=dict)  # path: HTTP status
    redirects: dict[str, str] = field(default_factory=dict)
    drops: dict[str, int] = field(default_factory=dict)  # path: how many answers break off after a third
    log: list[tuple[str, str | None]] = field(default_factory=list)

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


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            asked, self.path = self.headers.get("Range"), self.path.split("?")[0]
            if self.command == "GET":
                site.log.append((self.path, asked))
            if self.path in site.redirects:
                return self.answer(302, b"", {"Location": site.redirects[self.path]})
            if code := site.codes.get(self.path):
                return self.answer(code, b"no", {"Content-Type": "text/plain"})
            if self.path not in site.files:
                return self.answer(404, b"not here", {"Content-Type": "text/plain"})
            kind, data = site.files[self.path]
            headers = {"Content-Type": kind, "Accept-Ranges": "bytes"}
            if match := re.match(r"bytes=(\d+)-(\d*)", asked or ""):
                first, last = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
                headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
                return self.answer(206, data[first : last + 1], headers)
            return self.answer(200, data, headers)

        def answer(self, code: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            # Short answers are a client's look at the kind of file, not a download.
            if site.drops.get(self.path, 0) > 0 and len(body) > 2000:
                site.drops[self.path] -= 1
                self.wfile.write(body[: len(body) // 3])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
                return
            self.wfile.write(body)

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, address: Any) -> None:
            """Say nothing when a client hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
