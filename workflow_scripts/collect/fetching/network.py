"""How the web is reached: settings that decide nothing about what comes from there.

They travel in an environment variable, not in a job's parameters, so that another proxy makes no download stale.
"""

import io
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.errors import UserError

VARIABLE = "PLAYLIST2DANCE_NETWORK"
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0

_PROXY = re.compile(r"(https?|socks4a?|socks5h?)://\S+")


@dataclass(frozen=True)
class Network:
    """Settings of `download` in the configuration.

    `cookies`: path of a cookies.txt in Netscape's format, "" none. `proxy`: its URL, "" that of the system.
    `rate_limit_kb`: kB/s for each download, 0 none. `sleep_s`: pause before each download. `retries`: tries after the
    first. `timeout_s`: seconds without an answer (or with next to nothing of it) after which a connection is broken.
    """

    cookies: str = ""
    proxy: str = ""
    rate_limit_kb: float = 0
    sleep_s: float = 0
    retries: int = 5
    timeout_s: float = 30

    def __post_init__(self) -> None:
        for name in ("cookies", "proxy"):
            _demand(isinstance(getattr(self, name), str), name, "must be text", getattr(self, name))
        for name in ("rate_limit_kb", "sleep_s", "retries", "timeout_s"):
            value = getattr(self, name)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            _demand(is_number and 0 <= value < float("inf"), name, "must be a number, 0 or more", value)
        _demand(self.retries == int(self.retries), "retries", "must be a whole number", self.retries)
        _demand(self.timeout_s > 0, "timeout_s", "must be more than 0", self.timeout_s)
        if self.proxy and not _PROXY.fullmatch(self.proxy):
            # Not shown: it may hold a password.
            raise UserError("download.proxy: must be a URL such as http://host:3128 or socks5://host:1080")

    def options(self) -> dict[str, Any]:
        """Return these settings as options of yt-dlp (of its class YoutubeDL).

        Raises:
            UserError: there is no readable cookies.txt.
        """
        tries = int(self.retries)
        kinds = ("http", "fragment", "file_access", "extractor")
        return {
            "cookiefile": self._cookies(),
            "proxy": self.proxy or None,
            "ratelimit": self.rate_limit_kb * 1000 or None,
            "sleep_interval": self.sleep_s or None,
            "retries": tries,
            "fragment_retries": tries,
            "file_access_retries": tries,
            "extractor_retries": tries,
            "retry_sleep_functions": dict.fromkeys(kinds, pause),
            "socket_timeout": float(self.timeout_s),
        }

    def _cookies(self) -> io.StringIO | None:
        """Return a copy of the cookies: yt-dlp writes new ones back, and the user's file is the user's."""
        if not self.cookies:
            return None
        from http.cookiejar import LoadError

        from yt_dlp.cookies import YoutubeDLCookieJar

        path = Path(self.cookies).expanduser()
        try:
            text = path.read_text(encoding="utf-8")
            YoutubeDLCookieJar(io.StringIO(text)).load()
        except LoadError as error:  # an OSError, too
            raise UserError(f"download.cookies: {path} is no cookies.txt in Netscape's format") from error
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise UserError(f"download.cookies: {path} cannot be read ({reason})") from error
        return io.StringIO(text)


def network_settings(environment: Mapping[str, str] | None = None) -> Network:
    """Return the settings that the environment variable `VARIABLE` holds (JSON), defaults where it says nothing.

    Raises:
        UserError: they make no sense; the message names the key.
    """
    text = (os.environ if environment is None else environment).get(VARIABLE) or "{}"
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{VARIABLE}: not valid JSON ({error})") from error
    known = [field.name for field in fields(Network)]
    if not isinstance(values, dict) or (unknown := sorted(set(values) - set(known))):
        problem = f"unknown: {', '.join(unknown)}" if isinstance(values, dict) else "not a mapping"
        raise UserError(f"{VARIABLE}: {problem}; it may hold {', '.join(known)}")
    return Network(**values)


def announce_network(download: Mapping[str, Any]) -> None:
    """Give the settings among those of `download` in the configuration to all jobs that this process starts."""
    os.environ[VARIABLE] = json.dumps({field.name: download[field.name] for field in fields(Network)})


def pause(n: int) -> float:
    """Return the seconds to wait before the n-th retry (n from 0): twice as long each time."""
    return min(FIRST_PAUSE_S * 2.0**n, LONGEST_PAUSE_S)


def _demand(good: bool, name: str, rule: str, value: object) -> None:
    if not good:
        raise UserError(f"download.{name}: {rule}, not {value!r}")
