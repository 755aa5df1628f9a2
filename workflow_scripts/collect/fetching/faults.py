"""Why something could not be fetched: yt-dlp's errors in words for the ledger, and whether a later try may do."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

log = logging.getLogger(__name__)


class FetchError(Exception):
    """Nothing could be fetched from an address; the text is the reason, for a person.

    `lasting`: another try is vain, now and later. `retry_after_s`: the server's own word when to come again.
    `spent`: no further try in this run, since enough were made or nothing will change meanwhile.
    """

    def __init__(self, reason: str, lasting: bool, *, retry_after_s: float | None = None, spent: bool = False) -> None:
        super().__init__(reason)
        self.lasting, self.retry_after_s, self.spent = lasting, retry_after_s, spent


ONLY_HTTP = "only http(s) addresses are fetched"

_LASTING = (
    (re.escape(ONLY_HTTP), ONLY_HTTP),
    (r"[Pp]rivate video|video is private", "private video"),
    (r"removed|no longer available|has been deleted|[Vv]ideo unavailable", "no longer available"),
    (r"not (?:made this video )?available in your (?:country|location)|geo.?restrict", "not available in this country"),
    (r"DRM", "protected against copying (DRM)"),
    (r"Unsupported URL|No video formats found|Requested format is not available", "no video at this address"),
    (
        r"not a valid URL|Unsupported url scheme|file:// |No suitable extractor|No connection adapters",
        "not a valid http(s) address",
    ),
    (r"Postprocessing", "its parts cannot be put together"),
)
_PASSING = (
    (r"[Ss]ign in|[Ll]og ?in|registered users|--cookies", "wants a sign-in (see download.cookies)"),
    (r"ProxyError|connect to proxy|Socks[45]?Error", "the proxy cannot be reached"),
    (r"CERTIFICATE_VERIFY_FAILED|certificate verify", "the server's certificate is not valid"),
    (r"timed out|TimeoutError", "the connection timed out"),
    (r"Connection refused|NewConnectionError|resolve|Name or service not known|unreachable", "no connection"),
    (
        r"more expected|IncompleteRead|Did not get any data|RemoteDisconnected|Connection aborted|reset by peer"
        r"|content too short|Broken pipe|is empty|decompress|decoding|InvalidChunkLength|Response ended prematurely",
        "the connection broke off",
    ),
)


def fetch_error(error: Exception) -> FetchError:
    """Put an error of yt-dlp in words; its own text goes to the log."""
    from yt_dlp.networking.exceptions import HTTPError

    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    log.info("yt-dlp: %s", text)
    spent = "Giving up after" in text
    for cause in _causes(error):
        if isinstance(cause, HTTPError):
            reason, lasting = _status_reason(cause.status, cause.redirect_loop)
            retry_after_s = _retry_after(cause.response.headers.get("Retry-After"))
            # Refused now, but perhaps not always: addresses that were signed for an hour answer so when it is over.
            spent = spent or cause.status == 403
            return FetchError(reason, lasting, retry_after_s=retry_after_s, spent=spent)
    if status := re.search(r"HTTP Error (\d{3})", text):
        reason, lasting = _status_reason(int(status[1]), redirect_loop=False)
        return FetchError(reason, lasting, spent=spent)
    for table, lasting in ((_LASTING, True), (_PASSING, False)):
        for pattern, reason in table:
            if re.search(pattern, text):
                return FetchError(reason, lasting, spent=spent)
    text = re.sub(r"^ERROR: (\[[^\]]*\] )?", "", text).split("; please report")[0].strip()
    return FetchError(
        f"could not be fetched: {text.splitlines()[0][:200] if text else 'unknown reason'}", False, spent=spent
    )


def _status_reason(status: int, redirect_loop: bool) -> tuple[str, bool]:
    """Return (reason, lasting) for an HTTP status (RFC 9110, section 15)."""
    if redirect_loop:
        return "leads in a circle (HTTP redirects)", True
    if status in (401, 402, 403):
        return f"access refused (HTTP {status}, private or blocked here)", status != 403
    if status in (404, 410):
        return f"not found (HTTP {status})", True
    if status == 407:
        return "the proxy wants a password (HTTP 407)", False
    if status == 429:
        return "too many requests (HTTP 429), try again later", False
    if status in (408, 416, 425) or status >= 500:
        return f"the server failed (HTTP {status}), try again later", False
    return f"the server refused (HTTP {status})", True


def _retry_after(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, section 10.2.3: seconds or a date)."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error of yt-dlp and what lies behind it, which it keeps in three different places."""
    seen: list[BaseException] = []
    while isinstance(error, BaseException) and error not in seen:
        seen.append(error)
        yield error
        behind = getattr(error, "exc_info", None)
        error = (
            (behind[1] if behind and behind[1] is not error else None)
            or getattr(error, "cause", None)
            or error.__cause__
        )
