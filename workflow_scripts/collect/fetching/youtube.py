"""YouTube hides its addresses behind JavaScript: is all there that yt-dlp needs to run it?"""

import re
from urllib.parse import urlsplit

from workflow_scripts.collect.addresses import is_search

_HOSTS = re.compile(r"(.+\.)?(youtube(-nocookie|kids)?\.com|youtu\.be)")


def is_youtube(address: str) -> bool:
    """Tell whether an address is YouTube's, or a search there."""
    try:
        return is_search(address) or bool(_HOSTS.fullmatch(urlsplit(address).hostname or ""))
    except ValueError:  # not an address at all
        return False


def missing_for_youtube() -> str:
    """Return what has to be installed before YouTube can be read, for a person; "" if nothing.

    A runtime is looked for as yt-dlp does it: beside this Python (where the package `deno` puts its program), then in
    the PATH.
    """
    import yt_dlp  # noqa: F401  (registers the runtimes)
    from yt_dlp.dependencies import yt_dlp_ejs
    from yt_dlp.globals import supported_js_runtimes

    found = [info for runtime in supported_js_runtimes.value.values() if (info := runtime().info)]
    if any(info.supported for info in found):
        # The scripts that the runtime runs are a package of their own.
        return "" if yt_dlp_ejs else "YouTube needs the package yt-dlp-ejs (run make setup-youtube)"
    old = "".join(f"; {info.name} {info.version} is too old" for info in found)
    return f"YouTube needs a JavaScript runtime (run make setup-youtube, or install deno{old})"


def runtime_options() -> dict[str, dict[str, str]]:
    """Return yt-dlp's option `js_runtimes`: all it knows, of which it takes the best that is there."""
    return {name: {} for name in ("deno", "node", "bun", "quickjs")}
